"""Dropout on word vectors."""

import numpy as np
import torch

import sparsify.penalties.kernels as kernels
from neural import Packed
from neural.scans.cpu.memory import room

_LEVELS = 2**16
"""Rates are rounded to so many levels: two random bytes per number are drawn much faster than a float."""


class Dropout:
    """Dropout on the numbers of word vectors, then on whole words: one mask per word type and batch; and on the
    numbers of all vectors of a text: one mask per text.

    What is kept of the numbers is divided by 1 − rate, what is kept of the words is not. The mask per text is the
    paper's recurrent dropout; it costs more, as equal words of a batch have different vectors then.
    Source: Gal and Ghahramani (2016).
    """

    def __init__(self, rate: float, word_rate: float, seed: int, text_rate: float = 0.0) -> None:
        self._scale = np.float32(1) / np.float32(1 - rate)
        self._nothing = rate == word_rate == 0
        self._levels = (np.int32(round(word_rate * _LEVELS)), np.int32(round(rate * _LEVELS)))
        self._text_rate = text_rate
        self._noise = np.random.Generator(np.random.SFC64(seed))

    def __call__(self, x: Packed) -> Packed:
        """The same batch over other vectors."""
        data = x.data
        assert data is not None
        if self._nothing:
            return self._by_text(x)
        rows, dim = data.shape
        factors = room(rows, dim, np.empty(0, np.float32))
        kernels.dropout(*self._drawn(rows, rows * dim), *self._levels, self._scale, factors)
        mask = torch.from_numpy(factors).to(data)
        return self._by_text(x.with_data(data * mask if data.requires_grad else mask.mul_(data)))

    def _by_text(self, x: Packed) -> Packed:
        """One mask for all tokens of a text, which a row for every token is needed for."""
        if self._text_rate == 0:
            return x
        assert x.data is not None
        drawn = self._noise.random((x.texts, x.data.shape[1]), dtype=np.float32)
        mask = torch.from_numpy((drawn >= self._text_rate) / (1 - self._text_rate)).to(x.data)
        return x.tokens(x.data[x.rows] * mask[x.owner])

    def _drawn(self, rows: int, numbers: int) -> tuple[np.ndarray, np.ndarray]:
        """Two random bytes for each row and for each number."""
        begin = rows + rows % 2  # four bytes are drawn at once
        count = (begin + numbers + 1) // 2
        drawn = self._noise.integers(0, 2**32, size=count, dtype=np.uint32).view(np.uint16)
        return drawn[:rows], drawn[begin : begin + numbers]
