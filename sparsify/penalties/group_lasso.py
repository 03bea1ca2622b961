"""Group lasso as a value and a proximal operator, disjoint or nested along each chain.

    disjoint   Ω(w) = Σ_(p,q) √m_q ‖w_(p,q)‖₂                              m_q: parameters in the group
    nested     Ω(w) = Σ_p Σ_j √m_j ‖(w_(p,q_j), …, w_(p,q_K))‖₂            the tail groups of chain q_1 … q_K

Both operators are closed form because the metric is one number per pattern. The nested one zeroes a state only with
everything behind it: its support is always a prefix of the chain.
Sources: Yuan and Lin (2006); nested: Zhao, Rocha and Yu (2009), Jenatton et al. (2011).
"""

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from neural.bank import PatternBank
from sparsify.errors import GroupError
from sparsify.penalties.arrays import arrays, write_back
from sparsify.penalties.groups import Groups, chain, norms


class GroupLasso:
    """The penalty λ Ω over the parameters of a bank.

    Raises:
        GroupError: `nested` is asked of a pattern that is no chain.
    """

    def __init__(self, grouped: Groups, nested: bool = False) -> None:
        self.groups = grouped
        self.nested = nested
        self.scale = grouped.sizes.double().sqrt()
        self._chains = self._chain_table() if nested else np.zeros((0, 0), dtype=np.int64)
        self._row_group = grouped.row_group.numpy()
        self._patterns = grouped.patterns.numpy()

    def _chain_table(self) -> np.ndarray:
        """[pattern, depth] → group; −1 where a chain is shorter."""
        table = []
        for p, pattern in enumerate(self.groups.layout.patterns):
            states = chain(pattern)
            if states is None:
                raise GroupError(f"the nested penalty needs chains (got another shape in pattern {p}); use disjoint.")
            table.append([self.groups.index((p, q)) for q in states if (p, q) in self.groups.keys])
        width = max(map(len, table), default=0)
        padded = [row + [-1] * (width - len(row)) for row in table]
        return np.array(padded, dtype=np.int64).reshape(len(table), width)

    def values(self, bank: PatternBank) -> Tensor:
        """[pattern]: each pattern's share of Ω at the present parameters."""
        squares = norms(bank, self.groups).double().square()
        for chain_groups in self._chains:
            inside = [g for g in chain_groups.tolist() if g >= 0]
            squares[inside] = squares[inside].flip(0).cumsum(0).flip(0)
        found = squares.new_zeros(len(self.groups.layout.patterns))
        return found.index_add_(0, self.groups.patterns, squares.sqrt() * self.scale)

    def value(self, bank: PatternBank) -> float:
        """Ω at the present parameters; multiply by the strength λ for the penalty."""
        return float(self.values(bank).sum())

    @torch.no_grad()
    def prox_(self, bank: PatternBank, steps: Tensor) -> None:
        """w ← argmin_z Σ_p ‖z_p − w_p‖² / (2 steps_p) + Ω(z), in place; zeros come out exactly.

        Args:
            steps: [pattern]: step size times strength λ.
        """
        tensors = (bank.weight, bank.bias)
        weight, bias = arrays(*tensors)
        sizes, factors = np.empty(len(self.scale)), np.empty(len(self.scale))
        kernels.group_norms(weight, bias, self._row_group, sizes)
        taus = steps.double().cpu().numpy()[self._patterns] * self.scale.numpy()
        kernels.shrink(sizes, taus, self._chains, factors)
        kernels.scale_rows(weight, bias, self._row_group, factors)
        write_back(tensors, (weight, bias))
