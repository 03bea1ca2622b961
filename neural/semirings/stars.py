"""Stars of batches of matrices over tensors."""

from collections.abc import Callable

import torch
from torch import Tensor

from wfsa import DivergenceError

Binary = Callable[[Tensor, Tensor], Tensor]


def real_matrix_star(matrix: Tensor, cyclic: bool) -> Tensor:
    """(I − M)⁻¹ of each block [block, i, j], where the series converges; gradients by the solver's adjoint.

    Raises:
        DivergenceError: a spectral radius is not below 1. Without cycles it is 0.

    Cost: O(blocks · m³).
    """
    if cyclic:
        radius = torch.linalg.eigvals(matrix.detach()).abs().amax()
        if torch.compiler.is_compiling():
            torch._check((radius < 1).item(), lambda: "a spectral radius around an epsilon cycle is below 1.")
        elif not radius < 1:
            raise DivergenceError(
                f"the sum over all paths around an epsilon cycle needs a spectral radius below 1 (got {radius:.6g}); "
                "scale the weights of that cycle down."
            )
    eye = torch.eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device)
    star: Tensor = torch.linalg.solve(eye - matrix, eye.expand_as(matrix))
    return star


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
