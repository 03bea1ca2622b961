"""Words ↔ ids. A vocabulary is built from training text only, so nothing of dev or test can leak into it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from neural.errors import BatchError
from neural.text.word_table import WordTable

UNKNOWN = "<unk>"

END = "</s>"
"""Closes every text, so that a pattern can ask for a text's end."""


class Vocabulary:
    """Ids for words: 0 is `<unk>`, 1 is `</s>`, the rest in the order given.

    Attributes:
        words: id → word.
        ids: word → id.
        counts: word → how often it stood in the training texts; empty when that is not known.
    """

    def __init__(self, words: Iterable[str], counts: Mapping[str, int] | None = None) -> None:
        self.words = tuple(dict.fromkeys((UNKNOWN, END, *words)))
        self.ids = {word: i for i, word in enumerate(self.words)}
        self.counts: Mapping[str, int] = counts or {}

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]]) -> "Vocabulary":
        """All words of tokenised training `texts`, the frequent first, equals in alphabetical order.

        Raises:
            BatchError: one of them is a string instead of a list of tokens.
        """
        counts = Counter(token for text in texts for token in _tokens(text))
        return cls(sorted(counts, key=lambda word: (-counts[word], word)), counts)

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def table(self) -> WordTable:
        """The words for compiled code; made when it is first asked for."""
        return WordTable(self.words, self.ids)

    def encode(self, tokens: Sequence[str]) -> np.ndarray:
        """The ids [token] of `tokens`; 0 for words that are not in the vocabulary.

        Raises:
            BatchError: `tokens` is one string instead of a list of tokens.
        """
        return np.array([self.ids.get(token, 0) for token in _tokens(tokens)], dtype=np.int64)


def _tokens(text: Sequence[str]) -> Sequence[str]:
    if isinstance(text, str):
        raise BatchError(f"a text is a list of tokens here (got the string {text[:40]!r}); call tokenize first.")
    return text
