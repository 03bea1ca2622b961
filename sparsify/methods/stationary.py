"""From where a path left models to stationary points of L + λ Ω: no gradient is left but what the penalty holds.

On what lives, L + λ Ω is smooth: L-BFGS with backtracking, class weights within their bound. A weak group is tried at
zero, with all that only it leads to, and stays there where that lowers the objective. Deterministic: no dropout, the
gradient of all texts. Many models go side by side, each at its own pace; who has arrived is left out of what follows.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from neural import PatternClassifier
from sparsify.methods.base import Search
from sparsify.methods.certificate import TOLERANCE
from sparsify.methods.lbfgs import Curvature
from sparsify.methods.objective import Objective, Value
from sparsify.penalties.groups import Groups
from sparsify.penalties.prune import gone_with, transitions

_ENOUGH, _NOISE, _SHORTER, _TRIES = 1e-4, 2e-7, 0.25, 10
"""Armijo's share of the promised decrease; what rounding does to a loss; backtracking; how often in turn."""

_WEAK, _EVERY = 0.2, 6
"""A group below this share of the largest (of norms per √m) is tried at zero, after so many steps."""


class Walk:
    """One model on its way down."""

    def __init__(self) -> None:
        self.curvature = Curvature()
        self.direction: np.ndarray | None = None
        self.length, self.shortened, self.steps = 1.0, 0, 0
        self.trying: int | None = None
        self.stuck = False

    def aim(self, gradient: np.ndarray, held: np.ndarray) -> None:
        """Where to go from here; numbers that are `held` stay."""
        free = np.where(held, 0.0, gradient)
        down = np.where(held, 0.0, self.curvature.down(free))
        if down @ free >= 0:
            self.curvature.clear()
            down = self.curvature.down(free)
        self.direction, self.length, self.shortened = down, 1.0, 0

    def shorten(self) -> None:
        """The last step led up: a shorter one, in the end along the bare gradient, or none."""
        self.shortened += 1
        self.length *= _SHORTER
        if self.shortened > _TRIES:
            self.stuck = len(self.curvature) == 0
            self.curvature.clear()
            self.direction = None


class Descent:
    """Models side by side on their ways, each with its walk.

    Args:
        walks: [model]: of the same models when they had others beside them; they go on.
    """

    def __init__(self, objective: Objective, walks: Sequence[Walk]) -> None:
        self.objective, self.walks = objective, walks
        point = objective.point
        self._numbers = [np.flatnonzero(point.model == m) for m in range(len(walks))]
        self.now = objective.value(point.rounded(point.values()))

    @property
    def _groups(self) -> Groups:
        return self.objective.trainer.groups

    def residuals(self) -> np.ndarray:
        """[model]."""
        return self.objective.residuals(self.now)

    def step(self, going: np.ndarray) -> None:
        """One evaluation of all models: those that are `going` take a step, or find theirs too long."""
        held, trial = self.objective.held(self.now), self.now.at.copy()
        for m in np.flatnonzero(going).tolist():
            self._propose(m, held, trial)
        found = self.objective.value(self.objective.point.rounded(trial))
        at, gradient = self.now.at.copy(), self.now.gradient.copy()
        objective, losses, sizes = self.now.objective.copy(), self.now.losses.copy(), self.now.sizes.copy()
        for m in np.flatnonzero(going).tolist():
            if self._judge(m, found):
                numbers, groups = self._numbers[m], self.objective.model_of == m
                at[numbers], gradient[numbers] = found.at[numbers], found.gradient[numbers]
                objective[m], losses[m], sizes[groups] = found.objective[m], found.losses[m], found.sizes[groups]
        self.now = Value(at, objective, losses, gradient, sizes)

    def _propose(self, m: int, held: np.ndarray, trial: np.ndarray) -> None:
        walk, numbers = self.walks[m], self._numbers[m]
        walk.steps += 1
        walk.trying = self._weakest(m) if walk.steps % _EVERY == 0 else None
        if walk.trying is not None:
            gone = gone_with(self._groups, np.flatnonzero(self.now.sizes == 0), walk.trying)
            trial[np.isin(self.objective.point.group, gone)] = 0.0
            return
        if walk.direction is None:
            walk.aim(self.now.gradient[numbers], held[numbers])
        assert walk.direction is not None
        trial[numbers] += walk.length * walk.direction

    def _weakest(self, m: int) -> int | None:
        """A group that is much weaker than others of its model, or the only one."""
        groups = np.flatnonzero((self.objective.model_of == m) & (self.now.sizes > 0))
        sizes = self.now.sizes[groups] / self.objective.trainer.penalty.scale.numpy()[groups]
        if not len(groups) or (len(groups) > 1 and sizes.min() > _WEAK * sizes.max()):
            return None
        return int(groups[sizes.argmin()])

    def _judge(self, m: int, found: Value) -> bool:
        """Is the trial taken?"""
        walk, numbers = self.walks[m], self._numbers[m]
        before, after = self.now.objective[m], found.objective[m]
        step = found.at[numbers] - self.now.at[numbers]
        if walk.trying is not None:
            if not after <= before:
                return False
            walk.curvature.freeze(found.at[numbers] == 0)
            walk.direction = None
            return True
        promised = float(self.now.gradient[numbers] @ step)
        flat = abs(float(found.gradient[numbers] @ step)) <= 0.9 * abs(promised)
        if not (after <= before + _ENOUGH * promised or (flat and after <= before + _NOISE * abs(before))):
            walk.shorten()
            return False
        walk.curvature.learn(step, found.gradient[numbers] - self.now.gradient[numbers])
        walk.direction = None
        return True


def descend(
    search: Search, models: Sequence[PatternClassifier], strengths: Sequence[float], evaluations: Iterator[object]
) -> list[float]:
    """Lead every model to a stationary point at its own strength, as far as the evaluations last.

    The models hold what was found; zero groups are not deleted yet. Returns their residuals.

    Args:
        evaluations: one for each.
    """
    walks = [Walk() for _ in models]
    residuals = [0.0] * len(models)
    sizes = np.array([1 + transitions(model.bank.layout.patterns) for model in models])
    pending = np.flatnonzero(np.array(strengths) > 0)
    while len(pending):
        trainer = search.beside([models[m] for m in pending.tolist()])
        descent = Descent(Objective(trainer, np.array(strengths)[pending]), [walks[m] for m in pending.tolist()])
        going, ended = _go(descent, sizes[pending], evaluations)
        descent.objective.point.write(descent.now.at)
        trainer.models.write_back()
        for m, residual in zip(pending, descent.residuals(), strict=True):
            residuals[m] = float(residual)
        pending = pending[going] if not ended else pending[:0]
    return residuals


def _go(descent: Descent, sizes: np.ndarray, evaluations: Iterator[object]) -> tuple[np.ndarray, bool]:
    """Steps until half of the work is done; ([model]: is it still going?, has the last evaluation been taken?)."""
    while True:
        going = (descent.residuals() >= TOLERANCE) & ~np.array([walk.stuck for walk in descent.walks])
        if sizes[going].sum() <= sizes.sum() / 2:
            return going, not going.any()
        if next(evaluations, None) is None:
            return going, True
        descent.step(going)
