"""A baseline tuned on dev: samples of its hyper-parameters, the best by dev accuracy, and its seeds on test."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import mean, stdev
from typing import Any

import numpy as np

from sparsify.baselines.base import Baseline
from sparsify.runs.evaluation import RESAMPLES
from sparsify.runs.scores import Score
from sparsify.training.encoded import Encoded
from sparsify.training.material import Material

Progress = Callable[[str, Sequence[Any]], Iterable[Any]]
"""(what is done, with which things) → the things: what shows how many of them are done."""


@dataclass(frozen=True)
class Row:
    """One baseline, tuned.

    Attributes:
        parameters: the hyper-parameters that were chosen.
        samples: of how many.
        dev, test: a score for every seed; test () where nothing is tested.
        learned, stored: see `sparsify.baselines.base.Fitted`.
        seconds: of processor time, samples included.
    """

    name: str
    parameters: Mapping[str, Any]
    samples: int
    dev: Sequence[Score]
    test: Sequence[Score]
    learned: Mapping[str, int]
    stored: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON; figures of the test texts are null where nothing is tested."""
        low, high = interval(np.mean([own.right for own in self.test], 0)) if self.test else (None, None)
        accuracy = _spread([own.accuracy for own in self.test])
        return {
            "name": self.name,
            "parameters": dict(self.parameters),
            "samples": self.samples,
            "seeds": len(self.dev),
            "dev": _spread([own.accuracy for own in self.dev]),
            "test": None if accuracy is None else {**accuracy, "low": low, "high": high},
            "test_macro_f1": _spread([own.macro_f1 for own in self.test]),
            "learned": dict(self.learned),
            "stored": self.stored,
            "seconds": round(self.seconds, 1),
        }


def _spread(values: Sequence[float]) -> dict[str, float | None] | None:
    """The mean, and the standard deviation of a sample: None of a single value; None where there are no values."""
    if not values:
        return None
    return {"value": mean(values), "sd": stdev(values) if len(values) > 1 else None}


def interval(right: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean of `right` [text], each the share of models that have it right.

    By the percentile bootstrap (Efron, 1979), as in `sparsify.runs.evaluation`: texts are drawn anew 1,000 times. It
    tells how far other test texts would take the accuracy, not other seeds.
    """
    generator, texts = np.random.default_rng(0), len(right)
    found = [right[generator.integers(0, texts, texts)].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def samples_of(baseline: Baseline, trials: int, seed: int) -> list[dict[str, Any]]:
    """The different ones among `trials` samples of its hyper-parameters."""
    found: list[dict[str, Any]] = []
    for sample in range(trials):
        # From the sample's number alone: a longer search begins with the samples of a shorter one.
        parameters = baseline.space(Random(f"{seed} {sample}"), sample)
        if parameters not in found:
            found.append(parameters)
    return found


def silent(name: str, items: Sequence[Any]) -> Iterable[Any]:
    """The things, without a word."""
    return items


def tune(
    name: str,
    baseline: Baseline,
    material: Material,
    trials: int,
    seeds: int,
    seed: int,
    progress: Progress = silent,
) -> Row:
    """Choose among `trials` samples by dev accuracy, of equals the first; then score the test texts with the best.

    All samples are fitted with the seed `seed`, and know of no test texts; the best is fitted anew with the `seeds`
    seeds after it, or once where nothing is random.
    """
    started = time.process_time()
    samples, untested = samples_of(baseline, trials, seed), replace(material, test=None)
    found = [
        _score(baseline.fit(untested, parameters, seed).dev, material.dev).accuracy
        for parameters in progress(f"{name}: samples of hyper-parameters", samples)
    ]
    best = samples[int(np.argmax(found))]
    after = range(seed + 1, seed + 1 + (seeds if baseline.random else 1))
    fits = [baseline.fit(material, best, own) for own in progress(f"{name}: seeds of the best", after)]
    dev = [_score(fit.dev, material.dev) for fit in fits]
    test = [_score(fit.test, material.test) for fit in fits if fit.test is not None and material.test is not None]
    seconds = time.process_time() - started
    return Row(name, best, len(samples), dev, test, fits[0].learned, fits[0].stored, seconds)


def _score(logits: np.ndarray, data: Encoded) -> Score:
    return Score(logits.argmax(1), data.labels.cpu().numpy())
