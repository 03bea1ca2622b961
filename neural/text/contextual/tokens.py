"""From a text to the tokens that an encoder has vectors for, sentence by sentence, and back to words to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from neural.errors import VectorError
from neural.text.contextual.folders import fast_tokenizer, longest_window
from neural.text.sentences import sentences

INSIDE = "##"
"""What a form begins with whose token goes on with the word before it."""

_OVERLAP = 0.25
"""The share of a window that the next one reads again, so that no piece is far from both sides of its context."""


@dataclass(frozen=True)
class Window:
    """What an encoder reads at once: a sentence with its special tokens, or a part of a long one.

    Attributes:
        ids: piece ids.
        first, last: the pieces whose vectors are used; those outside belong to the windows beside it.
        groups: [pieces used] → token of the sentence; pieces of one word count as one token where words are read.
    """

    ids: list[int]
    first: int
    last: int
    groups: np.ndarray


@dataclass(frozen=True)
class Sentence:
    """A sentence as an encoder reads it.

    Attributes:
        text: as it is written.
        forms: its tokens to be read: special tokens as they are called, others as in the text (folded where the encoder
            folds), with `##` where they go on with a word.
        windows: one, or several where it is too long for one.
    """

    text: str
    forms: tuple[str, ...]
    windows: tuple[Window, ...]


class PieceTokenizer:
    """The tokeniser in the folder of an encoder.

    Args:
        words: pieces of one word are one token.

    Raises:
        VectorError: it has no fast tokeniser, which alone says where pieces stand; or a text is no Unicode.
    """

    def __init__(self, folder: Path, words: bool) -> None:
        self._folder, self._words = folder, words

    @cached_property
    def _tokenizer(self) -> Any:
        return fast_tokenizer(self._folder)

    @cached_property
    def _longest(self) -> int:
        """Pieces of a window, special tokens included."""
        return longest_window(self._folder, self._tokenizer.model_max_length)

    @cached_property
    def _folds(self) -> bool:
        """Are capitals read as small letters?"""
        normalizer = self._tokenizer.backend_tokenizer.normalizer
        return normalizer is not None and normalizer.normalize_str("A") == "a"

    @property
    def special(self) -> Sequence[str]:
        """The special tokens, as forms."""
        return list(self._tokenizer.all_special_tokens)

    def pad(self) -> int:
        """The id of the piece that fills batches."""
        return int(self._tokenizer.pad_token_id or 0)

    def __call__(self, texts: Sequence[str]) -> list[list[Sentence]]:
        """[text]: its sentences."""
        split = [sentences(text) for text in texts]
        flat = [sentence for own in split for sentence in own]
        overlap = int(_OVERLAP * self._longest)
        try:
            read = self._tokenizer(
                flat, truncation=True, max_length=self._longest, stride=overlap, return_overflowing_tokens=True,
                return_special_tokens_mask=True,
            )  # fmt: skip
        except TypeError:  # which is all that it says of a lone surrogate
            odd = next(filter(_is_broken, flat), "")
            raise VectorError(f"texts must be Unicode (got half of a pair of surrogates in {odd!r:.80}).") from None
        encodings: list[list[Any]] = [[] for _ in flat]
        for encoding, sentence in zip(read.encodings, read["overflow_to_sample_mapping"], strict=True):
            encodings[sentence].append(encoding)
        found = iter([self._sentence(text, own, overlap) for text, own in zip(flat, encodings, strict=True)])
        return [[next(found) for _ in own] for own in split]

    def _sentence(self, text: str, encodings: Sequence[Any], overlap: int) -> Sentence:
        forms: list[str] = []
        windows, begun = [], 0
        for number, encoding in enumerate(encodings):
            special = np.array(encoding.special_tokens_mask, bool)
            inner = np.flatnonzero(~special)
            first = 0 if number == 0 else int(inner[0]) + overlap // 2
            last = len(special) if number == len(encodings) - 1 else int(inner[-1]) + 1 - (overlap - overlap // 2)
            groups = []
            for i in range(first, last):
                word = encoding.word_ids[i]
                goes_on = word is not None and i > 0 and encoding.word_ids[i - 1] == word
                if not (goes_on and self._words and forms):
                    forms.append(self._form(text, encoding, i, goes_on))
                    begun = encoding.offsets[i][0]
                elif goes_on:  # the word so far: pieces of bytes may all be of one character
                    forms[-1] = self._slice(text, (begun, encoding.offsets[i][1]))
                groups.append(len(forms) - 1)
            windows.append(Window(list(encoding.ids), first, last, np.array(groups, np.int64)))
        return Sentence(text, tuple(forms), tuple(windows))

    def _form(self, text: str, encoding: Any, i: int, goes_on: bool) -> str:
        if encoding.special_tokens_mask[i]:
            return str(encoding.tokens[i])
        shown = self._slice(text, encoding.offsets[i]) or str(encoding.tokens[i])  # a piece that is a blank
        return (INSIDE if goes_on else "") + shown

    def _slice(self, text: str, place: tuple[int, int]) -> str:
        found = text[slice(*place)].strip()
        return found.lower() if self._folds else found


def _is_broken(text: str) -> bool:
    """Does it hold half of a pair of surrogates, which no encoding has?"""
    return any("\ud800" <= sign <= "\udfff" for sign in text)
