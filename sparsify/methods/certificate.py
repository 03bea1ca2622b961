"""The first-order (KKT) conditions at a model: is a zero group a zero of the optimum, or only not yet alive?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from neural import PatternBank
from sparsify.penalties.blocks import parameters_of
from sparsify.penalties.groups import norms
from sparsify.training.trainer import Trainer


@dataclass(frozen=True)
class Certificate:
    """How far a model is from stationary, in units of the force λ√m of each group.

    With the exact gradient g of the loss over all training texts, and z = prox of a small step from w:

    Attributes:
        residual: max over groups of ‖w − z‖ / (step λ√m): 0 at a stationary point; None where λ is 0, and nothing is
            certified.
        margin: min over zero groups of 1 − ‖g‖ / (λ√m): above 0, no zero group wants to live; None if none is zero.
        revivals: how many zero groups z would bring to life; 0 certifies the deletion at first order.
    """

    residual: float | None
    margin: float | None
    revivals: int | None

    def as_dict(self) -> dict[str, float | int | None]:
        """For JSON."""
        return asdict(self)


def certify(trainer: Trainer, strength: float) -> Certificate:
    """Check the conditions for λ = `strength`; takes the full gradient, leaves the model as it is.

    For the nested penalty the margin of a group is taken as if it were disjoint: a zero there may be certified by
    `revivals` alone.

    Raises:
        DivergedError: the model or its gradient is not finite.
    """
    if strength <= 0:
        return Certificate(None, None, None)
    bank, penalty, grouped = trainer.models.bank, trainer.penalty, trainer.groups
    trainer.full_gradient()
    trainer.optimizer.check()
    parameters = parameters_of(bank)
    before = [parameter.detach().clone() for parameter in parameters]
    gradient = [torch.zeros_like(own) if own.grad is None else own.grad for own in parameters]
    sizes = norms(bank, grouped)
    force = strength * penalty.scale
    step = 1e-3 / max(strength, 1e-12)
    with torch.no_grad():
        _write(bank, gradient)
        pull = norms(bank, grouped).double()
        _write(bank, [w - step * g for w, g in zip(before, gradient, strict=True)])
        penalty.prox_(bank, torch.full((len(bank.layout.patterns),), step * strength))
        alive = norms(bank, grouped) > 0
        _write(bank, [w - parameter for w, parameter in zip(before, parameters, strict=True)])
        moved = norms(bank, grouped).double()
        _write(bank, before)
    zero = sizes == 0
    margin = float((1 - pull / force)[zero].min()) if bool(zero.any()) else None
    residual = float((moved / (step * force)).max()) if len(force) else 0.0
    return Certificate(residual, margin, int((alive & zero).sum()))


def _write(bank: PatternBank, values: Sequence[Tensor]) -> None:
    for parameter, value in zip(parameters_of(bank), values, strict=True):
        parameter.copy_(value)
