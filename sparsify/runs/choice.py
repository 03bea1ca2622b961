"""From a curve to the model that is kept: the choice by dev score, and the certificate that it must have."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from sparsify.methods.base import Candidate, Search
from sparsify.methods.debias import debias
from sparsify.methods.settle import settle
from sparsify.runs.scores import Score, score
from sparsify.runs.select import choose
from sparsify.runs.temperature import cool_
from sparsify.training.encoded import Encoded

_FAILURES = 3
"""After so many models that could not be certified, no other is tried."""


@dataclass(frozen=True)
class Choice:
    """What is kept of a search.

    Attributes:
        candidates: the curve, smallest first.
        dev: transitions → what the model predicts for the dev texts.
        temperatures: transitions → what its logits were divided by.
    """

    candidates: list[Candidate]
    dev: Mapping[int, Score]
    chosen: Candidate
    temperatures: Mapping[int, float]


def decide(search: Search, candidates: list[Candidate], dev: Encoded) -> Choice:
    """Choose; certify what was chosen, which may change it; until the chosen model is certified.

    One that `--certify` evaluations do not certify stays as it was and is passed over, and so are larger ones, which
    take more; after three such, the choice is among those that are certified, if there are any. In the end every model
    of the curve is given its temperature.
    """
    curve = {one.transitions: one for one in candidates}
    scores = {size: score(one.model, dev) for size, one in curve.items()}
    settings, failed = search.settings, list[int]()

    def best() -> Candidate:
        every = [curve[size] for size in sorted(curve)]
        certified = [one for one in every if one.certificate.certified]
        hopeful = [one for one in every if one.certificate.certified or one.transitions < min(failed, default=inf)]
        open_to = (certified if len(failed) >= _FAILURES else hopeful) or every
        return choose(open_to, settings, scores, search.trainer.world.agreed)

    chosen = best()
    while _wants(chosen, search) and chosen.transitions not in failed and len(failed) < _FAILURES:
        settled = settle(search, chosen)
        if not settled.certificate.certified:
            failed.append(chosen.transitions)
        else:
            del curve[chosen.transitions], scores[chosen.transitions]
            size = settled.transitions
            if size not in curve or not curve[size].certificate.certified:
                (curve[size],) = debias(search, [settled])
                scores[size] = score(curve[size].model, dev)
        chosen = best()
    temperatures = {size: cool_(curve[size].model, dev) for size in sorted(curve)}
    return Choice([curve[size] for size in sorted(curve)], scores, chosen, temperatures)


def _wants(chosen: Candidate, search: Search) -> bool:
    """Is it a stationary model's neighbour that may become one?"""
    certificate = chosen.certificate
    open_to_change = search.settings.certify > 0 and not chosen.final and certificate.residual is not None
    return open_to_change and not certificate.certified
