"""Which model of the curve to keep. Only dev accuracy decides; test texts are scored after the choice."""

import math
from collections.abc import Sequence

from sparsify.errors import RunError
from sparsify.methods.curve import Point
from sparsify.settings import Settings


def choose(points: Sequence[Point], settings: Settings, dev_texts: int) -> Point:
    """The chosen point, among those of at most `at_most` transitions.

    `best`: the highest dev accuracy after debiasing; the smaller of equals. `one-se`: the smallest within one standard
    error √(a (1 − a) / n) of the best, a its accuracy and n the number of dev texts (Breiman et al., 1984).

    Raises:
        RunError: no point is small enough.
    """
    eligible = [p for p in points if not settings.at_most or p.polished.transitions <= settings.at_most]
    if not eligible:
        sizes = [point.polished.transitions for point in points]
        raise RunError(f"a model of at most {settings.at_most} transitions is needed (got sizes {sizes}); add --sizes.")
    best = max(eligible, key=lambda p: (p.dev_debiased, -p.polished.transitions))
    if settings.choose == "best":
        return best
    error = math.sqrt(best.dev_debiased * (1 - best.dev_debiased) / dev_texts)
    close = [p for p in eligible if p.dev_debiased >= best.dev_debiased - error]
    return min(close, key=lambda p: p.polished.transitions)
