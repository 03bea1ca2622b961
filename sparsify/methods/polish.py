"""Models that the path met, polished: full-batch steps at their strength, then deletion of their dead states."""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch

from neural import PatternClassifier
from sparsify.log import Log
from sparsify.methods.strength_path import Snapshot, State, copy_state
from sparsify.penalties.prune import Pruned, prune, restore, transitions, zero_behind
from sparsify.training.side_by_side import Joint
from sparsify.training.trainer import Training
from sparsify.training.two_threads import beside, halves, until

_FINE = 0.3
"""The step size of the polish, as a share of the path's: its gradients have no noise."""

_SMALL, _LARGE = 24, 6
"""Up to how many transitions no size that the path met is left out, and how many larger ones there are."""


@dataclass(frozen=True)
class Polished:
    """A snapshot after full-batch steps, its dead states deleted.

    Attributes:
        state: the full-shape parameters; the groups of deleted states are zero.
        pruned: the same as a smaller model.
        loss: of the training texts, without dropout.
    """

    snapshot: Snapshot
    transitions: int
    state: State
    pruned: Pruned
    loss: float


def polish(
    training: Training, model: PatternClassifier, snapshots: Sequence[Snapshot], steps: Iterable[object]
) -> list[Polished]:
    """Full-batch steps, all snapshots side by side, each at its own strength on the states that live.

    Args:
        model: of the full shape, to put snapshots into; it is left at the last result.
        steps: one for each step.
    """
    if not snapshots:
        return []
    small = []
    for snapshot in snapshots:
        model.load_state_dict(snapshot.state)
        small.append(prune(model, training.groups))
    joint = Joint([pruned.model for pruned in small])
    together = side_by_side(training, joint, _FINE)
    strengths = torch.tensor([snapshot.strength for snapshot in snapshots], dtype=torch.float64)
    together.set_strength(strengths[joint.owner])
    for _ in steps:
        together.full_step()
    losses = together.full_gradient().tolist()
    joint.write_back()
    found = []
    for snapshot, pruned, loss in zip(snapshots, small, losses, strict=True):
        model.load_state_dict(snapshot.state)
        restore(model, pruned)
        zero_behind(model.bank, training.groups)
        left = prune(model, training.groups)
        size = transitions(left.model.bank.layout.patterns)
        found.append(Polished(snapshot, size, copy_state(model), left, loss))
    return found


def side_by_side(training: Training, joint: Joint, pace: float = 1.0) -> Training:
    """Training of smaller models on the same data, with randomness of its own."""
    generator = torch.Generator().manual_seed(training.settings.seed * 1_000_003 + len(joint.bias))
    settings = training.settings
    return Training(joint, training.table, training.data, settings, generator, settings.lr * pace, training.world)


def polish_along(training: Training, path: Iterable[Snapshot], log: Log) -> list[Polished]:
    """Polish what the path meets, smallest first: all models of at most 24 transitions, and at most six before them.

    Full-batch steps need little of the interpreter and the steps of the path little of the processor, so the larger
    models are polished by another thread, while the path goes on below them. Where there are none, or nothing but them,
    two threads share the models at the end. Who is polished together does not depend on the number of threads.
    """
    path, steps = iter(path), range(training.settings.polish)
    larger, rest = [], []
    for snapshot in path:
        if snapshot.transitions <= _SMALL:
            rest.append(snapshot)
            break
        larger.append(snapshot)
    larger = spread(larger)
    with beside(training) as submit:

        def start(snapshots: Sequence[Snapshot]) -> Callable[[], list[Polished]]:
            model = deepcopy(training.model)
            return submit(lambda stop: polish(training, model, snapshots, until(stop, steps)))

        above = start(larger) if larger and rest else None
        rest += path
        mine = [snapshot for snapshot in rest if 0 < snapshot.transitions <= _SMALL] or ([] if larger else rest[:1])
        if above is None:
            both = [*larger, *mine]
            mine, *others = ([both[place] for place in part] for part in halves([*map(_size, both)]))
            above = start(*others) if others else list
        found = polish(training, training.model, sorted(mine, key=_size), log.progress("polish", steps))
        found += above()
    return sorted(found, key=lambda polished: polished.snapshot.transitions)


def _size(snapshot: Snapshot) -> int:
    return snapshot.transitions


def spread(larger: Sequence[Snapshot]) -> list[Snapshot]:
    """At most six, smallest first, since they cost most: the three smallest, and three on the way to the largest."""
    larger = sorted(larger, key=_size)
    if len(larger) <= _LARGE:
        return larger
    rest = larger[_LARGE // 2 :]
    count = _LARGE - _LARGE // 2
    return [*larger[: _LARGE // 2], *(rest[len(rest) * (k + 1) // count - 1] for k in range(count))]
