"""⊕ over segments, such as the texts of a batch: [element, n (, part)] → [segment, n (, part)].

`owner` [element] names the segment of each element. The cost grows with the elements, however uneven the segments.
"""

import torch
from torch import Tensor

from neural.semirings.elements import finite, log_above


def added(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """Σ of each segment's values; in double precision, since numbers are added one by one."""
    nothing = values.new_zeros((count, *values.shape[1:]), dtype=torch.float64)
    return nothing.index_add(0, owner, values.double()).to(values.dtype)


def log_added(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """log Σ exp, with gradients of 0 where all of a segment's values are −∞, as `elements.log_sum`."""
    peak = finite(greatest(values.detach(), owner, count))
    return log_above(added((values - peak[owner]).exp(), owner, count), peak)


def greatest(values: Tensor, owner: Tensor, count: int, nothing: float = -torch.inf) -> Tensor:
    """The greatest value, of equals the first with the whole gradient; `nothing` where a segment has no elements."""
    owner, elements = owner[:, None].expand(values.shape), values.shape[0]
    known = values.detach()
    best = known.new_full((count, values.shape[1]), -torch.inf).scatter_reduce(0, owner, known, "amax")
    found = (known == best.gather(0, owner)) | known.isnan()
    here = torch.arange(elements, device=values.device)[:, None].expand(values.shape)
    first = here.new_full(best.shape, elements).scatter_reduce(0, owner, torch.where(found, here, elements), "amin")
    return torch.cat([values, values.new_full((1, values.shape[1]), nothing)]).gather(0, first)


def greatest_or_zero(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """As `greatest`, 0 where a segment has no elements."""
    return greatest(values, owner, count, 0.0)


def least(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """As `greatest`, the least value; ∞ where a segment has no elements."""
    return -greatest(-values, owner, count)


def extremes(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """(least of the lows, greatest of the highs)."""
    return torch.stack((least(values[..., 0], owner, count), greatest(values[..., 1], owner, count)), -1)
