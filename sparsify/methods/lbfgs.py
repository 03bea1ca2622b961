"""Directions of limited-memory BFGS: the inverse curvature, as the last steps show it.

Source: Nocedal (1980); Liu and Nocedal (1989).
"""

from collections import deque

import numpy as np

_MEMORY = 20
"""Steps that are remembered."""

_FIRST = 0.1
"""The length of a step of which nothing is known."""

_CURVED = 1e-10
"""A step that met less curvature than this share of its length and change tells nothing."""


class Curvature:
    """Steps s and the changes y of the gradient along them; H ≈ inverse Hessian, H₀ = (s·y / y·y) I of the last."""

    def __init__(self) -> None:
        self._pairs: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=_MEMORY)

    def __len__(self) -> int:
        return len(self._pairs)

    def down(self, gradient: np.ndarray) -> np.ndarray:
        """−H g, by the two-loop recursion; of length at most 0.1 where no step is remembered."""
        found = gradient.copy()
        shares = []
        for step, change in reversed(self._pairs):
            share = (step @ found) / (step @ change)
            found -= share * change
            shares.append(share)
        if self._pairs:
            step, change = self._pairs[-1]
            found *= (step @ change) / (change @ change)
        else:
            found *= min(1.0, _FIRST / max(float(np.linalg.norm(gradient)), 1e-30))
        for (step, change), share in zip(self._pairs, reversed(shares), strict=True):
            found += (share - (change @ found) / (step @ change)) * step
        return -found

    def learn(self, step: np.ndarray, change: np.ndarray) -> None:
        """Remember a step, where the gradient turned along it as in a bowl."""
        if step @ change > _CURVED * np.linalg.norm(step) * np.linalg.norm(change):
            self._pairs.append((step, change))

    def freeze(self, fixed: np.ndarray) -> None:
        """Numbers that `fixed` marks move no more: what was learned of the others stays."""
        pairs = [(np.where(fixed, 0.0, step), np.where(fixed, 0.0, change)) for step, change in self._pairs]
        self._pairs.clear()
        for step, change in pairs:
            self.learn(step, change)

    def clear(self) -> None:
        """Forget all."""
        self._pairs.clear()
