"""Which model of the curve to keep. Only dev accuracy decides; test texts are scored after the choice."""

import math
from collections.abc import Sequence

from sparsify.methods.base import Candidate
from sparsify.settings import Settings


def choose(candidates: Sequence[Candidate], settings: Settings, dev_texts: int) -> Candidate:
    """The chosen candidate, among those of at most `at_most` transitions; where there are none, the smallest of all.

    `best`: the highest dev accuracy after debiasing; the smaller of equals. `one-se`: the smallest within one standard
    error √(a (1 − a) / n) of the best, a its accuracy and n the number of dev texts (Breiman et al., 1984).
    """
    eligible = [p for p in candidates if not settings.at_most or p.transitions <= settings.at_most]
    if not eligible:
        return min(candidates, key=lambda p: p.transitions)
    best = max(eligible, key=lambda p: (p.dev_debiased, -p.transitions))
    if settings.choose == "best":
        return best
    error = math.sqrt(best.dev_debiased * (1 - best.dev_debiased) / dev_texts)
    close = [p for p in eligible if p.dev_debiased >= best.dev_debiased - error]
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
