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
        data: [token, …]: the first tokens of all texts, then their second tokens, …, each time longest text first.
        sizes: how many texts have a token at each time step; never rises.
        order: [text] → the text's place in the caller's batch; may hold texts without any token.
    """

    data: Tensor
    sizes: tuple[int, ...]
    order: Tensor

    @property
    def texts(self) -> int:
        """The number of texts."""
        return len(self.order)

    def with_data(self, data: Tensor) -> "Packed":
        """The same batch over other values, one per token."""
        return replace(self, data=data)

    def unsort(self, rows: Tensor) -> Tensor:
        """[text in packed order, …] → [text in the caller's order, …]."""
        return rows.index_select(0, torch.argsort(self.order))


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
    sizes, row, time = _grid(lengths[order].cpu().numpy())
    return Packed(x[order[torch.from_numpy(row).to(x.device)], torch.from_numpy(time).to(x.device)], sizes, order)


def pack_sequences(sequences: Sequence[np.ndarray]) -> Packed:
    """Pack integer sequences of different lengths, as they come from a vocabulary."""
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")
    sizes, row, time = _grid(lengths[order])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(lengths) else lengths
    flat = np.concatenate(sequences) if len(sequences) else np.zeros(0, dtype=np.int64)
    return Packed(torch.from_numpy(flat[starts[order][row] + time]), sizes, torch.from_numpy(order))


def _grid(lengths: np.ndarray) -> tuple[tuple[int, ...], np.ndarray, np.ndarray]:
    """For falling `lengths`: the sizes per time step, and for each packed token its text and its time."""
    steps = int(lengths[0]) if len(lengths) else 0
    # lengths fall, so the texts with a token at time t are the first searchsorted(-lengths, -t) ones
    sizes = np.searchsorted(-lengths, -np.arange(steps), side="left")
    time = np.repeat(np.arange(steps), sizes)
    row = np.arange(len(time)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return tuple(int(size) for size in sizes), row, time
