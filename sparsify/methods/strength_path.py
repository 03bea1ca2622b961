"""The path of strengths: from the full model without a penalty to nothing, each strength starting from the last.

Dense to sparse only: at zero parameters just the first states have a gradient, so a path from sparse to dense would
never find a longer pattern.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from neural import PatternClassifier
from sparsify.log import Log, Row
from sparsify.penalties.groups import norms
from sparsify.penalties.prune import survivors, transitions
from sparsify.training.encoded import Encoded, accuracy
from sparsify.training.trainer import Training

State = dict[str, Tensor]

_FIRST = 0.01
"""The first strength, as a share of the one at which penalty and loss weigh the same."""

_LARGEST = 1e9
"""No model outlives this strength: where a path ends that grows too fast to be followed."""


@dataclass(frozen=True)
class Snapshot:
    """The full-shape model after an epoch: its size in transitions, the strength, and all parameters."""

    transitions: int
    strength: float
    state: State


def copy_state(model: PatternClassifier) -> State:
    """A copy of all parameters."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def size(training: Training) -> tuple[int, int]:
    """Transitions and patterns that are left if all dead states go."""
    left = survivors(training.model.bank, training.groups)
    return transitions(left.values()), len(left)


def row(training: Training, dev: Encoded, phase: str, epoch: int, loss: float, strength: float) -> Row:
    """What one evaluation shows."""
    transitions_left, patterns = size(training)
    return Row(
        phase,
        epoch,
        strength,
        loss,
        strength * training.penalty.value(training.model.bank),
        training.world.agreed(accuracy(training.model, training.table, dev)),
        transitions_left,
        patterns,
    )


def train_dense(training: Training, dev: Encoded, log: Log) -> float:
    """Epochs without a penalty, which also move the word vectors. Returns the last loss.

    Model and word vectors are left as they were when dev accuracy was best; after that the vectors never change.
    """
    best, state, table, loss = -1.0, copy_state(training.model), training.table, 0.0
    training.learn_words()
    for epoch in log.progress("full model", range(1, training.settings.epochs + 1)):
        loss = float(training.epoch())
        record = log.write(row(training, dev, "full", epoch, loss, 0.0))
        if record.dev > best:
            best, state, table = record.dev, copy_state(training.model), training.table.detach().clone()
    training.model.load_state_dict(state)
    training.keep_words(table)
    return loss


def strengths(training: Training, loss: float) -> Iterator[float]:
    """The strengths of the run, one per epoch: rising by `growth` from 1 % of λ_eq = loss / Ω(w), or fixed."""
    settings = training.settings
    if settings.method == "fixed":
        yield from [settings.strength] * settings.path_epochs
        return
    strength = _FIRST * loss / max(training.penalty.value(training.model.bank), 1e-12)
    for _ in range(settings.path_epochs):
        yield strength
        strength *= settings.growth
        if strength > _LARGEST:
            return


def follow(training: Training, dev: Encoded, loss: float, log: Log) -> Iterator[Snapshot]:
    """One epoch per strength until nothing is left; the first snapshot of every size, as they come.

    With a fixed strength only the last epoch counts.
    """
    met, fixed = set(), training.settings.method == "fixed"
    for epoch, strength in enumerate(log.progress("path", list(strengths(training, loss))), 1):
        training.set_strength(strength)
        loss = float(training.epoch())
        record = log.write(row(training, dev, "path", epoch, loss, strength))
        names = [f"p{p}.{q}" for p, q in training.groups.keys]
        log.norms(strength, names, norms(training.model.bank, training.groups).tolist())
        if record.transitions not in met and not fixed:
            met.add(record.transitions)
            yield Snapshot(record.transitions, strength, copy_state(training.model))
        if record.transitions == 0:
            break
    if fixed:
        yield Snapshot(record.transitions, strength, copy_state(training.model))


def between(training: Training, above: Snapshot, below: Snapshot) -> Snapshot:
    """From the larger model `above`, one epoch at the geometric mean of the two strengths."""
    strength = math.sqrt(above.strength * below.strength)
    training.model.load_state_dict(above.state)
    training.set_strength(strength)
    training.epoch()
    return Snapshot(size(training)[0], strength, copy_state(training.model))
