"""Regularised dual averaging in the metric of `ProxAdam`: a step of the sum of all gradients, then one proximal step.

The proximal step always starts from that sum and is never fed back, so what lives is decided by all gradients so far
and not by the last batch: zeros are exact after every step, and their pattern is stable though gradients are noisy. A
stationary point is one of L + λΩ; that the pattern is found in finitely many steps is proved for step sizes that suit
(Huang and Lee, 2022; for Adam-like metrics 2024), not for the constant ones here.
Sources: Xiao (2010); Lee and Wright (2012); Huang and Lee (2022, RMDA; 2024, RAMDA).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from neural.bank import PatternBank
from sparsify.optimizers.adam import PatternAdam
from sparsify.optimizers.base import BankOptimizer
from sparsify.penalties.arrays import arrays
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import as_blocks, parameters_of, pattern_counts


class DualAveraging(BankOptimizer):
    """Sums of steps, and the proximal operator of the sum of strengths.

        z_p ← z_p − (η/d_p) m_p / (1 − β₁ᵗ)          m, d: first and second moments as in `ProxAdam`
        T_p ← T_p + (η/d_p) λ                        z begins at the parameters before the first step, T at 0
        w   ← argmin_w Σ_p ‖w_p − z_p‖² / (2 T_p) + Ω(w)

    which is Xiao's argmin ⟨Σ a_t g_t, w⟩ + (Σ a_t λ_t) Ω(w) + ‖w − w₀‖² / 2 with weights a_t = η/d_p.
    """

    def __init__(self, bank: PatternBank, penalty: Penalty, *, lr: float, others: Sequence[Tensor] = ()) -> None:
        super().__init__(bank, penalty, lr=lr, others=others)
        self._rows, sizes = pattern_counts(bank.layout)
        self._moments, self._forces = PatternAdam(sizes, lr), np.zeros(len(sizes))
        self._sums: list[np.ndarray] = []

    def move(self, gradients: Sequence[np.ndarray]) -> None:
        """Add to the sums, and take the proximal step from them."""
        self._sums = self._sums or [values.copy() for values in arrays(*parameters_of(self.bank))]
        blocks = (list(as_blocks(found, self._rows)) for found in (self._sums, gradients))
        self._forces += self._moments.step(*blocks) * self.strength
        self.write(self._sums)
        if self._forces.any():
            self.penalty.prox_(self.bank, torch.from_numpy(self._forces))
