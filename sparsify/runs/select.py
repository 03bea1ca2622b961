"""Which model of the curve to keep. Only dev accuracy decides; test texts are scored after the choice."""

import math
from collections.abc import Sequence

from sparsify.errors import RunError
from sparsify.methods.base import Candidate
from sparsify.settings import Settings


def choose(candidates: Sequence[Candidate], settings: Settings, dev_texts: int) -> Candidate:
    """The chosen candidate, among those of at most `at_most` transitions.

    `best`: the highest dev accuracy after debiasing; the smaller of equals. `one-se`: the smallest within one standard
    error √(a (1 − a) / n) of the best, a its accuracy and n the number of dev texts (Breiman et al., 1984).

    Raises:
        RunError: no candidate is small enough.
    """
    eligible = [p for p in candidates if not settings.at_most or p.transitions <= settings.at_most]
    if not eligible:
        sizes = [one.transitions for one in candidates]
        raise RunError(
            f"a model of at most {settings.at_most} transitions is needed (got sizes {sizes}); raise --at-most, or ask "
            "for a size with --sizes."
        )
    best = max(eligible, key=lambda p: (p.dev_debiased, -p.transitions))
    if settings.choose == "best":
        return best
    error = math.sqrt(best.dev_debiased * (1 - best.dev_debiased) / dev_texts)
    close = [p for p in eligible if p.dev_debiased >= best.dev_debiased - error]
    return min(close, key=lambda p: p.transitions)
