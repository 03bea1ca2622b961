"""⊕ over the tokens of each text of a packed batch, at a cost that grows with the tokens, however uneven the texts."""

import torch
from torch import Tensor

import neural.semirings.segments as segments
from neural.batches.packing import Packed
from neural.semirings.table import TensorSemiring


def sum_texts(values: Tensor, x: Packed, K: TensorSemiring) -> Tensor:
    """[token, n (, part)] → [text, n (, part)]: ⊕ over each text's tokens; 0̄ where it has none.

    As in `K.sum`, of equal bests the first one has the whole gradient.
    """
    return _folded(values, x, K) if K.sum_segments is None else K.sum_segments(values, x.owner, x.texts)


def greatest(values: Tensor, x: Packed) -> Tensor:
    """[token, n] → [text, n]: the greatest of each text's values; −∞ where it has no tokens."""
    return segments.greatest(values, x.owner, x.texts)


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
