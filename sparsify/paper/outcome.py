"""What one training of a study leaves: a flat record that fits in a storage, and says all that is compared."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """One model of one arm.

    Attributes:
        arm: a method (path, threshold, fixed, …) or a baseline (tfidf, cnn, …).
        goal: the size that was asked for, in transitions; 0: none, as of baselines and hand-set shapes.
        stage: "search" (hyper-parameters are compared by dev accuracy) or "final" (a seed of the best of them).
        sample, seed: which hyper-parameters, and which random values.
        parameters: the hyper-parameters.
        transitions, patterns: the size; None of what is no automaton.
        lengths: transitions of every pattern, longest first.
        dev, test: accuracies; test None while hyper-parameters are searched.
        right: [test text]: is the prediction the label? Empty while hyper-parameters are searched.
        learned: numbers that were learned: of patterns, class weights and moved vectors (or a baseline's own parts).
        stored: numbers that the model needs, word vectors that it reads included.
        residual, margin, revivals: of the certificate; None where there is none.
        certified: does the certificate hold?
        temperature, calibration: fitted on dev; the calibration error on test before and after.
        logit_difference: what deletion changed; None where nothing is deleted.
        seconds: of processor time.
    """

    arm: str
    goal: int
    stage: str
    sample: int
    seed: int
    parameters: Mapping[str, Any]
    transitions: int | None
    patterns: int | None
    lengths: tuple[int, ...]
    dev: float
    test: float | None
    right: np.ndarray = field(repr=False)
    learned: Mapping[str, int]
    stored: int
    residual: float | None = None
    margin: float | None = None
    revivals: int | None = None
    certified: bool | None = None
    temperature: float | None = None
    calibration: tuple[float, float] | None = None
    logit_difference: float | None = None
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON; `right` as base64 of packed bits, with their number."""
        bits = base64.b64encode(np.packbits(self.right.astype(bool)).tobytes()).decode()
        return {**asdict(self), "right": {"texts": len(self.right), "bits": bits}}

    @classmethod
    def from_dict(cls, tree: Mapping[str, Any]) -> "Outcome":
        """The outcome that `as_dict` wrote."""
        packed = np.frombuffer(base64.b64decode(tree["right"]["bits"]), np.uint8)
        right = np.unpackbits(packed, count=tree["right"]["texts"]).astype(bool)
        calibration = tree["calibration"]
        return cls(
            **{
                **tree,
                "right": right,
                "lengths": tuple(tree["lengths"]),
                "calibration": None if calibration is None else tuple(calibration),
            }
        )
