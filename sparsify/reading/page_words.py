"""Which words a page knows: all of a model's, or as many as a page can hold."""

import json
from collections.abc import Collection, Sequence

import numpy as np

BOUND = 2**25
"""Bytes of a page's words and their numbers, 32 MB, whatever the vocabulary: a browser opens it in a few seconds."""

_NUMBER, _LINE, _PLACE = 4, 5, 15
"""Bytes of live.json: a number, three octets in base64; beside a word on its line; its place, where it is unknown."""


def page_words(
    words: Sequence[str], unknown: np.ndarray, rows: int, wanted: Collection[str], bound: int = BOUND
) -> np.ndarray:
    """[word of the page] → place among the model's: of all words, or of what fits, in the model's order.

    Args:
        words: those of the model, as a rule the most frequent first; its first one, which stands for unknown words, is
            always there.
        unknown: [word]: has it no vector?
        rows: numbers that a page needs of each.
        wanted: words that are there even if they are rare.
        bound: bytes of live.json that words and numbers take at most, unless those that are wanted take more.
    """
    lines = json.dumps([*words], ensure_ascii=False, separators=("\n", ":"))[1:-1].split("\n")
    sizes = np.array([len(line.encode()) for line in lines]) + _LINE + _PLACE * unknown + _NUMBER * rows
    if sizes.sum() <= bound:
        return np.arange(len(words))
    first = np.array([not place or word in wanted for place, word in enumerate(words)])
    others = np.where(first, 0, sizes).cumsum() <= bound - sizes[first].sum()
    return np.flatnonzero(first | others)
