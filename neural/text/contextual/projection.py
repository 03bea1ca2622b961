"""From an encoder's vectors to those that automata read: centred, a few principal components, unit length."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_FLAT = 1e-6
"""A direction whose variance is below this share of the largest tells no token from another."""


@dataclass(frozen=True)
class Projection:
    """x ↦ (x − μ) A / ‖(x − μ) A‖.

    Attributes:
        mean: [hidden]: μ, float32.
        axes: [hidden, dim]: A, orthonormal columns, float32.
    """

    mean: np.ndarray
    axes: np.ndarray

    @property
    def dim(self) -> int:
        """The size of what comes out."""
        return int(self.axes.shape[1])

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """[token, hidden] → [token, dim], float32; a vector equal to the mean becomes zeros."""
        found: np.ndarray = (vectors - self.mean) @ self.axes
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found


def fitted(blocks: Iterable[np.ndarray], dim: int) -> Projection:
    """The projection on the `dim` principal components of all vectors, in blocks [token, hidden].

    0: no component is left out but those without variance, such as dimensions that are constant. Signs are those that
    make the largest number of every axis positive, so that the same vectors give the same axes.
    """
    count, total, products = 0, np.zeros(1), np.zeros((1, 1))
    for block in blocks:
        rows = block.astype(np.float64)
        count, total, products = count + len(rows), total + rows.sum(0), products + rows.T @ rows
    mean = total / count
    variances, axes = np.linalg.eigh(products / count - np.outer(mean, mean))
    order = np.argsort(-variances, kind="stable")
    kept = [place for place in order if variances[place] > _FLAT * variances[order[0]]]
    axes = axes[:, kept[: dim or len(kept)]]
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])])
    # In the order of files: safetensors writes the memory of an array as it lies.
    return Projection(mean.astype(np.float32), np.ascontiguousarray(axes, np.float32))
