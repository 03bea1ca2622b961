"""Stars of whole matrices, by numpy: what a semiring over floats offers so that large automata stay fast."""

from collections.abc import Callable

import numpy as np

from wfsa.errors import DivergenceError

Operation = Callable[[np.ndarray, np.ndarray], np.ndarray]
MatrixStar = Callable[[np.ndarray], np.ndarray]
"""M → M* = 1 ⊕ M ⊕ M⊗M ⊕ …, for a square matrix."""


def real_matrix_star(matrix: np.ndarray) -> np.ndarray:
    """(I − M)⁻¹, where the series converges.

    Raises:
        DivergenceError: the spectral radius is not below 1.

    Cost: O(n³).
    """
    radius = float(np.abs(np.linalg.eigvals(matrix)).max(initial=0.0)) if np.isfinite(matrix).all() else np.inf
    if not radius < 1:
        raise DivergenceError(
            f"the sum over all paths around a cycle needs a spectral radius below 1 (got {radius:.6g}); scale the "
            "weights of that cycle down."
        )
    inverse: np.ndarray = np.linalg.solve(np.eye(len(matrix)) - matrix, np.eye(len(matrix)))
    return inverse


def lehmann(plus: Operation, times: Operation, one: float, star: Callable[[float], float]) -> MatrixStar:
    """The star of matrices over a semiring of floats, from its operations as numpy functions.

    V ← M; for each j: V[i,k] ⊕= V[i,j] ⊗ V[j,j]* ⊗ V[j,k]; at the end 1̄ is added on the diagonal.
    Cost: O(n³) in n numpy steps. Source: Lehmann (1977).
    """

    def matrix_star(matrix: np.ndarray) -> np.ndarray:
        closed = matrix.astype(np.float64)
        for j in range(len(closed)):
            around = np.asarray(star(float(closed[j, j])))
            closed = plus(closed, times(times(closed[:, j, None], around), closed[None, j, :]))
        diagonal = np.arange(len(closed))
        closed[diagonal, diagonal] = plus(closed[diagonal, diagonal], np.full(len(closed), one))
        return closed

    return matrix_star
