"""What a tokeniser is: from a text to its tokens, by a name that a model can record."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from neural.errors import TokenizerError
from neural.text.vocabulary import END, Vocabulary
from wfsa.processes import end_with

_WORTHWHILE = 4_000_000
"""Below so many characters, other processes would only just have started."""


@dataclass(frozen=True)
class Tokenizer(ABC):
    """Text → tokens, the last one `</s>`.

    Attributes:
        name: what `tokenizer` knows it by.
        lowercase: fold case first, for uncased word vectors such as GloVe 6B.
    """

    name: str
    lowercase: bool = True

    @abstractmethod
    def words(self, text: str) -> list[str]:
        """The tokens of a text that is folded already, without `</s>`."""

    def __call__(self, text: str) -> list[str]:
        """The tokens of `text`, then `</s>`.

        Raises:
            TokenizerError: it is no string.
        """
        return [*self.words(self._folded(text)), END]

    def all(self, texts: Sequence[str], processes: int = 1) -> list[list[str]]:
        """The tokens of every text, by `processes` processes of their own where that is more than one and pays.

        A script that asks for more than one needs `if __name__ == "__main__":`, as everywhere in multiprocessing.

        Raises:
            TokenizerError: `texts` is one string, has no order, or holds anything else.
        """
        texts = several(texts)
        if processes == 1 or sum(map(len, texts)) < _WORTHWHILE:
            return [self(text) for text in texts]
        with ProcessPoolExecutor(processes, get_context("spawn"), end_with, (os.getpid(),)) as pool:
            return list(pool.map(self, texts, chunksize=256))

    def ids(self, texts: Sequence[str], vocabulary: Vocabulary) -> list[np.ndarray]:
        """`vocabulary.encode` of every text's tokens."""
        return [vocabulary.encode(self(text)) for text in several(texts)]

    def _folded(self, text: str) -> str:
        check_text(text)
        return text.lower() if self.lowercase else text


def several(texts: Iterable[str]) -> list[str]:
    """The texts, looked at.

    Raises:
        TokenizerError: it is one string, whose characters would be read as texts, or has no order; or an item is no
            string.
    """
    if isinstance(texts, str | bytes | bytearray):
        kind = "string" if isinstance(texts, str) else type(texts).__name__
        raise TokenizerError(f"texts must be a list of strings (got the {kind} {texts[:40]!r}); put it into a list.")
    if isinstance(texts, Mapping | set | frozenset) or not isinstance(texts, Iterable):
        got = f"{type(texts).__name__} {texts!r:.40}"
        raise TokenizerError(f"texts must be a list of strings, in order (got {got}); pass a list.")
    found = list(texts)
    for text in found:
        check_text(text)
    return found


def check_text(text: str) -> None:
    """Is it a text?

    Raises:
        TokenizerError: it is no string.
    """
    if not isinstance(text, str):
        raise TokenizerError(f"a text must be a string (got {type(text).__name__} {text!r:.40}).")
