"""The semirings of `wfsa` over tensors: the same laws, elementwise, with gradients that stay finite at 0̄."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

import wfsa
from neural.errors import CompileError


@dataclass(frozen=True)
class TensorSemiring:
    """What a scan needs of a semiring.

    Attributes:
        symbolic: the semiring of `wfsa` that this one equals, elementwise.
        plus: (a, b) → a ⊕ b.
        times: (a, b) → a ⊗ b.
        sum: (x, dim) → ⊕ of x along `dim`.
    """

    symbolic: wfsa.Semiring[float]
    plus: Callable[[Tensor, Tensor], Tensor]
    times: Callable[[Tensor, Tensor], Tensor]
    sum: Callable[[Tensor, int], Tensor]


def _log_sum(x: Tensor, dim: int) -> Tensor:
    """log Σ exp x. torch.logsumexp has NaN gradients where all of x is −∞; here they are 0."""
    peak = x.detach().amax(dim, keepdim=True)
    peak = torch.where(torch.isfinite(peak), peak, torch.zeros_like(peak))
    total = (x - peak).exp().sum(dim)
    empty = total == 0
    return torch.where(empty, -torch.inf, torch.where(empty, 1.0, total).log() + peak.squeeze(dim))


def _log_plus(a: Tensor, b: Tensor) -> Tensor:
    return _log_sum(torch.stack((a, b)), 0)


REAL = TensorSemiring(wfsa.REAL, torch.add, torch.mul, lambda x, dim: x.sum(dim))
LOG = TensorSemiring(wfsa.LOG, _log_plus, torch.add, _log_sum)
# max(dim) gives the whole gradient to one winner; amax would split it between equals.
MAX_PLUS = TensorSemiring(wfsa.MAX_PLUS, torch.maximum, torch.add, lambda x, dim: x.max(dim).values)

_BY_SYMBOLIC = {K.symbolic: K for K in (REAL, LOG, MAX_PLUS)}


def tensor_semiring(K: wfsa.Semiring[float]) -> TensorSemiring:
    """The tensor form of `K`.

    Raises:
        CompileError: there is none.
    """
    if K not in _BY_SYMBOLIC:
        raise CompileError(f"patterns compile in {', '.join(map(repr, _BY_SYMBOLIC))} (got {K!r}); use wfsa.pathsum.")
    return _BY_SYMBOLIC[K]
