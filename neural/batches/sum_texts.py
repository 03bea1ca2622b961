"""⊕ over the tokens of each text of a packed batch, at a cost that grows with the tokens, however uneven the texts."""

import torch
from torch import Tensor

from neural.batches.packing import Packed
from neural.semirings.elements import finite, log_above
from neural.semirings.table import EXPECTATION, EXTREMES, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, TensorSemiring


def sum_texts(values: Tensor, x: Packed, K: TensorSemiring) -> Tensor:
    """[token, n (, part)] → [text, n (, part)]: ⊕ over each text's tokens; 0̄ where it has none.

    As in `K.sum`, of equal bests the first one has the whole gradient.
    """
    if K in (REAL, EXPECTATION):
        return _added(values, x)
    if K == LOG:
        return _log_added(values, x)
    if K == EXTREMES:
        return torch.stack((_least(values[..., 0], x), greatest(values[..., 1], x)), -1)
    if K == MIN_PLUS:
        return _least(values, x)
    if K in (MAX_PLUS, MAX_TIMES):
        assert isinstance(K.zero, float)
        return greatest(values, x, K.zero)
    return _folded(values, x, K)


def greatest(values: Tensor, x: Packed, nothing: float = -torch.inf) -> Tensor:
    """[token, n] → [text, n]: the greatest of each text's values; `nothing` where it has no tokens."""
    owner, tokens = x.owner[:, None].expand(values.shape), values.shape[0]
    known = values.detach()
    best = known.new_full((x.texts, values.shape[1]), -torch.inf).scatter_reduce(0, owner, known, "amax")
    found = (known == best.gather(0, owner)) | known.isnan()
    here = torch.arange(tokens, device=values.device)[:, None].expand(values.shape)
    first = here.new_full(best.shape, tokens).scatter_reduce(0, owner, torch.where(found, here, tokens), "amin")
    return torch.cat([values, values.new_full((1, values.shape[1]), nothing)]).gather(0, first)


def _least(values: Tensor, x: Packed) -> Tensor:
    return -greatest(-values, x)


def _added(values: Tensor, x: Packed) -> Tensor:
    """In double precision, since numbers are added one by one."""
    nothing = values.new_zeros((x.texts, *values.shape[1:]), dtype=torch.float64)
    return nothing.index_add(0, x.owner, values.double()).to(values.dtype)


def _log_added(values: Tensor, x: Packed) -> Tensor:
    """log Σ exp, with gradients of 0 where all of a text's values are −∞, as `elements.log_sum`."""
    peak = finite(greatest(values.detach(), x))
    return log_above(_added((values - peak[x.owner]).exp(), x), peak)


def _folded(values: Tensor, x: Packed, K: TensorSemiring) -> Tensor:
    """Neighbours two by two, until each text has one value left."""
    nothing = K.constant(K.zero, (1, values.shape[1]), values)
    while True:
        lengths, firsts, tokens = x.lengths, x.offsets[:-1], len(values)
        padded = torch.cat([values, nothing])
        if not tokens or int(lengths.max()) == 1:
            return padded[torch.where(lengths > 0, firsts, tokens)]
        offsets = torch.nn.functional.pad(((lengths + 1) // 2).cumsum(0), (1, 0))
        x = Packed(None, torch.arange(int(offsets[-1]), device=offsets.device), offsets)
        left = firsts[x.owner] + 2 * (x.rows - offsets[x.owner])
        right = torch.where(left + 1 < (firsts + lengths)[x.owner], left + 1, tokens)
        values = K.sum(torch.stack([padded[left], padded[right]]), 0)
