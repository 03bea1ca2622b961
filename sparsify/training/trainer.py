"""Models in training: mini-batch epochs, full-batch steps, and the bound that makes the penalty mean something."""

import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from neural import Packed, bucketed_batches, sorted_batches
from sparsify.errors import DivergedError
from sparsify.moving.base import MovingVectors
from sparsify.optimizers.base import Optimizer
from sparsify.penalties.arrays import arrays, write_back
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import Rows, as_blocks, parameters_of, pattern_rows
from sparsify.penalties.groups import Groups
from sparsify.training.dropout import Dropout
from sparsify.training.encoded import Encoded, tokens_at_once
from sparsify.training.pace import Pace
from sparsify.training.processes import ALONE, World
from sparsify.training.side_by_side import Trainable

_SMALLEST, _LARGEST, _STEPS = 16, 128, 50
"""Texts of a mini-batch where none are set, and how many steps an epoch over few texts has all the same."""

_NUMBERS = 12_000_000
"""State scores that are kept at once, at the most: 48 MB. Larger batches share more of their words."""


class Trainer:
    """Models with their data, optimiser and dropout; everything that it uses is handed in.

    Every loss is the mean over the texts of loss weight · cross-entropy. Class weights, those between patterns and
    classes, are kept within ±`class_bound`: patterns could otherwise shrink towards zero at no loss while these grow,
    and the penalty would mean nothing.

    Args:
        models: one classifier, or several side by side.
        data: the training texts.
        optimizer: of the models' bank, with the class weights and biases among its `others`.
        dropout: on what is read in epochs.
        generator: the order of texts in epochs.
        world: the processes that share the work.
    """

    def __init__(
        self,
        models: Trainable,
        data: Encoded,
        optimizer: Optimizer,
        dropout: Dropout,
        generator: torch.Generator,
        pace: Pace,
        world: World = ALONE,
    ) -> None:
        self.models, self.data, self.optimizer, self.dropout = models, data, optimizer, dropout
        self.generator, self.pace, self.world = generator, pace, world
        self.moving: MovingVectors | None = None
        self._parameters = [*parameters_of(models.bank), models.weight, models.bias]

    @property
    def penalty(self) -> Penalty:
        """What is added to the loss."""
        return self.optimizer.penalty

    @property
    def groups(self) -> Groups:
        """What the penalty is made of."""
        return self.penalty.groups

    @property
    def batch_size(self) -> int:
        """Texts per step of an epoch."""
        return self.pace.batch_size or min(_LARGEST, max(_SMALLEST, len(self.data) // _STEPS))

    @cached_property
    def _owners(self) -> tuple[Rows, np.ndarray]:
        """(every parameter of the bank → model, [class] → model)."""
        owner = self.models.owner.cpu().numpy()
        classes = torch.arange(self.models.count).repeat_interleave(len(self.models.bias) // self.models.count)
        return Rows(*(owner[patterns] for patterns in pattern_rows(self.models.bank.layout))), classes.numpy()

    def learn_vectors(self, moving: MovingVectors) -> None:
        """From here on, epochs also move the word vectors, which batches are made from."""
        self.moving = moving

    def keep_vectors(self) -> None:
        """What is read is only read from here on."""
        self.moving = None
        self.__dict__.pop("_full_batches", None)  # they hold the vectors of before

    def epoch(self) -> Tensor:
        """One pass over the data in mini-batches, with dropout; the mean loss of every model on the way.

        Raises:
            DivergedError: the gradient of a batch is not finite; its step is not taken.
        """
        total = torch.zeros(self.models.count, dtype=torch.float64)
        for number, places in enumerate(bucketed_batches(self.data.lengths, self.batch_size, self.generator), 1):
            self._zero_grad()
            if self.moving is not None:
                self.moving.before(self.data.texts, places)
            for part in self._parts(places):
                total += self._add_gradient(self.dropout(self.data.batch(part)), part, len(places))
            try:
                self._gather()
                self.apply()
            except DivergedError as error:
                raise DivergedError(f"batch {number}: {error}") from None
        return total / len(self.data)

    def _parts(self, places: np.ndarray) -> list[np.ndarray]:
        """The texts of a step as they are read: together, or, where every token has a row of its own and they are
        long, in parts, whose gradients add up."""
        tokens = int(self.data.lengths[places].sum()) * len(self.models.bank.layout.states)
        if self.data.texts.kept or tokens <= _NUMBERS:
            return [places]
        return np.array_split(places, min(len(places), -(-tokens // _NUMBERS)))

    def _add_gradient(self, x: Packed, places: np.ndarray, count: int) -> Tensor:
        """Add the gradient of the summed losses of the texts `x` at `places`, over `count`; returns the sums.

        Of several processes each takes its share of the texts; the gradients of all are added up.
        """
        rank, size = self.world.rank, self.world.size
        if size > 1:
            x = x.only(torch.arange(len(places), device=x.rows.device)[rank::size])
            places = places[rank::size]
        labels = self.data.labels[torch.from_numpy(places)].to(x.rows.device)
        losses = self.models.losses(x, labels)
        losses.dot(torch.full_like(losses, 1 / count)).backward()
        found = losses.detach().double()
        self.world.add_up([found])
        return found.cpu()

    def full_step(self) -> Tensor:
        """One step on the exact gradient over all data, without dropout; the losses before it."""
        losses = self.full_gradient()
        self.apply()
        return losses

    def full_gradient(self) -> Tensor:
        """Leave the gradient of the mean loss over all data, without dropout, in `.grad`; returns the losses."""
        self._zero_grad()
        total = torch.zeros(self.models.count, dtype=torch.float64)
        for x, places in self._all_batches():
            total += self._add_gradient(x, places, len(self.data))
        self._gather()
        return total / len(self.data)

    def _gather(self) -> None:
        """Add the gradients up over all processes."""
        found = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        if self.moving is not None and self.moving.table.grad is not None:
            # Of the same words in all processes: each takes its share of a batch that all have made.
            self.moving.table.grad = self.moving.table.grad.coalesce()
            found.append(self.moving.table.grad.values())
        self.world.add_up(found)

    def _all_batches(self) -> Iterable[tuple[Packed, np.ndarray]]:
        """All data in large batches, the same for every full step; made anew where all of them would be too much."""
        if self.data.texts.kept:
            return self._full_batches
        return ((self.data.batch(places), places) for places in self._full_places)

    @cached_property
    def _full_places(self) -> list[np.ndarray]:
        tokens = min(tokens_at_once(self.data.texts), _NUMBERS // max(1, len(self.models.bank.layout.states)))
        return list(sorted_batches(self.data.lengths, tokens))

    @cached_property
    def _full_batches(self) -> list[tuple[Packed, np.ndarray]]:
        """Packed once."""
        return [(self.data.batch(places), places) for places in self._full_places]

    def _zero_grad(self) -> None:
        for parameter in self._parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            else:
                parameter.grad.zero_()
        if self.moving is not None:
            self.moving.table.grad = None

    def apply(self) -> None:
        """Clip the gradient, step as the optimiser does, penalty included, bound the class weights.

        Raises:
            DivergedError: the gradient is not finite; nothing is changed.
        """
        gradient = None if self.moving is None else self.moving.table.grad
        if gradient is not None:
            _check_finite(float(gradient.values().double().square().sum()), "the word vectors")
        self.optimizer.add_penalty()
        self._clip()
        self.optimizer.descend()
        if self.moving is not None:
            self.moving.step()
        with torch.no_grad():
            self.models.weight.clamp_(-self.pace.class_bound, self.pace.class_bound)

    def _clip(self) -> None:
        """Scale each model's gradient down to norm `clip`."""
        gradients = [own.grad for own in self._parameters]
        found = arrays(*gradients)
        *of_bank, class_weight, class_bias = found
        rows, classes = self._owners
        blocks = [*as_blocks(of_bank, rows), (class_weight, class_bias, classes)]
        squares = np.zeros(self.models.count)
        for weight, bias, owner in blocks:
            kernels.add_squares(weight, bias, owner, squares)
        _check_finite(float(squares.sum()), "the model")
        factors = np.minimum(1.0, self.pace.clip / (np.sqrt(squares) + 1e-6))
        if factors.min() < 1:
            for weight, bias, owner in blocks:
                kernels.scale_rows(weight, bias, owner, factors)
            write_back(gradients, found)


def _check_finite(square: float, of: str) -> None:
    if not math.isfinite(square):
        raise DivergedError(
            f"the gradient of {of} must be finite (got norm {math.sqrt(square)}); the step was not taken: lower --lr "
            "or --vector-lr."
        )
