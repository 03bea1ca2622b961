"""Texts as contextual vectors: where their rows are, in memory or in files, and what each of them stands for."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import torch

from neural.batches.packing import Packed
from neural.text.contextual.rounding import Rounding
from neural.text.contextual.shards import Shard
from neural.text.contextual.tokens import Sentence
from neural.text.encoders import EncodedTexts, Encoder

_PAGES, _OPEN = 50_000_000, 16
"""Bytes of files that are read, and files that are open, before all of them leave the memory again."""

_AT_ONCE = 256
"""Texts that are cut at once."""


class ContextTexts(EncodedTexts):
    """Texts with a row for every token.

    Args:
        lengths: [text]: tokens.
        blocks: the rows, [token, width], of consecutive texts: arrays, or shards of a cache.
        texts: as they are written.
        split: texts → their sentences.
    """

    kept = False

    def __init__(
        self,
        encoder: Encoder,
        lengths: np.ndarray,
        blocks: Sequence[np.ndarray | Shard],
        rounding: Rounding,
        texts: Sequence[str],
        split: Callable[[Sequence[str]], list[list[Sentence]]],
    ) -> None:
        self._encoder, self.lengths, self._rounding = encoder, lengths, rounding
        self._blocks, self._texts, self._split = blocks, texts, split
        self._firsts = np.cumsum([0, *map(len, blocks)])
        self._starts = np.cumsum([0, *lengths.tolist()])
        self._read = 0

    def batch(self, places: np.ndarray) -> Packed:
        """A row per token."""
        offsets = np.concatenate([np.zeros(1, np.int64), self.lengths[places].cumsum()])
        found = np.empty((int(offsets[-1]), self._encoder.dim), np.float32)
        for place, start in zip(places.tolist(), offsets[:-1].tolist(), strict=True):
            rows = self._of(place)
            found[start : start + len(rows)] = self._rounding.unpack(rows)
        device = self._encoder.device
        data = torch.from_numpy(found).to(device)
        return Packed(data, torch.arange(len(found), device=device), torch.from_numpy(offsets).to(device))

    def _of(self, place: int) -> np.ndarray:
        start, stop = int(self._starts[place]), int(self._starts[place + 1])
        if start == stop:
            return np.zeros((0, self._rounding.width(self._encoder.dim)), self._rounding.dtype)
        number = int(np.searchsorted(self._firsts, start, side="right")) - 1
        first, block = int(self._firsts[number]), self._blocks[number]
        if isinstance(block, Shard):
            self._make_room(block)
        rows: np.ndarray = _rows(block)[start - first : stop - first]
        self._read += rows.nbytes
        return rows

    def _make_room(self, shard: Shard) -> None:
        """Files that were read leave the memory, where there are many, before another is opened."""
        if shard.is_open:
            return
        shards = [block for block in self._blocks if isinstance(block, Shard) and block.is_open]
        if self._read > _PAGES or len(shards) >= _OPEN:
            self._read = 0
            for own in shards:
                own.forget()

    @cached_property
    def spelled(self) -> tuple[list[str], np.ndarray]:
        """(forms, [token] → form, of all texts in a row): texts are cut anew, once, when someone asks for words."""
        places: dict[str, int] = {}
        found = np.empty(int(self._starts[-1]), np.int32)
        t = 0
        for start in range(0, len(self._texts), _AT_ONCE):
            for sentences in self._split(self._texts[start : start + _AT_ONCE]):
                for sentence in sentences:
                    for form in sentence.forms:
                        found[t] = places.setdefault(form, len(places))
                        t += 1
        return [*places], found

    def tokens(self, place: int) -> Sequence[str]:
        """Word pieces or words, and special tokens, as they stand in the text."""
        forms, ids = self.spelled
        return [forms[i] for i in ids[self._starts[place] : self._starts[place + 1]].tolist()]

    def token(self, place: int, t: int) -> str:
        """One of them."""
        forms, ids = self.spelled
        return forms[int(ids[int(self._starts[place]) + t])]

    def sentence(self, place: int, t: int) -> str:
        """The sentence that the token stands in."""
        for sentence in self._split([self._texts[place]])[0]:
            if t < len(sentence.forms):
                return sentence.text
            t -= len(sentence.forms)
        raise IndexError(t)


def _rows(block: np.ndarray | Shard) -> np.ndarray:
    return block.rows if isinstance(block, Shard) else block
