"""Group lasso as the paper has it."""

import torch

from sparsify.penalties.group_lasso import GroupLasso
from sparsify.penalties.groups import Groups


class UnscaledGroupLasso(GroupLasso):
    """Ω(w) = Σ_g ‖w_g‖₂, without the √m_g that makes groups of different sizes comparable.

    Where all groups have m parameters, strength λ is strength λ / √m of `GroupLasso`.
    Source: Dodge, Schwartz, Peng and Smith (2019).
    """

    def __init__(self, grouped: Groups) -> None:
        super().__init__(grouped)
        self.scale = torch.ones_like(self.scale)
