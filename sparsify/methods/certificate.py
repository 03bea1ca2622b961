"""The first-order (KKT) conditions at a model: is a zero group a zero of the optimum, or only not yet alive?"""

from dataclasses import asdict, dataclass

import numpy as np
import torch

from sparsify.methods.live_point import LivePoint
from sparsify.penalties.groups import norms
from sparsify.training.trainer import Trainer

TOLERANCE = 0.05
"""The residual below which a point counts as stationary: a twentieth of the force that keeps dead groups dead."""


@dataclass(frozen=True)
class Certificate:
    """How far a model is from stationary, in units of the force λ√m of each group.

    With the exact gradient g of the loss over all training texts, and z = prox of a small step from w:

    Attributes:
        residual: max over groups of ‖w − z‖ / (step λ√m), and of the gradient of all numbers in no group together
            (class weights but for those that their bound holds, and biases) in units of the mean force; 0 at a
            stationary point; None where λ is 0, and nothing is certified.
        margin: min over zero groups of 1 − ‖g‖ / (λ√m): above 0, no zero group wants to live; None if none is zero.
        revivals: how many zero groups z would bring to life.
    """

    residual: float | None
    margin: float | None
    revivals: int | None

    @property
    def certified(self) -> bool:
        """Is the model stationary within `TOLERANCE`, and does no zero group want to live?"""
        stationary = self.residual is not None and self.residual < TOLERANCE and self.revivals == 0
        return stationary and (self.margin is None or self.margin > 0)

    def __str__(self) -> str:
        if self.residual is None:
            return "not certified: found without a penalty"
        if not self.certified:
            return f"not certified: residual {self.residual:.2g}, revivals {self.revivals}"
        margin = "no group is zero" if self.margin is None else f"margin {self.margin:.2g}"
        return f"certified: residual {self.residual:.2g}, revivals 0, {margin}"

    def as_dict(self) -> dict[str, float | int | bool | None]:
        """For JSON."""
        return {"certified": self.certified, "tolerance": TOLERANCE, **asdict(self)}


NOTHING = Certificate(None, None, None)
"""Of what was found without a penalty."""


@dataclass(frozen=True)
class FirstOrder:
    """What the exact gradient says at a model.

    Attributes:
        revived: the model's numbers (`LivePoint`), with first values for the zero groups that want to live.
        arrived: does nothing move that lives?
        loss: the mean over the training texts; `objective`: with λ Ω.
    """

    certificate: Certificate
    revived: np.ndarray
    arrived: bool
    loss: float
    objective: float


def certify(trainer: Trainer, strength: float) -> Certificate:
    """Check the conditions for λ = `strength`; takes the full gradient, leaves the model as it is.

    For the nested penalty the margin of a group is taken as if it were disjoint: a zero there may be certified by
    `revivals` alone.

    Raises:
        DivergedError: the model or its gradient is not finite.
    """
    return first_order(trainer, strength).certificate


def first_order(trainer: Trainer, strength: float) -> FirstOrder:
    """`certify`, with what else the gradient says."""
    point = LivePoint(trainer)
    loss = float(trainer.full_gradient()[0])
    trainer.optimizer.check()
    if strength <= 0:
        return FirstOrder(NOTHING, point.values(), True, loss, loss)
    objective = loss + strength * trainer.penalty.value(trainer.models.bank)
    return FirstOrder(*_conditions(trainer, strength, point), loss, objective)


@torch.no_grad()
def _conditions(trainer: Trainer, strength: float, point: LivePoint) -> tuple[Certificate, np.ndarray, bool]:
    bank, penalty = trainer.models.bank, trainer.penalty
    before, gradient = point.values(), point.gradient()
    sizes = norms(bank, trainer.groups).numpy()
    force = (strength * penalty.scale).numpy()
    step = 1e-3 / max(strength, 1e-12)
    point.write(before - step * gradient)
    penalty.prox_(bank, torch.full((len(bank.layout.patterns),), step * strength))
    alive, after = norms(bank, trainer.groups).numpy() > 0, point.values()
    point.write(before)
    grouped, zero, wanting = point.group >= 0, sizes == 0, (sizes == 0) & alive
    pull, moved = point.norms(gradient, len(sizes)), point.norms(before - after, len(sizes))
    margin = float((1 - pull / force)[zero].min()) if zero.any() else None
    beside = np.where(grouped | point.held(before, gradient), 0.0, gradient)
    parts = np.append(moved / (step * force), np.linalg.norm(beside) / force.mean())
    revived = np.where(grouped & np.append(wanting, False)[point.group], after, before)
    arrived = bool(parts[np.append(~zero, True)].max() < TOLERANCE)
    return Certificate(float(parts.max()), margin, int(wanting.sum())), revived, arrived
