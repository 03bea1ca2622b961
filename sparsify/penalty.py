"""Group lasso as a value and a proximal operator, disjoint or nested along each chain.

    disjoint   Ω(w) = Σ_(p,q) √m_q ‖w_(p,q)‖₂                              m_q: parameters in the group
    nested     Ω(w) = Σ_p Σ_j √m_j ‖(w_(p,q_j), …, w_(p,q_K))‖₂            the tail groups of chain q_1 … q_K

Both operators are closed form because the metric is one number per pattern. The nested one zeroes a state only with
everything behind it: its support is always a prefix of the chain.
Sources: Yuan and Lin (2006); nested: Zhao, Rocha and Yu (2009), Jenatton et al. (2011).
"""

import torch
from torch import Tensor

from neural.bank import PatternBank
from sparsify.errors import GroupError
from sparsify.groups import Groups, chain, norms


class GroupLasso:
    """The penalty λ Ω over the parameters of a bank.

    Raises:
        GroupError: `nested` is asked of a pattern that is no chain.
    """

    def __init__(self, grouped: Groups, nested: bool = False) -> None:
        self.groups = grouped
        self.nested = nested
        self.scale = grouped.sizes.double().sqrt()
        self._chains = self._chain_table() if nested else None

    def _chain_table(self) -> Tensor:
        """[pattern, depth] → group; the number of groups where a chain is shorter."""
        table = []
        for p, pattern in enumerate(self.groups.layout.patterns):
            states = chain(pattern)
            if states is None:
                raise GroupError(f"the nested penalty needs chains (got another shape in pattern {p}); use disjoint.")
            table.append([self.groups.index((p, q)) for q in states if (p, q) in self.groups.keys])
        width = max(map(len, table), default=0)
        padded = [row + [len(self.groups.keys)] * (width - len(row)) for row in table]
        return torch.tensor(padded, dtype=torch.int64).reshape(len(table), width)

    def value(self, bank: PatternBank) -> float:
        """Ω at the present parameters; multiply by the strength λ for the penalty."""
        size = norms(bank, self.groups).double()
        if self._chains is not None:
            squares = _padded(size.square())[self._chains]
            size = squares.flip(1).cumsum(1).flip(1).sqrt()
            return float((size * _padded(self.scale)[self._chains]).sum())
        return float((size * self.scale).sum())

    @torch.no_grad()
    def prox_(self, bank: PatternBank, steps: Tensor) -> None:
        """w ← argmin_z Σ_p ‖z_p − w_p‖² / (2 steps_p) + Ω(z), in place; zeros come out exactly.

        Args:
            steps: [pattern]: step size times strength λ.
        """
        tau = steps.double()[self.groups.patterns] * self.scale
        size = norms(bank, self.groups).double()
        keep = _shrink(size, tau) if self._chains is None else self._nested_shrink(size, tau)
        factor = keep.to(bank.weight.dtype)[self.groups.row_group]
        # Where keep is 0 the product is 0 exactly, whatever the parameters were.
        bank.weight.mul_(factor[:, None])
        bank.bias.mul_(factor[len(factor) - len(bank.bias) :])

    def _nested_shrink(self, size: Tensor, tau: Tensor) -> Tensor:
        """Shrink factors of the nested penalty, innermost tail first, in one pass.

        r = 0; for j = K … 1:  n_j = hypot(‖w_j‖, r), s_j = max(0, 1 − τ_j / n_j), r = s_j n_j;
        the factor of state j is s_1 ⋯ s_j, so a zero spreads to everything behind it.
        """
        chains = self._chains
        assert chains is not None
        sizes, taus = _padded(size)[chains], _padded(tau)[chains]
        rest = sizes.new_zeros(len(sizes))
        shrinks = torch.ones_like(sizes)
        for j in reversed(range(sizes.shape[1])):
            tail = torch.hypot(sizes[:, j], rest)
            padding = chains[:, j] == len(size)
            shrinks[:, j] = torch.where(padding, 1.0, _shrink(tail, taus[:, j]))
            rest = torch.where(padding, rest, shrinks[:, j] * tail)
        keep = _padded(torch.ones_like(size))
        keep[chains] = shrinks.cumprod(1)
        return keep[:-1]


def _padded(values: Tensor) -> Tensor:
    """`values` with one more 0 behind, for places that name no group."""
    return torch.cat([values, values.new_zeros(1)])


def _shrink(size: Tensor, tau: Tensor) -> Tensor:
    """max(0, 1 − τ/‖w‖), and 0 for ‖w‖ = 0: block soft-thresholding as a factor."""
    return torch.where(size > tau, 1 - tau / size.clamp_min(torch.finfo(size.dtype).tiny), 0.0)
