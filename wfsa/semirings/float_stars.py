"""Stars of whole matrices, by numpy: what a semiring over floats offers so that large automata stay fast."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wfsa.errors import DivergenceError

Operation = Callable[[np.ndarray, np.ndarray], np.ndarray]

_DIGITS = 10

CANCELLED = 1e-14
"""A sum below this share of the sizes of its terms is what rounding leaves of 0."""


def rounded(value: float) -> float:
    """A factor to 10 significant digits: equal for numbers that differ by the order of summation only."""
    return float(f"{value:.{_DIGITS}g}") + 0.0  # −0.0 becomes 0.0


def rounded_log(value: float) -> float:
    """A logarithm to 10 decimals, and to no more than 10 significant digits: near 0 only the distance to 0 counts."""
    return rounded(round(value, _DIGITS)) if abs(value) < np.inf else value


def real_matrix_star(matrix: np.ndarray) -> np.ndarray:
    """(I − M)⁻¹, where the series converges.

    Raises:
        DivergenceError: the spectral radius is not below 1.

    Cost: O(n³).
    """
    if not _powers_vanish(matrix):
        radius = float(np.abs(np.linalg.eigvals(matrix)).max(initial=0.0)) if np.isfinite(matrix).all() else np.inf
        if not radius < 1:
            raise DivergenceError(
                f"the sum over all paths around a cycle needs a spectral radius below 1 (got {radius:.6g}); scale the "
                "weights of that cycle down."
            )
    inverse: np.ndarray = np.linalg.solve(np.eye(len(matrix)) - matrix, np.eye(len(matrix)))
    return inverse


def _powers_vanish(matrix: np.ndarray) -> bool:
    """Does a power M^(2^k), k < 10, have a norm below 1? Then the spectral radius is, too, at a tenth of the cost."""
    power = matrix
    for _ in range(10):
        norm = np.abs(power).sum(axis=1).max(initial=0.0)
        if norm < 1:
            return True
        if not norm < 1e100:
            return False
        power = power @ power
    return False


@dataclass(frozen=True)
class Lehmann:
    """The star of matrices over a semiring of floats, from its operations as numpy functions.

    V ← M; for each j: V[i,k] ⊕= V[i,j] ⊗ V[j,j]* ⊗ V[j,k]; at the end 1̄ is added on the diagonal.
    Cost: O(n³) in n numpy steps. Source: Lehmann (1977).
    """

    plus: Operation
    times: Operation
    one: float
    star: Callable[[float], float]

    def __call__(self, matrix: np.ndarray) -> np.ndarray:
        """M*, for a square matrix."""
        closed = matrix.astype(np.float64)
        for j in range(len(closed)):
            around = np.asarray(self.star(float(closed[j, j])))
            closed = self.plus(closed, self.times(self.times(closed[:, j, None], around), closed[None, j, :]))
        diagonal = np.arange(len(closed))
        closed[diagonal, diagonal] = self.plus(closed[diagonal, diagonal], np.full(len(closed), self.one))
        return closed
