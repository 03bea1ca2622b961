"""What a method of structure learning gets, and what it gives."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import torch
from torch import Tensor

from neural import PatternClassifier
from sparsify.errors import DivergedError
from sparsify.log import Log, Row
from sparsify.methods.certificate import NOTHING, Certificate
from sparsify.moving.base import MovingVectors
from sparsify.optimizers.base import MakeOptimizer
from sparsify.penalties.groups import norms
from sparsify.penalties.prox_adam import ProxAdam
from sparsify.penalties.prune import Pruned, prune, survivors, transitions
from sparsify.settings import Settings
from sparsify.training.encoded import Encoded, accuracy
from sparsify.training.setup import make_trainer
from sparsify.training.trainer import Trainer
from wfsa import State

Parameters = dict[str, Tensor]
"""All parameters of a model of the full shape, by name."""

_BESIDE = 1_000_003
"""Keeps the randomness of models that are trained after the first apart from the first's."""


@dataclass(frozen=True)
class Candidate:
    """One model of the accuracy-against-size curve.

    Attributes:
        transitions, patterns: its size.
        strength: the λ that it was found at.
        loss: of the training texts at that strength, without dropout.
        dev: dev accuracy as it was found; `dev_debiased` that of `model`.
        found: the full-shape parameters before dead groups' followers were zeroed.
        state: the same at the deletion; the groups of what is deleted are zero.
        kept: [survivor] → its place among the patterns before.
        deleted: pattern → states that are gone.
        model: what is left, trained on without the penalty.
        certificate: the first-order conditions at `state`.
        zeroed: `found` with the groups at zero that a rule takes for zero, as a threshold does; None: zeros are exact.
        final: is it what its method gives, which a polish would make another method's?
    """

    transitions: int
    patterns: int
    strength: float
    loss: float
    dev: float
    dev_debiased: float
    found: Parameters
    state: Parameters
    kept: tuple[int, ...]
    deleted: Mapping[int, tuple[State, ...]]
    model: PatternClassifier
    certificate: Certificate = NOTHING
    zeroed: Parameters | None = None
    final: bool = False


@dataclass(frozen=True)
class Search:
    """What a method gets.

    Attributes:
        model: the full model, trained without a penalty; `trainer` trains it on.
        dev: the texts by which models are compared.
        settings: of the method; the trainer has its own already.
        loss: the full model's last training loss.
        moving: how the word vectors moved with the full model; None: they did not, or it is not trained yet.
        initial: the parameters of the full model before any training.
    """

    model: PatternClassifier
    trainer: Trainer
    dev: Encoded
    settings: Settings
    log: Log
    loss: float = 0.0
    moving: MovingVectors | None = None
    initial: Parameters = field(default_factory=dict)
    epochs: Iterator[int] = field(default_factory=lambda: count(1))
    """The numbers of the epochs with a penalty."""

    def beside(
        self, models: Sequence[PatternClassifier], pace: float = 1.0, optimizer: MakeOptimizer = ProxAdam
    ) -> Trainer:
        """A trainer of other models on the same data, at `pace` times the step size, which steps with `optimizer`.

        Its randomness does not depend on which models or how many, so each comes out as it does alone.
        """
        own, settings = self.trainer, self.settings
        generator = torch.Generator().manual_seed(settings.seed * _BESIDE + 1)
        return make_trainer(models, own.data, settings, generator, settings.lr * pace, own.world, optimizer)

    def row(self, phase: str, epoch: int, loss: float, strength: float) -> Row:
        """Evaluate the full-shape model as it is now, and record it."""
        trainer = self.trainer
        left = survivors(self.model.bank, trainer.groups)
        penalty = strength * trainer.penalty.value(self.model.bank)
        dev = trainer.world.agreed(accuracy(self.model, self.dev))
        return self.log.write(Row(phase, epoch, strength, loss, penalty, dev, transitions(left.values()), len(left)))

    def epoch(self, strength: float) -> Row:
        """Train the full-shape model for one epoch with the penalty, and record it with the norms of all groups."""
        trainer = self.trainer
        trainer.optimizer.set_strength(strength)
        epoch = next(self.epochs)
        with during("path", epoch):
            record = self.row("path", epoch, float(trainer.epoch()), strength)
        self.log.norms(strength, trainer.groups.names, norms(self.model.bank, trainer.groups).tolist())
        return record

    def candidate(self, strength: float, loss: float, found: Parameters | None = None) -> Candidate:
        """The full-shape model as it is now, with its dead groups deleted.

        Args:
            found: its parameters before anything behind dead groups was zeroed, where they are others.
        """
        pruned = prune(self.model, self.trainer.groups, self.settings.allow_gap)
        state, dev = parameters_of(self.model), self.trainer.world.agreed(accuracy(self.model, self.dev))
        return as_candidate(pruned, strength, loss, dev, state if found is None else found, state)


def as_candidate(
    pruned: Pruned, strength: float, loss: float, dev: float, found: Parameters, state: Parameters
) -> Candidate:
    """A model of the curve before it is debiased."""
    size = transitions(pruned.model.bank.layout.patterns)
    return Candidate(
        size, len(pruned.kept), strength, loss, dev, dev, found, state, pruned.kept, pruned.deleted, pruned.model
    )


@contextmanager
def during(phase: str, epoch: int) -> Iterator[None]:
    """Where training diverges inside, the error says in which epoch of which phase."""
    try:
        yield
    except DivergedError as error:
        raise DivergedError(f"{phase}, epoch {epoch}: {error}") from None


def parameters_of(model: PatternClassifier) -> Parameters:
    """A copy of all parameters."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


class Method(Protocol):
    """A way to find structures; an entry of `sparsify.tables.METHODS`."""

    def __call__(self, search: Search) -> Iterator[Candidate]:
        """Candidates as they are found, in any order; of one size the last counts. The run chooses among them."""
