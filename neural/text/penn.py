"""The tokeniser `penn`: sentences, then words by the Penn Treebank rules as in NLTK's NLTKWordTokenizer, compiled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from neural.text import penn_rules
from neural.text.penn_classes import classes_for
from neural.text.penn_scan import scan
from neural.text.penn_spell import spell
from neural.text.penn_words import LEFT
from neural.text.tokenizer_base import Tokenizer
from neural.text.vocabulary import END, Vocabulary
from neural.text.word_table import code_points

_BATCH = 1 << 17
"""Characters that are scanned at a time: what is written for them stays in the cache."""


@dataclass(frozen=True)
class _Scanned:
    """The tokens of some texts: where each lies in `codes`, and [text + 1] the first of each text."""

    codes: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    kinds: np.ndarray
    firsts: list[int]

    def left(self) -> list[tuple[int, str]]:
        """(token, text) of the sentences that are left to the plain rules, the last first."""
        places = np.flatnonzero(self.kinds == LEFT)[::-1].tolist()
        return [(place, _text(self.codes[self.starts[place] : self.ends[place]])) for place in places]


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
        """The tokens of every text, by one process: to bring them back from others would take longer than finding them."""
        return [tokens for batch in self._batches(texts) for tokens in _tokens(_scanned(batch))]

    def ids(self, texts: Sequence[str], vocabulary: Vocabulary) -> list[np.ndarray]:
        """`vocabulary.encode` of every text's tokens, straight from the text, no string between."""
        return [ids for batch in self._batches(texts) for ids in _ids(_scanned(batch), vocabulary)]

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        size = 0
        for text in texts:
            batch.append(self._folded(text))
            size += len(text)
            if size >= _BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _scanned(texts: Sequence[str]) -> _Scanned:
    codes, bounds = code_points(texts)
    room = len(codes) + len(texts)
    starts, ends, kinds = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint8)
    firsts = np.empty(len(bounds), np.int64)
    count = scan(codes, bounds, classes_for(codes), starts, ends, kinds, firsts)
    return _Scanned(codes, starts[:count], ends[:count], kinds[:count], firsts.tolist())


def _tokens(found: _Scanned) -> list[list[str]]:
    room = int((found.ends - found.starts).sum()) + (len(END) + 1) * len(found.starts)
    into = np.empty(room, np.uint32)
    used = spell(found.codes, found.starts, found.ends, found.kinds, into)
    flat = _text(into[:used]).split("\n")
    texts = [flat[first:last] for first, last in zip(found.firsts[:-1], found.firsts[1:], strict=True)]
    for place, sentence in found.left():
        text = int(np.searchsorted(found.firsts, place, "right")) - 1
        own = place - found.firsts[text]
        texts[text][own : own + 1] = penn_rules.words(sentence)
    return texts


def _ids(found: _Scanned, vocabulary: Vocabulary) -> list[np.ndarray]:
    flat = vocabulary.table.look_up(found.codes, found.starts, found.ends, found.kinds)
    texts = np.split(flat, found.firsts[1:-1])
    for place, sentence in found.left():
        text = int(np.searchsorted(found.firsts, place, "right")) - 1
        own = place - found.firsts[text]
        parts = (texts[text][:own], vocabulary.encode(penn_rules.words(sentence)), texts[text][own + 1 :])
        texts[text] = np.concatenate(parts)
    return texts


def _text(codes: np.ndarray) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
