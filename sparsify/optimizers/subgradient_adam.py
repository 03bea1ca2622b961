"""Adam on the gradient of the loss and of the penalty together, as in the paper: no exact zeros.

Guarantees nothing of zeros: near zero the penalty's part has length λ whatever the parameters are, so they oscillate
around zero with the step size, and a threshold decides which of them count. Where the loss says little, Adam divides
λ out again.
Source: Dodge, Schwartz, Peng and Smith (2019), appendix A, and their code.
"""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from neural.bank import PatternBank
from sparsify.optimizers.base import BankOptimizer
from sparsify.penalties.arrays import arrays, write_back
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import as_blocks, parameters_of
from sparsify.penalties.groups import norms


class SubgradientAdam(BankOptimizer):
    """Plain Adam, one second moment per number, on ∂(L + λ Σ_g s_g ‖w_g‖), where s is `penalty.scale`.

    ∂‖w_g‖ is w_g / ‖w_g‖, and 0 at w_g = 0, the shortest of its subgradients there.

    Args:
        weight_decay: Adam's ℓ2 on everything, class weights included.
    """

    def __init__(
        self, bank: PatternBank, penalty: Penalty, *, lr: float, others: Sequence[Tensor] = (), weight_decay: float = 0
    ) -> None:
        super().__init__(bank, penalty, lr=lr, others=[*parameters_of(bank), *others], weight_decay=weight_decay)
        self.others = tuple(others)

    def add_penalty(self) -> None:
        """Add λ ∂Ω to the gradient, which is then clipped as a whole."""
        if not self.strength.any():
            return
        sizes = norms(self.bank, self.penalty.groups).numpy()
        factors = np.append(np.divide(self.forces, sizes, out=np.zeros_like(sizes), where=sizes > 0), 0.0)
        parameters = parameters_of(self.bank)
        gradients = [parameter.grad for parameter in parameters]
        found = arrays(*gradients)
        rows = self.penalty.groups.rows
        of_values = as_blocks(arrays(*parameters), rows)
        for (weight, bias, owner), (gw, gb, _) in zip(of_values, as_blocks(found, rows), strict=True):
            own = factors[owner].astype(weight.dtype)  # of no group, −1, the last one
            gw += own[:, None] * weight
            gb += own[len(weight) - len(bias) :] * bias
        write_back(gradients, found)

    def move(self, gradients: Sequence[np.ndarray]) -> None:
        """Nothing: they have moved with the others, by plain Adam."""
