"""Models that a method met, polished: full-batch steps at their strength, then deletion of their dead groups."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from threading import Event

import torch

from sparsify.methods.base import Candidate, Search, as_candidate, during, parameters_of
from sparsify.methods.snapshot import Snapshot
from sparsify.penalties.prune import prune, restore, zero_behind
from sparsify.training.two_threads import in_halves, until

_FINE = 0.3
"""The step size of the polish, as a share of the path's: its gradients have no noise."""

_SMALL, _LARGE = 24, 6
"""Up to how many transitions no size that the path met is left out, and how many larger ones there are."""


def polish(search: Search, snapshots: Sequence[Snapshot], steps: Iterable[object]) -> list[Candidate]:
    """Full-batch steps, all snapshots side by side, each at its own strength on what lives; smallest first.

    Args:
        steps: one for each step.
    """
    snapshots = sorted(snapshots, key=lambda snapshot: snapshot.transitions)
    steps = iter(steps)

    def job(places: Sequence[int], stop: Event) -> list[Candidate]:
        shown = steps if 0 in places else range(search.settings.polish)  # the bar is that of the smallest model's half
        return _polished(search, [snapshots[place] for place in places], until(stop, shown))

    costs = [snapshot.transitions for snapshot in snapshots]
    return in_halves(costs, job, search.settings.threads, search.trainer.world)


def _polished(search: Search, snapshots: Sequence[Snapshot], steps: Iterable[object]) -> list[Candidate]:
    model, grouped, gap = deepcopy(search.model), search.trainer.groups, search.settings.allow_gap
    small = []
    for snapshot in snapshots:
        model.load_state_dict(snapshot.state)
        small.append(prune(model, grouped, gap))
    trainer = search.beside([pruned.model for pruned in small], _FINE)
    strengths = torch.tensor([snapshot.strength for snapshot in snapshots], dtype=torch.float64)
    trainer.optimizer.set_strength(strengths[trainer.models.owner.cpu()])
    for number, _ in enumerate(steps, 1):
        with during("polish", number):
            trainer.full_step()
    losses = trainer.full_gradient().tolist()
    trainer.models.write_back()
    found = []
    for snapshot, pruned, loss in zip(snapshots, small, losses, strict=True):
        model.load_state_dict(snapshot.state)
        restore(model, pruned)
        zero_behind(model.bank, grouped)
        left = prune(model, grouped, gap)
        found.append(as_candidate(left, snapshot.strength, loss, 0.0, snapshot.state, parameters_of(model)))
    return found


def worth_polishing(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Of what a path met, all models of at most 24 transitions and six larger ones, smallest first.

    Of the larger ones, which cost most, the three smallest and three on the way to the largest. The empty model only
    where there is no other.
    """
    snapshots = sorted(snapshots, key=lambda snapshot: snapshot.transitions)
    small = [snapshot for snapshot in snapshots if 0 < snapshot.transitions <= _SMALL]
    larger = [snapshot for snapshot in snapshots if snapshot.transitions > _SMALL]
    return [*small, *spread(larger)] or snapshots[:1]


def spread(larger: Sequence[Snapshot]) -> list[Snapshot]:
    """At most six, smallest first: the three smallest, and three on the way to the largest."""
    larger = sorted(larger, key=lambda snapshot: snapshot.transitions)
    if len(larger) <= _LARGE:
        return larger
    rest = larger[_LARGE // 2 :]
    count = _LARGE - _LARGE // 2
    return [*larger[: _LARGE // 2], *(rest[len(rest) * (k + 1) // count - 1] for k in range(count))]
