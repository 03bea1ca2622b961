"""Static vectors as an encoder: a vocabulary and a table; equal words have equal rows, which may learn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neural.batches.packing import Packed, join, pack_ids
from neural.errors import VectorError
from neural.text.encoders import EncodedTexts, Encoder, Tokens, Training
from neural.text.moved_words import MovedWords
from neural.text.static_vectors import embedding_table
from neural.text.tokenizer_base import Tokenizer
from neural.text.vectors.files import read_vectors
from neural.text.vectors.glove import glove_6b_50d
from neural.text.vectors.oddities import Vectors
from neural.text.vectors.spacy import spacy_300d
from neural.text.vocabulary import END, UNKNOWN, Vocabulary

_MOVED = "moved."
"""What the names of the tensors begin with that tell which words moved; texts are read without them."""


class StaticVectors(Encoder):
    """A vocabulary and a table [word, dim]: see `embedding_table` for words without a vector.

    Attributes:
        moved: which rows of the table were learned; None: none.
    """

    static = True

    def __init__(self, name: str, vocabulary: Vocabulary, table: Tensor, moved: MovedWords | None = None) -> None:
        super().__init__(name)
        if len(vocabulary) != len(table):
            raise VectorError(f"every word has a vector (got {len(vocabulary)} words and {len(table)} vectors).")
        if moved is not None and bool((moved.words >= len(table)).any()):
            raise VectorError(f"moved words are among the {len(table)} of the table (got {int(moved.words.max())}).")
        self.vocabulary, self.table, self.dim, self.moved = vocabulary, table, table.shape[1], moved

    def to(self, device: torch.device) -> None:
        """Move the table."""
        super().to(device)
        self.table = self.table.to(device)

    def vectors(self, tokens: Sequence[str]) -> np.ndarray:
        """Row by row from the table."""
        rows: np.ndarray = self.table.detach()[torch.from_numpy(self.vocabulary.encode(tokens))].cpu().numpy()
        return rows

    def encode(self, texts: Tokens) -> EncodedTexts:
        """Word ids."""
        ids = [self.vocabulary.encode(tokens) for tokens in texts]
        unknown = {place: texts[place] for place, own in enumerate(ids) if not own.all()}
        return WordIds(self, ids, unknown.__getitem__)

    def read(self, texts: Sequence[str], tokenizer: Tokenizer, processes: int = 1) -> EncodedTexts:
        """Word ids, without a string for every token where the tokeniser knows how."""
        return WordIds(self, tokenizer.ids(texts, self.vocabulary), lambda place: tokenizer(texts[place]))

    def learn(self) -> Tensor:
        """A copy of the table that asks for gradients: sparse ones, of the words of the batch."""
        self.table = self.table.clone().requires_grad_()
        return self.table

    def keep(self, table: Tensor, moved: MovedWords | None = None) -> None:
        """Use this table."""
        self.table, self.moved = table, moved

    @property
    def numbers(self) -> int:
        """Those of the table."""
        return self.table.numel()

    def forms(self) -> tuple[Sequence[str], np.ndarray]:
        """The words of the vocabulary, in its order: of a training set the most frequent first."""
        return self.vocabulary.words, self.table.detach().cpu().numpy()

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """The table, which rows of it moved, and the words."""
        moved = {} if self.moved is None else self.moved.tensors()
        tensors = {"embedding": self.table.detach(), **{_MOVED + name: tensor for name, tensor in moved.items()}}
        return tensors, {"words": self.vocabulary.words}

    @classmethod
    def restored(cls, name: str, tensors: Mapping[str, Tensor], described: Mapping[str, Any]) -> "StaticVectors":
        """Words and table as they were saved.

        Raises:
            VectorError: there are no words, or there is no table, or what it says of moved words does not fit.
        """
        words, table = described.get("words"), tensors.get("embedding")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise VectorError(f"the words of an encoder are a list of strings (got {words!r:.80}); take another copy.")
        if table is None or table.dim() != 2 or table.dtype != torch.float32:
            shape = None if table is None else f"{table.dtype} of shape {list(table.shape)}"
            raise VectorError(f"the embedding of an encoder is a table [word, dim] of float32 (got {shape}).")
        return StaticVectors(name, Vocabulary(words), table, _moved_words(tensors))


def _moved_words(tensors: Mapping[str, Tensor]) -> MovedWords | None:
    """As `StaticVectors.state` wrote them."""
    own = {name.removeprefix(_MOVED): tensor for name, tensor in tensors.items() if name.startswith(_MOVED)}
    if not own:
        return None
    if own.keys() - {"words", "coordinates", "directions"} or own.get("words", torch.empty(0)).dtype != torch.int64:
        raise VectorError(f"moved words have places, of int64 (got {', '.join(sorted(own))}); take another copy.")
    return MovedWords(**own)


class WordIds(EncodedTexts):
    """Texts as rows of the table of a `StaticVectors`, whatever the table is when a batch is made.

    Args:
        ids: per text, [token] → word.
        spell: the place of a text that holds a word that the vocabulary does not know → its tokens.
    """

    def __init__(
        self, encoder: StaticVectors, ids: Sequence[np.ndarray], spell: Callable[[int], Sequence[str]] | None = None
    ) -> None:
        self._encoder, self.ids, self._spell = encoder, ids, spell
        self._flat, offsets = join(ids)
        self._starts = offsets[:-1]
        self.lengths = np.diff(offsets)

    def words(self, places: np.ndarray) -> np.ndarray:
        """[word]: the distinct words of the texts at `places`."""
        found: np.ndarray = np.unique(np.concatenate([self.ids[place] for place in places.tolist()]))
        return found

    def batch(self, places: np.ndarray) -> Packed:
        """The vectors of the distinct words, once each."""
        lengths = self.lengths[places]
        offsets = np.concatenate([np.zeros(1, np.int64), lengths.cumsum()])
        tokens = np.arange(offsets[-1]) + np.repeat(self._starts[places] - offsets[:-1], lengths)
        return pack_ids(self._flat[tokens], offsets, self._encoder.table, sparse=True)

    def tokens(self, place: int) -> Sequence[str]:
        """The words that were read, also those that the vocabulary does not know."""
        if self._spell is not None and not self.ids[place].all():
            return self._spell(place)
        return [self._encoder.vocabulary.words[i] for i in self.ids[place]]

    def token(self, place: int, t: int) -> str:
        """As in `tokens`."""
        word = int(self.ids[place][t])
        return self._encoder.vocabulary.words[word] if word else self.tokens(place)[t]


class VectorFile(StaticVectors):
    """The vectors of a file or folder, whatever its form, for the words of the training texts: see `read_vectors`."""

    @classmethod
    def made(cls, name: str, training: Training) -> Encoder:
        """The vocabulary of the training texts, and what the file has for it."""
        vocabulary = Vocabulary.build(training.tokens)
        table = embedding_table(vocabulary, cls.read_file(name, vocabulary))
        return StaticVectors(name, vocabulary, torch.from_numpy(table))

    @staticmethod
    def read_file(name: str, vocabulary: Vocabulary) -> Vectors:
        """The vectors of the vocabulary's words."""
        return read_vectors(name, vocabulary.ids.keys() - {UNKNOWN, END})  # which have vectors of their own


class Glove(VectorFile):
    """GloVe 6B in 50 dimensions, from the extra `demo`."""

    @staticmethod
    def read_file(name: str, vocabulary: Vocabulary) -> Vectors:
        """The vectors of the vocabulary's words."""
        return glove_6b_50d(vocabulary.ids)


class Spacy300(VectorFile):
    """The vectors of spaCy's en_core_web_md in 300 dimensions, from the extra `spacy300`."""

    @staticmethod
    def read_file(name: str, vocabulary: Vocabulary) -> Vectors:
        """The vectors of the vocabulary's words."""
        return spacy_300d(vocabulary.ids)
