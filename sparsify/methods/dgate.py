"""The path of strengths with groups that are products: see `sparsify.optimizers.gated_adam`.

At the end of an epoch the products are the model's parameters, and groups whose factors are all below 10⁻³ are exact
zeros already, so that their deletion changes no logit. With D = 2 stationary points satisfy the first-order
conditions of group lasso; certificate.json says how near a model is. There is no polish: it would be another
method's.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from sparsify.methods.base import Candidate, Search
from sparsify.methods.certificate import first_order
from sparsify.methods.debias import debias
from sparsify.methods.polish import worth_polishing
from sparsify.methods.snapshot import Snapshot
from sparsify.methods.walk import walk
from sparsify.optimizers.gated_adam import GatedAdam
from sparsify.penalties.prune import zero_behind


def dgate(search: Search) -> Iterator[Candidate]:
    """From the full model: a whole curve, or with --strength `path_epochs` epochs at that one and one model."""
    optimizer = partial(GatedAdam, factors=search.settings.gates)
    gated = replace(search, trainer=search.beside([search.model], optimizer=optimizer))
    snapshots = worth_polishing(walk(gated))
    yield from debias(search, [_collapsed(search, snapshot) for snapshot in snapshots])


def _collapsed(search: Search, snapshot: Snapshot) -> Candidate:
    """The model of an epoch, its dead groups deleted."""
    search.model.load_state_dict(snapshot.state)
    zero_behind(search.model.bank, search.trainer.groups)
    conditions = first_order(search.trainer, snapshot.strength)
    made = search.candidate(snapshot.strength, conditions.loss, snapshot.state)
    return replace(made, certificate=conditions.certificate, final=True)
