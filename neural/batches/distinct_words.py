"""The distinct words of a batch, and their vectors."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.forward_ad import unpack_dual

from neural.errors import BatchError
from neural.scans.cpu.borrowed import borrowed
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.memory import room
from neural.scans.cpu.prefetch import ask

_AHEAD = 4
"""How many rows ahead a vector is asked for: they lie anywhere in a large table."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ / the golden ratio: the upper bits of its products lie far apart, also for numbers that lie close together."""


def distinct(ids: np.ndarray, offsets: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """([row] → word, [token] → row) of texts over a vocabulary of this size, which begin at `offsets` and fill `ids`.

    A word's row is the earlier, the nearer to the end of any text the word is. Where the last scores alone count, what
    is far from the end gets no gradient; such rows are the last ones then, and products can leave them out.

    Raises:
        BatchError: not all ids are words.
    """
    words, rows = np.empty(min(len(ids), size), np.int64), np.empty(len(ids), np.int64)
    bits = max(1, (2 * len(words) - 1).bit_length())
    slots, shift = np.full(1 << bits, -1, np.int32), np.uint64(64 - bits)
    count = _number(ids, offsets, np.arange(len(offsets) - 1), size, slots, shift, words, rows)
    if count < 0:
        raise BatchError(f"word ids lie between 0 and {size - 1} (got {ids.min()} to {ids.max()}).")
    return words[:count], rows


@kernel
def _number(ids, offsets, active, size, slots, shift, words, rows):
    """All last words, then all last but one, …; how many are distinct, or −1 where an id is no word's.

    `active`: all texts, of which those that go on are moved to the beginning. `slots`: a hash table of the rows, which
    costs what the tokens cost, however large the vocabulary is; of 64 bits it takes those above `shift`.
    """
    # From the ends of all texts inwards: so a word's first appearance here is the one nearest to an end.
    texts, count, back, last = len(active), 0, 1, len(slots) - 1
    while texts:
        longer = 0
        for i in range(texts):
            b = active[i]
            token = offsets[b + 1] - back
            if token >= offsets[b]:  # shorter texts drop out of `active`, and cost nothing any more
                active[longer] = b
                longer += 1
                word = ids[token]
                if not 0 <= word < size:
                    return -1
                slot = np.int64((np.uint64(word) * _MIX) >> shift)
                while slots[slot] >= 0 and words[slots[slot]] != word:
                    slot = (slot + 1) & last
                if slots[slot] < 0:
                    slots[slot] = count
                    words[count] = word
                    count += 1
                rows[token] = slots[slot]
        texts, back = longer, back + 1
    return count


def vectors_of(words: np.ndarray, table: Tensor, sparse: bool = False) -> Tensor:
    """The rows of `table` [word, dim] for these words; with a derivative where the table has one.

    Args:
        sparse: the table's gradient is a sparse tensor of these rows, as that of `torch.nn.Embedding` can be: it costs
            what they cost, whatever the table holds.
    """
    source = _plain(table)
    if source is None:
        places = torch.from_numpy(words).to(table.device)
        return nn.functional.embedding(places, table, sparse=True) if sparse else table.index_select(0, places)
    found = room(len(words), table.shape[1], source)
    _copy(source, words, found)
    return torch.from_numpy(found)


def _plain(table: Tensor) -> np.ndarray | None:
    """The table's memory, where the kernel can read it and no derivative of any kind goes through it."""
    if table.requires_grad or table.dtype not in (torch.float32, torch.float64) or not table.is_contiguous():
        return None
    if unpack_dual(table).tangent is not None:
        return None
    try:
        found: np.ndarray = table.numpy()
    except (RuntimeError, TypeError):  # within torch.func, or on another device
        return None
    return found


@kernel
def _copy(table, words, into):
    table, into = borrowed(table), borrowed(into)
    for row in range(len(words)):  # the next rows are asked for while this one is copied
        if row + _AHEAD < len(words):
            ask(table, words[row + _AHEAD])
        vector, copy = table[words[row]], into[row]
        for k in range(len(vector)):
            copy[k] = vector[k]
