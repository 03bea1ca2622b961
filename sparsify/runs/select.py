"""Which model of the curve to keep. Only a dev score decides; test texts are scored after the choice."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sparsify.methods.base import Candidate
from sparsify.runs.scores import Score
from sparsify.settings import Settings


class Mark(NamedTuple):
    """A dev score after debiasing, and its standard error."""

    value: float
    error: float


def marks(
    candidates: Sequence[Candidate], dev: Mapping[int, Score], settings: Settings, agreed: Callable[[float], float]
) -> dict[int, Mark]:
    """Transitions → what candidates are compared by: `--choose-by`.

    accuracy: a, with the standard error √(a (1 − a) / n) over n dev texts. macro-f1: see `Score.macro_f1_error`.

    Args:
        dev: transitions → what the debiased model predicts for the dev texts.
        agreed: one number for all processes.
    """
    if settings.choose_by == "macro-f1":
        return {size: Mark(agreed(own.macro_f1), agreed(own.macro_f1_error)) for size, own in dev.items()}
    found = {}
    for one in candidates:
        a = one.dev_debiased
        found[one.transitions] = Mark(a, math.sqrt(a * (1 - a) / len(dev[one.transitions])))
    return found


def choose(candidates: Sequence[Candidate], settings: Settings, of: Mapping[int, Mark]) -> Candidate:
    """The chosen candidate, among those of at most `at_most` transitions; where there are none, the smallest of all.

    `best`: the highest mark; the smaller of equals. `one-se`: the smallest within one standard error of the best
    (Breiman et al., 1984).

    Args:
        of: transitions → mark.
    """
    eligible = [p for p in candidates if not settings.at_most or p.transitions <= settings.at_most]
    if not eligible:
        return min(candidates, key=lambda p: p.transitions)
    best = max(eligible, key=lambda p: (of[p.transitions].value, -p.transitions))
    if settings.choose == "best":
        return best
    mark = of[best.transitions]
    close = [p for p in eligible if of[p.transitions].value >= mark.value - mark.error]
    return min(close, key=lambda p: p.transitions)


def excess(chosen: Candidate, settings: Settings) -> str:
    """What is to be said of a model that is larger than was asked for; "" of others."""
    if not 0 < settings.at_most < chosen.transitions:
        return ""
    more = "" if settings.method == "path" else ", or --strength"
    return (
        f"a model of at most {settings.at_most} transitions was asked for (got {chosen.transitions}, the smallest that "
        f"was found); raise --at-most{more}."
    )
