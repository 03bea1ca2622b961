"""The accuracy-against-transitions curve: at each size polish, delete, debias."""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import takewhile
from threading import Event

import torch
from torch import Tensor, nn

from neural import PatternClassifier
from sparsify.encoded import Encoded, accuracy
from sparsify.halves import in_halves
from sparsify.joint import Joint
from sparsify.log import Log, Row
from sparsify.path import Snapshot, State, between, copy_state, row, size
from sparsify.prune import Pruned, prune, restore, transitions, zero_behind
from sparsify.training import Training

_FINE = 0.3
"""The step size of the polish, as a share of the path's: its gradients have no noise."""

_POINTS, _SMALL, _LARGE = 19, 24, 6
"""How many sizes a curve has when none are asked for, up to which none is left out, and how many larger there are."""

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
    dev: float
    dev_debiased: float
    model: PatternClassifier


def polish(training: Training, snapshots: Sequence[Snapshot], log: Log) -> list[Polished]:
    """Full-batch steps, side by side, at each snapshot's strength on the states that live.

    `training.model` is left at the last result.
    """
    small = []
    for snapshot in snapshots:
        training.model.load_state_dict(snapshot.state)
        small.append(prune(training.model, training.groups))

    def job(places: Sequence[int], stop: Event) -> list[float]:
        joint = Joint([small[place].model for place in places])
        together = _beside(training, joint, _FINE)
        strengths = torch.tensor([snapshots[place].strength for place in places], dtype=torch.float64)
        together.set_strength(strengths[joint.owner])
        for _ in _steps(log, "polish", training.settings.polish, places, stop):
            together.full_step()
        losses: list[float] = together.full_gradient().tolist()
        joint.write_back()
        return losses

    losses = in_halves([snapshot.transitions for snapshot in snapshots], job, training)
    found = []
    for snapshot, pruned, loss in zip(snapshots, small, losses, strict=True):
        training.model.load_state_dict(snapshot.state)
        restore(training.model, pruned)
        zero_behind(training.model.bank, training.groups)
        left = prune(training.model, training.groups)
        found.append(Polished(snapshot, size(training)[0], copy_state(training.model), left, loss))
    return found


def _beside(training: Training, joint: Joint, pace: float = 1.0) -> Training:
    """Training of smaller models on the same data, with randomness of its own."""
    generator = torch.Generator().manual_seed(training.settings.seed * 1_000_003 + len(joint.bias))
    settings = training.settings
    return Training(joint, training.table, training.data, settings, generator, settings.lr * pace, training.world)


def finish(training: Training, dev: Encoded, polished: Sequence[Polished], log: Log) -> list[Point]:
    """Score the polished models, debias them, score them again."""
    before = []
    for one in polished:
        training.model.load_state_dict(one.state)
        before.append(log.write(row(training, dev, "polish", one.transitions, one.loss, one.snapshot.strength)))
    models = [deepcopy(one.pruned.model) for one in polished]
    losses = debias(training, models, log)
    points = []
    for one, found, model, loss in zip(polished, before, models, losses, strict=True):
        dev_debiased = training.world.agreed(accuracy(model, training.table, dev))
        log.write(Row("debias", one.transitions, 0.0, loss, 0.0, dev_debiased, found.transitions, found.patterns))
        points.append(Point(one, found.dev, dev_debiased, model))
    return points


def debias(training: Training, models: Sequence[PatternClassifier], log: Log) -> list[float]:
    """Train `models` without a penalty; each ends as its mean over the ends of the last two thirds of epochs.

    No epoch is picked by dev accuracy: that would make the dev accuracies of the curve too good. Returns the last
    losses. Source of the averaging: Polyak and Juditsky (1992), Izmailov et al. (2018).
    """

    def job(places: Sequence[int], stop: Event) -> list[float]:
        epochs = _steps(log, "debias", training.settings.debias, places, stop)
        return _debiased(training, [models[place] for place in places], epochs)

    found = in_halves([transitions(model.bank.layout.patterns) for model in models], job, training)
    for m, model in enumerate(models):
        if not model.bank.layout.patterns:
            found[m] = fit_prior(model, training.data.labels)
    return found


