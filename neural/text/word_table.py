"""Words → ids without strings: a hash table over code points, for the tokens of a scanner."""

from collections.abc import Mapping, Sequence

import numpy as np

from neural.scans.cpu.hashing import hashed
from neural.text.penn_words import FIXED, SPAN, scanner


class WordTable:
    """A hash table of all words, open, at most half full.

    Attributes:
        slots: the id that lies there, or −1.
        codes, bounds: the code points of all words, and [id + 1] where each begins.
        fixed: [kind], the id of a token whose text does not say it: see `penn_words`.
    """

    def __init__(self, words: Sequence[str], ids: Mapping[str, int]) -> None:
        self.codes, self.bounds = code_points(words)
        self.slots = np.full(1 << (2 * len(words)).bit_length(), -1, np.int32)
        self.fixed = np.array([ids.get(word, 0) for word in FIXED], np.int64)
        _fill(self.codes, self.bounds, self.slots)

    def look_up(self, codes: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """The ids [token]; 0 for a word that is not there."""
        ids = np.empty(len(tokens), np.int64)
        _look_up(codes, tokens, self.codes, self.bounds, self.slots, self.fixed, ids)
        return ids


def code_points(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The code points of all texts, lone surrogates too, and [text + 1] where each begins."""
    octets = "".join(texts).encode("utf-32-le", "surrogatepass")
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=bounds[1:])
    return np.frombuffer(octets, np.uint32), bounds


@scanner
def _find(codes, start, stop, words, bounds, slots):
    """The slot of the word codes[start:stop], or the free one where it would lie."""
    mask = len(slots) - 1
    slot = np.int64(hashed(codes, start, stop)) & mask
    while slots[slot] >= 0:
        first = bounds[slots[slot]]
        if bounds[slots[slot] + 1] - first == stop - start:
            same = 0
            while start + same < stop and words[first + same] == codes[start + same]:
                same += 1
            if start + same == stop:
                break
        slot = (slot + 1) & mask
    return slot


@scanner
def _fill(codes, bounds, slots):
    for word in range(len(bounds) - 1):
        slots[_find(codes, bounds[word], bounds[word + 1], codes, bounds, slots)] = word


@scanner
def _look_up(codes, tokens, words, bounds, slots, fixed, ids):
    for k in range(len(tokens)):
        kind, start, length = tokens[k] & 7, tokens[k] >> 32, (tokens[k] & 0xFFFFFFFF) >> 3
        if kind == SPAN:
            ids[k] = max(0, slots[_find(codes, start, start + length, words, bounds, slots)])
        else:
            ids[k] = fixed[kind]
