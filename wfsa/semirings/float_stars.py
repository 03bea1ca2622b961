"""Stars of whole matrices, by numpy: what a semiring over floats offers so that large automata stay fast."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wfsa.errors import DivergenceError, RangeError

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


MARGIN = 1e-13
"""A cycle is summed where it would still converge with all its weights greater by this share, which rounding may cost.

In components of n > 225 states that is 2nε.
"""


def real_matrix_star(matrix: np.ndarray) -> np.ndarray:
    """M* = (I − M)⁻¹, where the series converges.

    Without negative entries M* is made by additions, products and 1 / (1 − p) for pivots p < 1 alone, so that no entry
    is below 0 and each has a relative error of about nε / (1 − spectral radius). All pivots are below 1 iff the
    spectral radius is. With signs it is solved for, and the error is relative to the largest entry.

    Raises:
        DivergenceError: the spectral radius is not below 1, or only by `MARGIN` or less: that may be rounding.
        RangeError: an entry, or a sum on the way, lies beyond the doubles.

    Cost: O(n³). Source: Berman and Plemmons (1994), "Nonnegative matrices in the mathematical sciences", §6.2.
    """
    if not np.isfinite(matrix).all():
        raise DivergenceError("the sum over all paths around a cycle needs finite weights (got an infinite one).")
    require_convergence(matrix)
    if (matrix >= 0).all():
        return _nonnegative_star(matrix)
    unit = np.eye(len(matrix))
    try:
        star: np.ndarray = np.linalg.solve(unit - matrix, unit)
    except np.linalg.LinAlgError:
        raise _lost() from None
    if not np.abs(star - matrix @ star - unit).max(initial=0.0) <= _RESIDUAL:
        raise _lost()
    return star


_EPSILON = float(np.finfo(np.float64).eps)
_RESIDUAL = 1e-3
"""Of (I − M) · M* = I: where rounding costs more, nothing is left of the digits."""


def _lost() -> RangeError:
    return RangeError(
        "the sum over all paths around a cycle loses all its digits to rounding (weights of both signs that differ by "
        "too many orders of magnitude); scale the weights of that cycle."
    )


def require_convergence(matrix: np.ndarray) -> None:
    """Does Σ Mᵏ converge, by more than rounding?

    Without signs, and where it converges absolutely: iff all pivots of (1 + `MARGIN`) · |M| are below 1. Else where a
    power M^(2^k) vanishes; else where the eigenvalues, which are less exact, are below 1 by 1e-9.

    Raises:
        DivergenceError: no.
    """
    if _pivots(np.abs(matrix) * (1 + max(MARGIN, 2 * len(matrix) * _EPSILON))):
        return
    signed = bool((matrix < 0).any())
    if signed and _powers_vanish(matrix):
        return
    radius = _spectral_radius(matrix)
    if not signed or not radius < 1 - 1e-9:
        raise DivergenceError(
            f"the sum over all paths around a cycle needs a spectral radius below 1 (got {radius:.6g}, to within "
            "rounding); scale the weights of that cycle down."
        )


def _pivots(matrix: np.ndarray) -> bool:
    """Are all pivots of a matrix without negative entries below 1?"""
    try:
        _nonnegative_star(matrix)
    except DivergenceError:
        return False
    return True


def _nonnegative_star(matrix: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        star = _by_halves(matrix)
    if not np.isfinite(star).all():
        raise RangeError(
            "the sums over all paths around a cycle lie within the doubles (got one beyond them); scale the weights, "
            "or use LOG."
        )
    return star


def _by_halves(matrix: np.ndarray) -> np.ndarray:
    """[[A, B], [C, D]]* from A* and E = (D + C·A*·B)*: [[A* + A*·B·E·C·A*, A*·B·E], [E·C·A*, E]] (Conway 1971)."""
    size = len(matrix)
    if size == 0:
        return matrix
    if size == 1:
        if 1 <= matrix[0, 0] < np.inf:
            raise DivergenceError(f"a pivot is below 1 (got {matrix[0, 0]:.6g}).")
        return np.asarray(1 / (1 - matrix)) if matrix[0, 0] < 1 else np.full((1, 1), np.nan)
    half = size // 2
    first, last = slice(None, half), slice(half, None)
    star = np.empty_like(matrix)
    around = _by_halves(matrix[first, first])
    there, back = around @ matrix[first, last], matrix[last, first] @ around
    end = _by_halves(matrix[last, last] + matrix[last, first] @ there)
    star[last, last], star[first, last], star[last, first] = end, there @ end, end @ back
    star[first, first] = around + star[first, last] @ back
    return star


def _powers_vanish(matrix: np.ndarray) -> bool:
    """Does a power M^(2^k), k ≤ 43, have a norm below 1/2? For k = 43 that is (1 − 8e-14)^(2^43)."""
    power = matrix
    for _ in range(44):
        norm = np.abs(power).sum(axis=1).max(initial=0.0)
        if norm < 0.5:
            return True
        if not norm < 1e100:
            return False
        power = power @ power
    return False


def _spectral_radius(matrix: np.ndarray) -> float:
    try:
        return float(np.abs(np.linalg.eigvals(matrix)).max(initial=0.0))
    except np.linalg.LinAlgError:  # its iteration may not end
        return np.inf


def grown_logarithms(matrix: np.ndarray) -> np.ndarray:
    """Logarithms, each greater by `MARGIN` times its own size or 1: rounding costs a cycle that share of them."""
    share = max(MARGIN, 2 * len(matrix) * _EPSILON)
    sizes = np.maximum(np.where(np.isfinite(matrix), np.abs(matrix), 0.0), 1.0)
    return np.asarray(matrix + share * sizes)


@dataclass(frozen=True)
class Lehmann:
    """The star of matrices over a semiring of floats, from its operations as numpy functions.

    V ← M; for each j: V[i,k] ⊕= V[i,j] ⊗ V[j,j]* ⊗ V[j,k]; at the end 1̄ is added on the diagonal.

    Attributes:
        zero: 0̄, which has no part in the steps, so that rings and other sparse matrices take O(n²).
        grown: M → what its weights may be but for rounding, whose star must exist, too; None where ⊕ does not add up.

    Cost: O(n³) in n numpy steps. Source: Lehmann (1977).
    """

    plus: Operation
    times: Operation
    one: float
    star: Callable[[float], float]
    zero: float
    grown: Callable[[np.ndarray], np.ndarray] | None = None

    def __call__(self, matrix: np.ndarray) -> np.ndarray:
        """M*, for a square matrix.

        Raises:
            DivergenceError: it has no value.
        """
        closed = self._closed(matrix)  # the first, so that a message has the weights that were given
        if self.grown is not None:
            try:
                self._closed(self.grown(matrix))
            except DivergenceError:
                raise DivergenceError(
                    "star in LOG needs cycles below 0 by more than rounding, 1e-13 of their weights (got one nearer to "
                    "0); scale the weights of that cycle down."
                ) from None
        return closed

    def _closed(self, matrix: np.ndarray) -> np.ndarray:
        closed = matrix.astype(np.float64)
        for j in range(len(closed)):
            around = np.asarray(self.star(float(closed[j, j])))
            into, out = (np.flatnonzero(line != self.zero) for line in (closed[:, j], closed[j]))
            block = (slice(None), slice(None)) if len(into) == len(out) == len(closed) else np.ix_(into, out)
            through = self.times(self.times(closed[into, j, None], around), closed[None, j, out])
            closed[block] = self.plus(closed[block], through)
        diagonal = np.arange(len(closed))
        closed[diagonal, diagonal] = self.plus(closed[diagonal, diagonal], np.full(len(closed), self.one))
        return closed
