"""What a polish makes small: F = mean loss over all training texts + λ Ω, of every model side by side."""

from dataclasses import dataclass

import numpy as np

from sparsify.methods.live_point import LivePoint
from sparsify.training.trainer import Trainer


@dataclass(frozen=True)
class Value:
    """F at a point.

    Attributes:
        at: [number]: the point.
        objective, losses: [model]: F, and its part without the penalty.
        gradient: [number]: ∇F; 0 for numbers of zero groups, where F has a kink.
        sizes: [group]: norms.
    """

    at: np.ndarray
    objective: np.ndarray
    losses: np.ndarray
    gradient: np.ndarray
    sizes: np.ndarray


class Objective:
    """F of the models of a trainer, without dropout.

    Args:
        strengths: [model]: λ > 0.
    """

    def __init__(self, trainer: Trainer, strengths: np.ndarray) -> None:
        self.trainer, self.point, self.strengths = trainer, LivePoint(trainer), strengths
        owner = trainer.models.owner.numpy(force=True)
        patterns = trainer.groups.patterns.numpy()
        self.model_of = owner[patterns] if len(patterns) else patterns
        self.forces = strengths[self.model_of] * trainer.penalty.scale.numpy()
        self._grouped = self.point.group >= 0
        self._groups = self.point.group[self._grouped]
        self._usual = strengths * float(trainer.penalty.scale.mean()) if len(patterns) else strengths

    def value(self, at: np.ndarray) -> Value:
        """F and its gradient there."""
        self.point.write(at)
        losses = self.trainer.full_gradient().numpy()
        gradient, sizes = self.point.gradient(), self.point.norms(at, len(self.forces))
        penalty, models = self.trainer.penalty, len(losses)
        shares = self.strengths[self.model_of] * penalty.shares(sizes)
        pulls = self.strengths[self.model_of] * penalty.slopes(sizes) / np.maximum(sizes, np.finfo(float).tiny)
        inside = gradient[self._grouped] + pulls[self._groups] * at[self._grouped]
        gradient[self._grouped] = np.where(sizes[self._groups] > 0, inside, 0.0)
        objective = losses + np.bincount(self.model_of, shares, models)
        return Value(at, objective, losses, gradient, sizes)

    def held(self, value: Value) -> np.ndarray:
        """[number]: is it a class weight that F pushes against its bound?"""
        return self.point.held(value.at, value.gradient)

    def residuals(self, value: Value) -> np.ndarray:
        """[model]: how far from stationary, in units of the force λ√m.

        The largest of ‖∇F‖ / (λ√m) over living groups, and of the norm over all other numbers (class weights that
        their bound holds left out), in units of the mean force.
        """
        models = len(value.losses)
        of_groups = self.point.norms(value.gradient, len(self.forces)) / self.forces
        found = np.zeros(models)
        np.maximum.at(found, self.model_of, of_groups)
        others = np.where(self._grouped | self.held(value), 0.0, value.gradient)
        beside = np.sqrt(np.bincount(self.point.model, others**2, models)) / self._usual
        largest: np.ndarray = np.maximum(found, beside)
        return largest
