"""What a penalty is: a function of the norms of groups, whose proximal step scales every group by one number."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from neural.bank import PatternBank
from sparsify.penalties.arrays import write_back
from sparsify.penalties.blocks import as_blocks, parameters_of
from sparsify.penalties.groups import Groups, norms


class Penalty(ABC):
    """Ω(w) = Σ over groups of `shares`; a kind of its own says three things: `shares`, `slopes` and `factors`.

    Attributes:
        groups: the groups that it is made of.
        scale: [group]: √m of its m parameters: the force on a group at strength 1, which makes groups of any size
            comparable.
    """

    def __init__(self, grouped: Groups) -> None:
        self.groups = grouped
        self.scale = grouped.sizes.double().sqrt()

    @abstractmethod
    def shares(self, sizes: np.ndarray) -> np.ndarray:
        """[group]: each group's part of Ω, where `sizes` [group] are the norms of the groups."""

    @abstractmethod
    def slopes(self, sizes: np.ndarray) -> np.ndarray:
        """[group]: ∂Ω / ∂‖w_g‖ at these norms; of a group of norm 0 any number."""

    @abstractmethod
    def factors(self, sizes: np.ndarray, taus: np.ndarray) -> np.ndarray:
        """[group]: what the proximal step multiplies each group by; 0 leaves exact zeros.

        Args:
            sizes: [group]: the norms before the step.
            taus: [group]: step size × strength × `scale`.
        """

    def values(self, bank: PatternBank) -> Tensor:
        """[pattern]: each pattern's share of Ω at the present parameters."""
        shares = torch.from_numpy(self.shares(norms(bank, self.groups).numpy()))
        found = shares.new_zeros(len(self.groups.layout.patterns))
        return found.index_add_(0, self.groups.patterns, shares)

    def value(self, bank: PatternBank) -> float:
        """Ω at the present parameters; multiply by the strength λ for the penalty."""
        return float(self.values(bank).sum())

    @torch.no_grad()
    def prox_(self, bank: PatternBank, steps: Tensor) -> None:
        """w ← argmin_z Σ_p ‖z_p − w_p‖² / (2 steps_p) + Ω(z), in place; zeros come out exactly.

        Args:
            steps: [pattern]: step size times strength λ.

        Raises:
            DivergedError: a parameter is not finite; none is changed.
        """
        taus = steps.double().cpu().numpy()[self.groups.patterns.numpy()] * self.scale.numpy()
        factors = self.factors(norms(bank, self.groups).numpy(), taus)
        tensors = parameters_of(bank)
        found = [tensor.numpy(force=True) for tensor in tensors]
        for weight, bias, owner in as_blocks(found, self.groups.rows):
            kernels.scale_rows(weight, bias, owner, factors)
        write_back(tensors, found)
