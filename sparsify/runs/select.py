"""Which model of the curve to keep. Only a dev score decides; test texts are scored after the choice.

Models of one curve agree on most texts, so what is compared is their difference text by text, whose standard error is a
fraction of that of either score.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sparsify.methods.base import Candidate
from sparsify.runs.scores import Score
from sparsify.settings import Settings

_NEAR = {"best": 0.0, "near-best": 0.5, "one-se": 1.0}
"""`--choose` → by how many standard errors of the difference a smaller model may be worse."""


class Mark(NamedTuple):
    """A dev score, the higher the better, and what every text adds to it, [text], but for a constant."""

    value: float
    texts: np.ndarray

    def behind(self, other: "Mark") -> tuple[float, float]:
        """(the other's value − this one's, the standard error of that: √(Σ (δ_t − mean δ)²) / n over n texts)."""
        apart = other.texts - self.texts
        return other.value - self.value, math.sqrt(float(((apart - apart.mean()) ** 2).sum())) / len(apart)


def mark(own: Score, settings: Settings) -> Mark:
    """What a model is compared by: `--choose-by`.

    loss: − the mean cross-entropy, with `--class-weight balanced` that in which every class counts alike. accuracy: the
    share of right predictions. macro-f1: see `Score.influences`.
    """
    if settings.choose_by == "macro-f1":
        return Mark(own.macro_f1, own.influences)
    if settings.choose_by == "accuracy":
        return Mark(own.accuracy, own.right.astype(float))
    counts = np.bincount(own.labels)
    weights = 1 / counts if settings.class_weight == "balanced" else np.ones(len(counts))
    shares = weights.take(own.labels)
    texts = -own.losses * shares / shares.mean()
    return Mark(float(texts.mean()), texts)


def choose(
    candidates: Sequence[Candidate],
    settings: Settings,
    dev: Mapping[int, Score],
    agreed: Callable[[float], float] = float,
) -> Candidate:
    """The chosen candidate, among those of at most `at_most` transitions; where there are none, the smallest of all.

    `best`: the highest mark; the smaller of equals. `one-se`: the smallest that is at most one standard error behind it
    (Breiman et al., 1984; here of the difference on the same texts); `near-best`: half of one.

    Args:
        dev: transitions → what the debiased model predicts for the dev texts.
        agreed: one number for all processes.
    """
    eligible = [one for one in candidates if not settings.at_most or one.transitions <= settings.at_most]
    if not eligible:
        return min(candidates, key=lambda one: one.transitions)
    marks = {one.transitions: mark(dev[one.transitions], settings) for one in eligible}
    values = {size: agreed(own.value) for size, own in marks.items()}
    best = max(eligible, key=lambda one: (values[one.transitions], -one.transitions))
    allowed = _NEAR[settings.choose]
    for one in sorted(eligible, key=lambda one: one.transitions):
        behind, error = map(agreed, marks[one.transitions].behind(marks[best.transitions]))
        if behind <= allowed * error:
            return one
    return best


def excess(chosen: Candidate, settings: Settings) -> str:
    """What is to be said of a model that is larger than was asked for; "" of others."""
    if not 0 < settings.at_most < chosen.transitions:
        return ""
    more = "" if settings.method == "path" else ", or --strength"
    return (
        f"a model of at most {settings.at_most} transitions was asked for (got {chosen.transitions}, the smallest that "
        f"was found); raise --at-most{more}."
    )
