"""Batches of texts without padding: the tokens of all texts in a row, text by text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from neural.batches.distinct_words import distinct, vectors_of
from neural.errors import BatchError

_INTS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


@dataclass(frozen=True)
class Packed:
    """A batch of sequences, packed.

    Attributes:
        data: [row, dim]: the distinct vectors of the batch, one per word type or one per token. None where the rows
            are the symbols of an alphabet.
        rows: [token] → row.
        offsets: [text + 1]: the tokens of text b are those from offsets[b] up to offsets[b + 1].
    """

    data: Tensor | None
    rows: Tensor
    offsets: Tensor

    @property
    def texts(self) -> int:
        """The number of texts."""
        return self.offsets.shape[0] - 1

    @property
    def lengths(self) -> Tensor:
        """[text]: tokens."""
        return self.offsets[1:] - self.offsets[:-1]

    @property
    def owner(self) -> Tensor:
        """[token] → text."""
        return torch.repeat_interleave(
            torch.arange(self.texts, device=self.offsets.device), self.lengths, output_size=self.rows.shape[0]
        )

    def check(self, size: int) -> None:
        """Does every token name one of `size` rows, and do the texts hold all tokens? Kernels rely on it.

        Raises:
            BatchError: no.
        """
        _refuse_transforms()
        if torch.compiler.is_compiling():
            return
        offsets = self.offsets.cpu().numpy()
        if offsets[0] != 0 or offsets[-1] != len(self.rows):
            raise BatchError(
                f"offsets go from 0 to the number of tokens (got {offsets[0]} to {offsets[-1]} for {len(self.rows)})."
            )
        if (offsets[1:] < offsets[:-1]).any():
            raise BatchError(f"offsets do not fall (got a text of {np.diff(offsets).min()} tokens).")
        if not len(self.rows):
            return
        low, high = map(int, self.rows.aminmax())
        if low < 0 or high >= size:
            raise BatchError(
                f"tokens are places 0 to {size - 1} in the alphabet, or rows of the batch's vectors (got {low} to "
                f"{high})."
            )

    def with_data(self, data: Tensor) -> "Packed":
        """The same batch over other vectors, one per row."""
        return replace(self, data=data)

    def only(self, texts: Tensor) -> "Packed":
        """The texts at these places, over the rows that they use."""
        lengths = self.lengths[texts]
        offsets = torch.nn.functional.pad(lengths.cumsum(0), (1, 0))
        tokens = torch.repeat_interleave(self.offsets[texts] - offsets[:-1], lengths)
        rows = self.rows[tokens + torch.arange(len(tokens), device=tokens.device)]
        if self.data is None:
            return Packed(None, rows, offsets)
        used, inverse = rows.unique(return_inverse=True)
        return Packed(self.data.index_select(0, used), inverse, offsets)

    def tokens(self, values: Tensor) -> "Packed":
        """The same texts over one vector per token, [token, dim]: what the next layer reads."""
        return Packed(values, torch.arange(values.shape[0], device=values.device), self.offsets)

    def reverse(self) -> Tensor:
        """[token] → the token at the same place from the other end of its text; its own inverse."""
        first, last = self.offsets[:-1], self.offsets[1:] - 1
        here = torch.arange(self.rows.shape[0], device=self.rows.device)
        return (first + last)[self.owner] - here


def _refuse_transforms() -> None:
    """What torch.func hands on has no values that a kernel could read."""
    if not torch.compiler.is_compiling() and torch._C._are_functorch_transforms_active():
        raise BatchError(
            "a batch is read in eager mode, torch.compile or torch.export (got one of torch.func: vmap, grad or jvp); "
            "use torch.autograd, and one batch in place of vmap."
        )


def pack(x: Tensor, lengths: Tensor | None = None) -> Packed:
    """Pack a padded batch, [batch, time, dim] vectors or [batch, time] symbols; what lies behind a text is not read.

    Args:
        lengths: [batch] ints; None where no text is shorter than the others.

    Raises:
        BatchError: the lengths do not fit x.
    """
    _refuse_transforms()
    if not isinstance(x, Tensor) or x.dim() not in (2, 3) or (x.dim() == 2) == x.is_floating_point():
        got = f"{tuple(x.shape)} of {x.dtype}" if isinstance(x, Tensor) else type(x).__name__
        raise BatchError(
            f"a batch is a tensor of [batch, time, dim] vectors or [batch, time] ints (got {got}); see torch.as_tensor."
        )
    if lengths is None:
        lengths = torch.full(x.shape[:1], x.shape[1], device=x.device)
    if not isinstance(lengths, Tensor) or lengths.shape != x.shape[:1] or lengths.dtype not in _INTS:
        got = f"{tuple(lengths.shape)} of {lengths.dtype}" if isinstance(lengths, Tensor) else type(lengths).__name__
        raise BatchError(f"lengths are a tensor of one int per text of x (got {got} for {len(x)} texts).")
    if not torch.compiler.is_compiling() and len(x) and (int(lengths.min()) < 0 or int(lengths.max()) > x.shape[1]):
        bad = int(((lengths < 0) | (lengths > x.shape[1])).nonzero()[0])
        raise BatchError(f"lengths lie between 0 and {x.shape[1]} (got {int(lengths[bad])} at index {bad}).")
    inside = torch.arange(x.shape[1], device=x.device) < lengths[:, None]
    offsets = torch.nn.functional.pad(lengths.cumsum(0), (1, 0))
    tokens = x[inside]
    if x.dim() == 2:
        return Packed(None, tokens.to(torch.int64), offsets)
    return Packed(tokens, torch.arange(tokens.shape[0], device=x.device), offsets)


def pack_words(sequences: Sequence[np.ndarray], table: Tensor) -> Packed:
    """Pack texts given as word ids: `data` holds each distinct word's row of `table` [word, dim] once.

    Equal words have equal vectors, so whatever is computed from a vector is computed once per word type.
    """
    return pack_ids(*join(sequences), table)


def pack_ids(ids: np.ndarray, offsets: np.ndarray, table: Tensor, sparse: bool = False) -> Packed:
    """`pack_words` of texts that lie in a row already: [token] → word id, and where each text begins.

    Args:
        sparse: see `vectors_of`.
    """
    words, rows = distinct(ids, offsets, len(table))
    data = vectors_of(words, table, sparse)
    return Packed(data, *(torch.from_numpy(places).to(table.device) for places in (rows, offsets)))


def pack_symbols(sequences: Sequence[np.ndarray]) -> Packed:
    """Pack texts given as places in a bank's alphabet."""
    ids, offsets = join(sequences)
    return Packed(None, torch.from_numpy(ids), torch.from_numpy(offsets))


def join(sequences: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """All sequences in a row, and where each begins."""
    lengths = np.fromiter(map(len, sequences), dtype=np.int64, count=len(sequences))
    ids = np.concatenate(sequences) if len(sequences) else np.zeros(0, dtype=np.int64)
    return ids.astype(np.int64, copy=False), np.concatenate([[0], lengths.cumsum()]).astype(np.int64)
