"""What a trainer asks of an optimiser, and what those beside `ProxAdam` have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from neural.bank import PatternBank
from sparsify.optimizers.adam import Adam
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import parameters_of
from sparsify.penalties.checks import can_move, refuse, strength_of


class Optimizer(Protocol):
    """Moves the parameters of a bank, and others beside them, along the gradients that a trainer leaves there."""

    @property
    def penalty(self) -> Penalty:
        """What is added to the loss."""

    def set_strength(self, strength: float | Tensor) -> None:
        """Change the multiplier λ of the penalty, for all patterns or for each, [pattern]."""

    def add_penalty(self) -> None:
        """Before the gradient is clipped: add that part of the penalty which takes the way of the gradient, if any."""

    def check(self) -> None:
        """Can a step be taken from the parameters and gradients that are there?

        Raises:
            DivergedError: no, one is not finite; the message names it.
        """

    def descend(self) -> None:
        """One step.

        Raises:
            DivergedError: as `check`; nothing has been changed.
        """


class MakeOptimizer(Protocol):
    """What makes one."""

    def __call__(self, bank: PatternBank, penalty: Penalty, *, lr: float, others: Sequence[Tensor]) -> Optimizer:
        """An optimiser of the bank, and of `others`, which have no penalty, at step size `lr`."""


class BankOptimizer(ABC):
    """An optimiser whose parameters beside the bank take steps of plain Adam; kinds say how those of the bank move.

    Args:
        bank: the module whose parameters are trained, all together.
        penalty: what is added to the loss.
        lr: step size η.
        others: parameters without a penalty.
        weight_decay: of `others`: see `Adam`.
    """

    def __init__(
        self, bank: PatternBank, penalty: Penalty, *, lr: float, others: Sequence[Tensor] = (), weight_decay: float = 0
    ) -> None:
        self.bank, self.penalty = bank, penalty
        self.others, self.adam = tuple(others), Adam(others, lr, weight_decay)
        self.strength: np.ndarray = np.zeros(())

    def set_strength(self, strength: float | Tensor) -> None:
        """Change the multiplier λ of the penalty, for all patterns or for each, [pattern]."""
        self.strength = strength_of(strength, len(self.bank.layout.patterns))

    def add_penalty(self) -> None:  # noqa: B027 - most kinds do nothing here, and need not say so
        """Nothing, where the penalty is no part of the gradient: clipping cannot weaken it then."""

    def check(self) -> None:
        """Are the parameters and gradients that are there finite?

        Raises:
            DivergedError: no; the message names it.
        """
        names = [f"bank.{name}" for name in ("weight", "bias", "table", "scalars")]
        names += [f"parameter {place} beside the bank" for place in range(len(self.others))]
        tensors = [*parameters_of(self.bank), *self.others]
        if not all(can_move(parameter) for parameter in tensors if parameter.grad is not None):
            refuse(zip(names, tensors, strict=True))

    @torch.no_grad()
    def descend(self) -> None:
        """One step from the gradients that are there.

        Raises:
            DivergedError: a gradient or a parameter is not finite; nothing has been changed.
        """
        self.check()
        self.adam.step()
        self.move([_gradient(parameter) for parameter in parameters_of(self.bank)])

    @abstractmethod
    def move(self, gradients: Sequence[np.ndarray]) -> None:
        """Move the parameters of the bank, whose gradients these are."""

    @property
    def forces(self) -> np.ndarray:
        """[group]: strength × `penalty.scale`."""
        groups = self.penalty.groups
        strengths = np.broadcast_to(self.strength, len(groups.layout.patterns))
        found: np.ndarray = strengths[groups.patterns.numpy()] * self.penalty.scale.numpy()
        return found

    def write(self, values: Sequence[np.ndarray]) -> None:
        """Set the parameters of the bank."""
        for parameter, found in zip(parameters_of(self.bank), values, strict=True):
            parameter.copy_(torch.from_numpy(found))


def _gradient(parameter: Tensor) -> np.ndarray:
    found = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
    values: np.ndarray = found.numpy(force=True)
    return values
