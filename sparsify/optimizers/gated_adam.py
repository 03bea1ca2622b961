"""D-gating: group lasso without its corner, by parameters that are products.

    w_g = ω_g ∏_{d<D} γ_gd,     minimise   L(w) + Σ_g (λ √m_g / D) (‖ω_g‖² + Σ_d γ_gd²)

Of all factors with one product, those of equal size have the smallest sum of squares, D ‖w_g‖^{2/D}: local minima are
those of L + λ Σ_g √m_g ‖w_g‖^{2/D}, for D = 2 the group lasso's, for D = 3 those of a penalty that is not convex and
shrinks what lives less. The objective is smooth, so any optimiser serves. Zero is a saddle that no gradient leads out
of: what has died stays dead.
Sources: Kolb et al. (2025); D = 2: Ziyin and Wang (2023, spred).
"""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from neural.bank import PatternBank
from sparsify.optimizers.adam import Block, PatternAdam
from sparsify.optimizers.base import BankOptimizer
from sparsify.penalties.arrays import arrays
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import as_blocks, parameters_of, pattern_counts
from sparsify.penalties.groups import norms

_ZERO = 1e-3
"""A group whose factors are all smaller is zero: its parameters are below 10⁻⁶ or 10⁻⁹, and shrink by a share per
step."""


class GatedAdam(BankOptimizer):
    """Adam with one second moment per pattern, on the factors of every group; the bank holds their products.

    One second moment for all factors of a pattern keeps what makes the method work: factors of one group move in one
    metric, so that their differences in size die out. They begin with equal sizes, at the parameters before the first
    step. The gradient that is clipped is that of the loss by the products; parameters in no group are no products.

    Args:
        factors: D ≥ 2.
    """

    def __init__(
        self, bank: PatternBank, penalty: Penalty, *, lr: float, others: Sequence[Tensor] = (), factors: int = 2
    ) -> None:
        super().__init__(bank, penalty, lr=lr, others=others)
        self._factors, groups = factors, penalty.groups
        self._rows, sizes = pattern_counts(bank.layout)
        self._of_group = groups.patterns.numpy()
        np.add.at(sizes, self._of_group, factors - 1)
        self._moments = PatternAdam(sizes, lr)
        self._omega: list[np.ndarray] = []
        self._gates = np.zeros((len(groups.members), factors - 1))

    def move(self, gradients: Sequence[np.ndarray]) -> None:
        """One step on the factors, and their products into the bank."""
        if not self._omega:
            self._factorise()
        rows, decay = self.penalty.groups.rows, 2 * self.forces / self._factors
        product, inner = self._gates.prod(1), np.zeros(len(self._gates))
        slopes = [gradient.copy() for gradient in gradients]
        for omega, slope in zip(as_blocks(self._omega, rows), as_blocks(slopes, rows), strict=True):
            _add_inner(omega, slope, inner)
            _scale(slope, product)
            _add_scaled(slope, omega, decay)
        rest = [np.delete(self._gates, d, 1).prod(1) for d in range(self._factors - 1)]
        of_gates = inner[:, None] * np.stack(rest, 1) + decay[:, None] * self._gates
        gates, more = (self._gates, self._gates[:0, 0], self._of_group), (of_gates, of_gates[:0, 0], self._of_group)
        self._moments.step([*as_blocks(self._omega, self._rows), gates], [*as_blocks(slopes, self._rows), more])
        self._collapse()

    def _factorise(self) -> None:
        """ω = w / ‖w‖ · ‖w‖^{1/D}, γ = ‖w‖^{1/D}; a group that is zero has zero factors."""
        sizes = norms(self.bank, self.penalty.groups).numpy()
        roots = sizes ** (1 / self._factors)
        self._omega = [values.copy() for values in arrays(*parameters_of(self.bank))]
        for block in as_blocks(self._omega, self.penalty.groups.rows):
            _scale(block, np.divide(roots, sizes, out=np.zeros_like(sizes), where=sizes > 0))
        self._gates[:] = roots[:, None]

    def _collapse(self) -> None:
        """Set the factors of groups that are numerically zero to zero, and write the products."""
        rows, squares = self.penalty.groups.rows, np.zeros(len(self._gates))
        for block in as_blocks(self._omega, rows):
            _add_inner(block, block, squares)
        alive = np.maximum(np.sqrt(squares), np.abs(self._gates).max(1)) >= _ZERO
        self._gates *= alive[:, None]
        for block in as_blocks(self._omega, rows):
            _scale(block, alive.astype(float))
        values = [omega.copy() for omega in self._omega]
        for block in as_blocks(values, rows):
            _scale(block, self._gates.prod(1))
        self.write(values)


def _scale(block: Block, factors: np.ndarray) -> None:
    """Multiply every row by the factor of its group; those of no group stay."""
    weight, bias, owner = block
    own = np.append(factors, 1.0)[owner].astype(weight.dtype)
    weight *= own[:, None]
    bias *= own[len(weight) - len(bias) :]


def _add_scaled(block: Block, other: Block, factors: np.ndarray) -> None:
    """Add another block times the factor of each group."""
    weight, bias, owner = block
    own = np.append(factors, 0.0)[owner].astype(weight.dtype)
    weight += own[:, None] * other[0]
    bias += own[len(weight) - len(bias) :] * other[1]


def _add_inner(block: Block, other: Block, totals: np.ndarray) -> None:
    """totals [group] += the inner products of its rows with those of another block."""
    weight, bias, owner = block
    products = (weight.astype(float) * other[0]).sum(1)
    products[len(weight) - len(bias) :] += bias.astype(float) * other[1]
    inside = owner >= 0
    np.add.at(totals, owner[inside], products[inside])
