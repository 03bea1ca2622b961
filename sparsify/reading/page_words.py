"""Which words a page knows: all of a model's, or as many as a page can hold."""

import json
from collections.abc import Collection, Sequence

import numpy as np

BOUND = 2**25
"""Bytes of a page's words and their numbers, 32 MB: what a browser reads in about a second, whatever the vocabulary."""

_NUMBER, _BESIDE = 4, 20
"""Bytes of live.json for a number of a word, three octets in base64, and beside the word: its line, its place."""


def page_words(words: Sequence[str], rows: int, wanted: Collection[str], bound: int = BOUND) -> np.ndarray:
    """[word of the page] → place among the model's: of all words, or of what fits, in the model's order.

    Args:
        words: those of the model, the most frequent first; the first stands for unknown words, and is always there.
        rows: numbers that a page needs of each.
        wanted: words that are there even if they are rare.
        bound: bytes of live.json that words and numbers take at most, unless those that are wanted take more.
    """
    own = [len(json.dumps(word, ensure_ascii=False).encode()) for word in words]
    sizes = np.array(own, dtype=np.int64) + _BESIDE + _NUMBER * rows
    if sizes.sum() <= bound:
        return np.arange(len(words))
    first = np.array([not place or word in wanted for place, word in enumerate(words)])
    others = np.where(first, 0, sizes).cumsum() <= bound - sizes[first].sum()
    return np.flatnonzero(first | others)
