"""The path of strengths, walked by regularised dual averaging: see `sparsify.optimizers.dual_averaging`.

Every epoch's strength joins the sum of strengths that the proximal step takes, so a path of rising strengths is one
run of the method with a penalty that grows. Polish and debiasing are those of the path: what is polished has the
path's objective.
"""

from collections.abc import Iterator
from dataclasses import replace

from sparsify.methods.base import Candidate, Search
from sparsify.methods.debias import debias
from sparsify.methods.polish import polish, worth_polishing
from sparsify.methods.walk import walk
from sparsify.optimizers.dual_averaging import DualAveraging


def dual_averaging(search: Search) -> Iterator[Candidate]:
    """From the full model: a whole curve, or with --strength `path_epochs` epochs at that one and one model."""
    lazy = replace(search, trainer=search.beside([search.model], optimizer=DualAveraging))
    snapshots = worth_polishing(walk(lazy))
    found = polish(search, snapshots, search.log.progress("polish", range(search.settings.polish)))
    distinct = {candidate.transitions: candidate for candidate in found}
    if any(distinct):
        distinct.pop(0, None)  # a small model can lose its last transition in the polish
    yield from debias(search, [distinct[size] for size in sorted(distinct)])
