"""The tokeniser `penn`: sentences, then words by the Penn Treebank rules as in NLTK's NLTKWordTokenizer, compiled."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neural.text import penn_rules
from neural.text.penn_classes import table_for
from neural.text.penn_scan import scan
from neural.text.penn_spell import spell
from neural.text.penn_words import LEFT
from neural.text.tokenizer_base import Tokenizer, several
from neural.text.vocabulary import END, Vocabulary
from neural.text.word_table import code_points

_BATCH = 1 << 17
"""Characters that are scanned at a time: what is written for them stays in the cache."""


@dataclass(frozen=True)
class _Scanned:
    """The tokens of some texts, as `penn_words.token` has them, and [text + 1] the first of each text."""

    codes: np.ndarray
    tokens: np.ndarray
    firsts: list[int]

    def lengths(self) -> np.ndarray:
        """[token] how many characters."""
        return (self.tokens & 0xFFFFFFFF) >> 3

    def left(self) -> list[tuple[int, int, str]]:
        """(text, its token, the characters) of the sentences that are left to the plain rules, the last first."""
        found = []
        for place in np.flatnonzero((self.tokens & 7) == LEFT)[::-1].tolist():
            text, start = bisect_right(self.firsts, place) - 1, int(self.tokens[place] >> 32)
            sentence = self.codes[start : start + int(self.lengths()[place])]
            found.append((text, place - self.firsts[text], _text(sentence)))
        return found


@dataclass(frozen=True)
class Penn(Tokenizer):
    """NLTK's word tokeniser on every sentence, without NLTK: the same tokens for every text.

    A sentence ends at . ! or ?, quotes or brackets behind it, and white space.
    """

    name: str = "penn"

    def words(self, text: str) -> list[str]:
        """The tokens of a text that is folded already, without `</s>`."""
        return _tokens(_scanned([text]))[0][:-1]

    def all(self, texts: Sequence[str], processes: int = 1) -> list[list[str]]:
        """The tokens of every text, by this process: to bring them back from another takes longer than to find them."""
        return [tokens for batch in self._batches(texts) for tokens in _tokens(_scanned(batch))]

    def ids(self, texts: Sequence[str], vocabulary: Vocabulary) -> list[np.ndarray]:
        """`vocabulary.encode` of every text's tokens, straight from the text, no string between."""
        return [ids for batch in self._batches(texts) for ids in _ids(_scanned(batch), vocabulary)]

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        size = 0
        for text in several(texts):
            batch.append(self._folded(text))
            size += len(text)
            if size >= _BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _scanned(texts: Sequence[str]) -> _Scanned:
    codes, bounds = code_points(texts)
    marks, tokens = np.empty(len(codes), np.uint16), np.empty(len(codes) + len(texts), np.int64)
    firsts = np.empty(len(bounds), np.int64)
    count = scan(codes, table_for(codes), bounds, marks, tokens, firsts)
    return _Scanned(codes, tokens[:count], firsts.tolist())


def _tokens(found: _Scanned) -> list[list[str]]:
    into = np.empty(int(found.lengths().sum()) + (len(END) + 1) * len(found.tokens), np.uint32)
    used = spell(found.codes, found.tokens, into)
    flat = _text(into[:used]).split("\n")
    texts = [flat[first:last] for first, last in pairwise(found.firsts)]
    for text, place, sentence in found.left():
        texts[text][place : place + 1] = penn_rules.words(sentence)
    return texts


def _ids(found: _Scanned, vocabulary: Vocabulary) -> list[np.ndarray]:
    flat = vocabulary.table.look_up(found.codes, found.tokens)
    texts = [flat[first:last] for first, last in pairwise(found.firsts)]
    for text, place, sentence in found.left():
        ids, own = texts[text], vocabulary.encode(penn_rules.words(sentence))
        texts[text] = np.concatenate((ids[:place], own, ids[place + 1 :]))
    return texts


def _text(codes: np.ndarray) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