def _steps(log: Log, name: str, count: int, places: Sequence[int], stop: Event) -> Iterator[int]:
    """So many steps, unless they are stopped; those of the first model's half are shown."""
    steps = log.progress(name, range(count)) if 0 in places else iter(range(count))
    return takewhile(lambda _: not stop.is_set(), steps)


def _debiased(training: Training, models: Sequence[PatternClassifier], steps: Iterable[int]) -> list[float]:
    joint = Joint(models)
    together, epochs = _beside(training, joint), training.settings.debias
    losses, means, taken = together.full_gradient() if not epochs else torch.zeros(len(models)), [], 0
    for epoch in steps:
        losses = together.epoch()
        if epoch >= epochs // 3:
            taken += 1
            now = [parameter.detach().clone() for parameter in joint.parameters()]
            means = [mean.lerp(value, 1 / taken) for mean, value in zip(means or now, now, strict=True)]
    with torch.no_grad():
        for parameter, mean in zip(joint.parameters(), means or list(joint.parameters()), strict=True):
            parameter.copy_(mean)
    joint.write_back()
    found: list[float] = losses.tolist()
    return found


@torch.no_grad()
def fit_prior(model: PatternClassifier, labels: Tensor) -> float:
    """The best model without patterns, in closed form: the logarithms of the class frequencies. Returns its loss."""
    labels = labels.to(model.bias.device)
    counts = torch.bincount(labels, minlength=len(model.bias)).to(model.bias.dtype)
    model.bias.copy_((counts / counts.sum()).log())
    return float(nn.functional.cross_entropy(model.bias.expand(len(labels), -1), labels))


def draw_curve(training: Training, dev: Encoded, snapshots: Sequence[Snapshot], log: Log) -> list[Point]:
    """The points of the curve, from the smallest up: at the sizes that were asked for, or at those the path met."""
    settings = training.settings
    if settings.sizes:
        found = [reach(training, snapshots, target, log) for target in log.progress("sizes", sorted(settings.sizes))]
    else:
        found = polish(training, thin(sorted(snapshots, key=lambda snapshot: snapshot.transitions)), log)
    distinct = {polished.transitions: polished for polished in found}
    if len(distinct) > 1:
        distinct.pop(0, None)  # a small model can lose its last transition in the polish
    return finish(training, dev, [distinct[n] for n in sorted(distinct)], log)


def thin(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """At most 19 snapshots, smallest first, never the empty model: all of at most 24 transitions, and six larger ones
    at most, since they cost most: the next ones, and three on the way to the largest.
    """
    alive = [snapshot for snapshot in snapshots if snapshot.transitions > 0]
    small = [snapshot for snapshot in alive if snapshot.transitions <= _SMALL][:_POINTS]
    large = [snapshot for snapshot in alive if snapshot.transitions > _SMALL]
    room = min(_POINTS - len(small), _LARGE)
    if len(large) > room:
        spread = min(3, room)
        rest = large[room - spread :]
        large = [*large[: room - spread], *(rest[len(rest) * (k + 1) // spread - 1] for k in range(spread))]
    return [*small, *large] if alive else list(snapshots[:1])


def reach(training: Training, snapshots: Sequence[Snapshot], target: int, log: Log) -> Polished:
    """A polished model of exactly `target` transitions, by bisection of the strength between two snapshots.

    Where several states die at once and no strength gives the size, the nearest size is taken and said.
    """
    inside = sorted(snapshots, key=lambda snapshot: snapshot.strength)
    above, below = inside[0], inside[-1]
    best: Polished | None = None
    for _ in range(_BISECTIONS):
        middle = inside[len(inside) // 2] if inside else between(training, above, below)
        (polished,) = polish(training, [middle], log)
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
