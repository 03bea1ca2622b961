"""The accuracy-against-transitions curve: at each size polish, certify, delete, debias."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from neural import PatternClassifier
from sparsify.certificate import Certificate, certify
from sparsify.encoded import Encoded, accuracy
from sparsify.log import Log
from sparsify.path import Snapshot, State, between, copy_state, row, size
from sparsify.prune import Pruned, prune, restore, zero_behind
from sparsify.training import Training

_FINE = 0.3
"""The step size of the polish, as a share of the path's: its gradients have no noise."""

_POINTS, _SMALL = 19, 24
"""How many sizes a curve has when none are asked for, and up to which size none is left out."""

_BISECTIONS = 12


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


@dataclass(frozen=True)
class Point:
    """One model of the curve: `polished` as it was found, `model` the same after debiasing."""

    polished: Polished
    certificate: Certificate
    dev: float
    dev_debiased: float
    model: PatternClassifier


def polish(training: Training, snapshot: Snapshot) -> Polished:
    """Full-batch steps at the snapshot's strength on the states that live; `training.model` is left at the result."""
    training.model.load_state_dict(snapshot.state)
    pruned = prune(training.model, training.groups)
    small = _smaller(training, pruned.model, snapshot.transitions, _FINE)
    small.set_strength(snapshot.strength)
    for _ in range(training.settings.polish):
        small.full_step()
    loss = small.full_gradient()
    restore(training.model, pruned)
    zero_behind(training.model.bank, training.groups)
    return Polished(
        snapshot, size(training)[0], copy_state(training.model), prune(training.model, training.groups), loss
    )


def _smaller(training: Training, model: PatternClassifier, seed: int, pace: float = 1.0) -> Training:
    """Training of a smaller model on the same data, with randomness of its own, by its size."""
    generator = torch.Generator().manual_seed(training.settings.seed * 1_000_003 + seed)
    lr = training.settings.lr * pace
    return Training(model, training.table, training.data, training.settings, generator, lr)


def finish(training: Training, dev: Encoded, polished: Polished, log: Log) -> Point:
    """Certify the deletion at the full shape, then debias what is left."""
    strength = polished.snapshot.strength
    training.model.load_state_dict(polished.state)
    certificate = certify(training, strength)
    found = log.write(row(training, dev, "polish", polished.transitions, polished.loss, strength))
    model = deepcopy(polished.pruned.model)
    loss = debias(_smaller(training, model, polished.transitions))
    dev_debiased = accuracy(model, training.table, dev)
    log.write(replace(found, phase="debias", strength=0.0, loss=loss, penalty=0.0, dev=dev_debiased))
    return Point(polished, certificate, found.dev, dev_debiased, model)


def debias(training: Training) -> float:
    """Train without a penalty; the model ends as its mean over the ends of the last two thirds of epochs.

    No epoch is picked by dev accuracy: that would make the dev accuracies of the curve too good. Returns the last loss.
    Source of the averaging: Polyak and Juditsky (1992), Izmailov et al. (2018).
    """
    if not training.model.bank.layout.patterns:
        return fit_prior(training.model, training.data.labels)
    epochs, loss = training.settings.debias, 0.0
    mean = AveragedModel(training.model)
    for epoch in range(epochs):
        loss = training.epoch()
        if epoch >= epochs // 3:
            mean.update_parameters(training.model)
    training.model.load_state_dict(mean.module.state_dict())
    return loss


@torch.no_grad()
def fit_prior(model: PatternClassifier, labels: Tensor) -> float:
    """The best model without patterns, in closed form: the logarithms of the class frequencies. Returns its loss."""
    counts = torch.bincount(labels, minlength=len(model.bias)).to(model.bias.dtype)
    model.bias.copy_((counts / counts.sum()).log())
    return float(nn.functional.cross_entropy(model.bias.expand(len(labels), -1), labels))


def draw_curve(training: Training, dev: Encoded, snapshots: Sequence[Snapshot], log: Log) -> list[Point]:
    """The points of the curve, from the smallest up: at the sizes that were asked for, or at those the path met."""
    settings = training.settings
    if settings.sizes:
        found = [reach(training, snapshots, target, log) for target in log.progress("sizes", sorted(settings.sizes))]
    else:
        chosen = thin(sorted(snapshots, key=lambda snapshot: snapshot.transitions))
        found = [polish(training, snapshot) for snapshot in log.progress("polish", chosen)]
    distinct = {polished.transitions: polished for polished in found}
    return [finish(training, dev, distinct[n], log) for n in log.progress("debias", sorted(distinct))]


def thin(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """At most 19 snapshots, smallest first: all small ones, and every so many of the larger, never the empty model."""
    alive = [snapshot for snapshot in snapshots if snapshot.transitions > 0]
    small = [snapshot for snapshot in alive if snapshot.transitions <= _SMALL][:_POINTS]
    large = [snapshot for snapshot in alive if snapshot.transitions > _SMALL]
    room = _POINTS - len(small)
    every = max(1, -(-len(large) // room)) if room else len(large) + 1
    return [*small, *large[::every]] if alive else list(snapshots[:1])


def reach(training: Training, snapshots: Sequence[Snapshot], target: int, log: Log) -> Polished:
    """A polished model of exactly `target` transitions, by bisection of the strength between two snapshots.

    Where several states die at once and no strength gives the size, the nearest size is taken and said.
    """
    inside = sorted(snapshots, key=lambda snapshot: snapshot.strength)
    above, below = inside[0], inside[-1]
    best: Polished | None = None
    for _ in range(_BISECTIONS):
        middle = inside[len(inside) // 2] if inside else between(training, above, below)
        polished = polish(training, middle)
        if best is None or abs(polished.transitions - target) < abs(best.transitions - target):
            best = polished
        if polished.transitions > target:
            above, inside = middle, [snapshot for snapshot in inside if snapshot.strength > middle.strength]
        elif polished.transitions < target:
            below, inside = middle, [snapshot for snapshot in inside if snapshot.strength < middle.strength]
        else:
            return polished
    assert best is not None
    log.say(f"note: no strength was found that leaves {target} transitions; took {best.transitions}.")
    return best
