"""Batches of texts without padding: tokens in time-major order, longest text first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from neural.errors import BatchError


@dataclass(frozen=True)
class Packed:
    """A batch of sequences, packed.

    Attributes:
        data: [row, dim]: the distinct vectors of the batch, one per word type or one per token.
        rows: [token] → row: the first tokens of all texts, then their second tokens, …, each time longest text first.
        sizes: how many texts have a token at each time step; never rises.
        order: [text] → the text's place in the caller's batch; may hold texts without any token.
    """

    data: Tensor
    rows: Tensor
    sizes: tuple[int, ...]
    order: Tensor

    @property
    def texts(self) -> int:
        """The number of texts."""
        return len(self.order)

    def with_data(self, data: Tensor) -> "Packed":
        """The same batch over other vectors, one per row."""
        return replace(self, data=data)

    def unsort(self, values: Tensor) -> Tensor:
        """[text in packed order, …] → [text in the caller's order, …]."""
        return values.index_select(0, torch.argsort(self.order))


def pack(x: Tensor, lengths: Tensor) -> Packed:
    """Pack a padded batch x [batch, time, …]; what lies behind a text's length is never read.

    Raises:
        BatchError: the lengths do not fit x.
    """
    if lengths.shape != x.shape[:1] or lengths.is_floating_point():
        raise BatchError(f"lengths are one int per text of x (got shape {tuple(lengths.shape)} for {len(x)} texts).")
    if len(x) and (int(lengths.min()) < 0 or int(lengths.max()) > x.shape[1]):
        bad = int(((lengths < 0) | (lengths > x.shape[1])).nonzero()[0])
        raise BatchError(f"lengths lie between 0 and {x.shape[1]} (got {int(lengths[bad])} at index {bad}).")
    order = torch.argsort(lengths, descending=True, stable=True)
    sizes, text, time = _grid(lengths[order].cpu().numpy())
    data = x[order[torch.from_numpy(text).to(x.device)], torch.from_numpy(time).to(x.device)]
    return Packed(data, torch.arange(len(data), device=x.device), sizes, order)


def pack_words(sequences: Sequence[np.ndarray], table: Tensor) -> Packed:
    """Pack texts given as word ids: `data` holds each distinct word's row of `table` [word, dim] once.

    Equal words have equal vectors, so whatever is computed from a vector is computed once per word type.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")
    sizes, text, time = _grid(lengths[order])
    starts = np.cumsum(lengths) - lengths
    flat = np.concatenate(sequences) if len(sequences) else np.zeros(0, dtype=np.int64)
    ids = flat[starts[order][text] + time]
    if len(ids) > len(table):  # sorting them would cost more than a product with the whole table
        return Packed(table, torch.from_numpy(ids), sizes, torch.from_numpy(order))
    words, rows = np.unique(ids, return_inverse=True)
    data = table.index_select(0, torch.from_numpy(words))
    return Packed(data, torch.from_numpy(rows), sizes, torch.from_numpy(order))


def _grid(lengths: np.ndarray) -> tuple[tuple[int, ...], np.ndarray, np.ndarray]:
    """For falling `lengths`: the sizes per time step, and for each packed token its text and its time."""
    steps = int(lengths[0]) if len(lengths) else 0
    # lengths fall, so the texts with a token at time t are the first searchsorted(-lengths, -t) ones
    sizes = np.searchsorted(-lengths, -np.arange(steps), side="left")
    time = np.repeat(np.arange(steps), sizes)
    text = np.arange(len(time)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return tuple(int(size) for size in sizes), text, time
