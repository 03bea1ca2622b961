"""The accuracy-against-transitions curve: at each size polish, delete, debias."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from threading import Event

import torch
from torch import Tensor, nn

from neural import PatternClassifier
from sparsify.log import Log, Row
from sparsify.methods.polish import Polished, polish, polish_along, side_by_side
from sparsify.methods.strength_path import Snapshot, between, row
from sparsify.penalties.prune import transitions
from sparsify.training.encoded import Encoded, accuracy
from sparsify.training.side_by_side import Joint
from sparsify.training.trainer import Training
from sparsify.training.two_threads import in_halves, until

_BISECTIONS = 12


@dataclass(frozen=True)
class Point:
    """One model of the curve: `polished` as it was found, `model` the same after debiasing."""

    polished: Polished
    dev: float
    dev_debiased: float
    model: PatternClassifier


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
        epochs = range(training.settings.debias)
        shown = log.progress("debias", epochs) if 0 in places else epochs  # those of the first model's half
        return _debiased(training, [models[place] for place in places], until(stop, shown))

    found = in_halves([transitions(model.bank.layout.patterns) for model in models], job, training)
    for m, model in enumerate(models):
        if not model.bank.layout.patterns:
            found[m] = fit_prior(model, training.data.labels)
    return found


def _debiased(training: Training, models: Sequence[PatternClassifier], steps: Iterable[int]) -> list[float]:
    joint = Joint(models)
    together, epochs = side_by_side(training, joint), training.settings.debias
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


def draw_curve(training: Training, dev: Encoded, path: Iterable[Snapshot], log: Log) -> list[Point]:
    """The points of the curve, from the smallest up: at the sizes that were asked for, or at those the path meets."""
    settings = training.settings
    if settings.sizes:
        snapshots = list(path)
        found = [reach(training, snapshots, target, log) for target in log.progress("sizes", sorted(settings.sizes))]
    else:
        found = polish_along(training, path, log)
    distinct = {polished.transitions: polished for polished in found}
    if len(distinct) > 1:
        distinct.pop(0, None)  # a small model can lose its last transition in the polish
    return finish(training, dev, [distinct[n] for n in sorted(distinct)], log)


def reach(training: Training, snapshots: Sequence[Snapshot], target: int, log: Log) -> Polished:
    """A polished model of exactly `target` transitions, by bisection of the strength between two snapshots.

    Where several states die at once and no strength gives the size, the nearest size is taken and said.
    """
    inside = sorted(snapshots, key=lambda snapshot: snapshot.strength)
    above, below = inside[0], inside[-1]
    best: Polished | None = None
    for _ in range(_BISECTIONS):
        middle = inside[len(inside) // 2] if inside else between(training, above, below)
        (polished,) = polish(training, training.model, [middle], range(training.settings.polish))
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
