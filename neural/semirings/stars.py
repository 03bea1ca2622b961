"""Stars of batches of matrices over tensors."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

import neural.semirings.elements as elements
from wfsa import DivergenceError

Binary = Callable[[Tensor, Tensor], Tensor]


def real_matrix_star(matrix: Tensor, cyclic: bool) -> Tensor:
    """(I − M)⁻¹ of each block [block, i, j], where the series converges.

    Without negative entries by Lehmann's recursion, which only adds and multiplies there, so that no entry is below 0;
    else, and in a compiled program, by a solver and its adjoint.

    Raises:
        DivergenceError: a spectral radius is not below 1 by more than rounding, `margin`. Without cycles it is 0.

    Cost: O(blocks · m³).
    """
    if cyclic:
        _require_convergence(matrix.detach())
    if not torch.compiler.is_compiling() and bool((matrix >= 0).all()):
        return lehmann(matrix, torch.add, torch.mul, elements.real_star, matrix.new_ones(()))
    eye = torch.eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device)
    star: Tensor = torch.linalg.solve(eye - matrix, eye.expand_as(matrix))
    return star


def expectation_matrix_star(matrix: Tensor, cyclic: bool) -> Tensor:
    """(A*, A* · R · A*) of each block of pairs (A, R), [block, i, j, 2]: it converges where A does."""
    around = real_matrix_star(matrix[..., 0], cyclic)
    return torch.stack((around, around @ matrix[..., 1] @ around), -1)


def log_matrix_star(matrix: Tensor, cyclic: bool) -> Tensor:
    """The logarithm of the star of exp M, by Lehmann's recursion.

    Raises:
        DivergenceError: the spectral radius of exp M is not below 1 by more than rounding, `margin`.
    """

    def star(values: Tensor) -> Tensor:
        return lehmann(values, elements.log_plus, torch.add, elements.log_star, values.new_zeros(()))

    closed = star(matrix)  # the first, so that a message has the weights that were given
    if cyclic:
        _require_log_convergence(matrix.detach(), star)
    return closed


def _require_log_convergence(matrix: Tensor, star: Callable[[Tensor], Tensor]) -> None:
    """Does the star exist, too, where each weight is greater by `margin` times its own size or 1?"""
    sizes = torch.where(torch.isfinite(matrix), matrix, 0.0).abs().clamp_min(1.0)
    try:
        with torch.no_grad():
            star(matrix + margin(matrix) * sizes)
    except DivergenceError:
        raise DivergenceError(
            f"star in LOG needs cycles below 0 by more than rounding, {margin(matrix):.2g} of their weights (got one "
            "nearer to 0); scale the weights of that cycle down."
        ) from None


def margin(matrix: Tensor) -> float:
    """A cycle is summed where it would converge with all weights greater by this share, which may be rounding."""
    epsilon = torch.finfo(matrix.dtype).eps
    return max(1e-13, 64 * epsilon, 2 * matrix.shape[1] * epsilon)


def _require_convergence(matrix: Tensor) -> None:
    """As `wfsa.semirings.float_stars.require_convergence`, block by block, without its eigenvalues."""
    holds = _pivots(matrix.abs() * (1 + margin(matrix)))
    if torch.compiler.is_compiling():
        torch._check(
            (holds | _powers_vanish(matrix)).all().item(),
            lambda: "a spectral radius around an epsilon cycle is below 1.",
        )
    elif not bool(holds.all()):
        holds = holds | _powers_vanish(matrix)
        if not bool(holds.all()):
            bad = matrix[~holds][0]
            if not bool(bad.isfinite().all()):
                got = bad[~bad.isfinite()][0].item()
                raise DivergenceError(
                    f"the sum over all paths around an epsilon cycle needs finite weights (got {got}); bound them, or "
                    "lower the learning rate."
                )
            radius = float(torch.linalg.eigvals(bad).abs().amax())
            raise DivergenceError(
                f"the sum over all paths around an epsilon cycle needs a spectral radius below 1 (got {radius:.6g}, to "
                "within rounding); scale the weights of that cycle down."
            )


def _pivots(matrix: Tensor) -> Tensor:
    """[block]: are all pivots of a matrix without negative entries below 1?"""
    holds = torch.ones(len(matrix), dtype=torch.bool, device=matrix.device)
    for j in range(matrix.shape[1]):
        below = matrix[:, j, j] < 1
        around = torch.where(below, 1 / (1 - matrix[:, j, j]), 0.0)
        matrix = matrix + (matrix[:, :, j] * around[:, None])[:, :, None] * matrix[:, None, j]
        holds = holds & below
    return holds


def _powers_vanish(matrix: Tensor) -> Tensor:
    """[block]: does a power M^(2^k) have a norm below 1/2, up to the k where (1 − `margin`)^(2^k) has?"""
    found = torch.zeros(len(matrix), dtype=torch.bool, device=matrix.device)
    for _ in range(round(-math.log2(margin(matrix))) + 1):
        found = found | (matrix.abs().sum(2).amax(1) < 0.5)
        matrix = matrix @ matrix
    return found


def lehmann(matrix: Tensor, plus: Binary, times: Binary, star: Callable[[Tensor], Tensor], one: Tensor) -> Tensor:
    """V[i,k] ⊕= V[i,j] ⊗ V[j,j]* ⊗ V[j,k] for each pivot j, then 1̄ on the diagonal; [block, i, j (, part)].

    Raises:
        DivergenceError: some pivot has no star.

    Source: Lehmann (1977).
    """
    size = matrix.shape[1]
    for j in range(size):
        into = times(matrix[:, :, j], star(matrix[:, j, j])[:, None])
        matrix = plus(matrix, times(into[:, :, None], matrix[:, None, j]))
    diagonal = torch.eye(size, dtype=torch.bool, device=matrix.device)
    diagonal = diagonal.view(size, size, *[1] * one.dim())
    return torch.where(diagonal, plus(matrix, one.expand_as(matrix)), matrix)
