"""What turns tokenised texts into the vectors that automata read: one protocol, two kinds.

    static       a vector per word type: a vocabulary and a table; equal words have equal rows, which may learn
    contextual   a vector per token, from the whole text; never learned here

Whatever is above this file asks for batches of packed vectors, and for tokens where it shows what was read.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neural.batches.packing import Packed
from neural.errors import VectorError
from neural.text.contextual.options import ContextOptions
from neural.text.moved_words import MovedWords
from neural.text.tokenizer_base import Tokenizer

Tokens = Sequence[Sequence[str]]
"""[text]: its tokens."""


Counting = Callable[[str, int, Iterable[int]], None]
"""(what is done, of how many texts, the numbers of texts as they are done): what shows how far something is."""


def uncounted(name: str, total: int, steps: Iterable[int]) -> None:
    """Take the steps, and show nothing."""
    for _ in steps:
        pass


@dataclass(frozen=True)
class Training:
    """What an encoder is made of: the training texts; of nothing else may it learn.

    Attributes:
        tokenizer, processes: how texts are cut into words where the encoder reads words.
        context: the choices of contextual encoders.
        counting: shows how far a long reading is.
    """

    texts: Sequence[str]
    tokenizer: Tokenizer
    processes: int = 1
    context: ContextOptions = field(default_factory=ContextOptions)
    counting: Counting = uncounted

    @cached_property
    def tokens(self) -> Tokens:
        """The texts, cut into words."""
        return self.tokenizer.all(self.texts, self.processes)


class EncodedTexts(ABC):
    """Texts as an encoder reads them.

    Attributes:
        lengths: [text]: how many vectors each has.
        kept: may whoever reads all texts again and again keep all batches? Not where every token has a row of its own.
    """

    lengths: np.ndarray
    kept = True

    @abstractmethod
    def batch(self, places: np.ndarray) -> Packed:
        """The texts at `places` as packed vectors."""

    @abstractmethod
    def tokens(self, place: int) -> Sequence[str]:
        """What the vectors of one text stand for, in words that a person reads."""

    def words(self, places: np.ndarray) -> np.ndarray:
        """[word]: the rows of the table that `batch` reads for these texts; asked only where vectors learn."""
        raise VectorError(f"only texts of vectors that learn know their words (got {type(self).__name__}).")

    def token(self, place: int, t: int) -> str:
        """One of them."""
        return self.tokens(place)[t]

    def sentence(self, place: int, t: int) -> str:
        """What the encoder read together with the token `t`; "" where that was nothing else."""
        return ""

    def __len__(self) -> int:
        return len(self.lengths)


class Encoder(ABC):
    """Tokenised texts → a vector for every token. A contextual encoder says `dim` and `vectors`; that is all.

    Attributes:
        name: what `--embeddings` calls it.
        dim: the size of its vectors.
        unit: what its tokens are, for those who read about them.
        device: where batches are made.
    """

    dim: int
    unit = "words"
    static = False
    """Is there one vector per word, so that what `state` says is all that there is?"""

    def __init__(self, name: str) -> None:
        self.name = name
        self.device = torch.device("cpu")

    @property
    def numbers(self) -> int:
        """How many numbers it needs to read texts: its table, or the parameters of a network; 0: none are kept."""
        return 0

    @classmethod
    def made(cls, name: str, training: Training) -> "Encoder":
        """The encoder for a training set."""
        return cls(name)

    @abstractmethod
    def vectors(self, tokens: Sequence[str]) -> np.ndarray:
        """[token, dim], float32: the vectors of one text."""

    def encode(self, texts: Tokens) -> EncodedTexts:
        """What automata read of tokenised texts."""
        return TokenRows(self, texts)

    def read(self, texts: Sequence[str], tokenizer: Tokenizer, processes: int = 1) -> EncodedTexts:
        """What automata read of texts."""
        return self.encode(tokenizer.all(texts, processes))

    def keep_in(self, folder: str) -> None:
        """Where `read_corpus` keeps what is dear; "": the user's cache folder."""
        return

    def read_training(self, training: Training) -> EncodedTexts:
        """What automata read of the training texts that it was made of."""
        return self.encode(training.tokens)

    def read_corpus(
        self, texts: Sequence[str], tokenizer: Tokenizer, processes: int = 1, counting: Counting = uncounted
    ) -> EncodedTexts:
        """`read` of many texts; an encoder to which that is dear keeps it for the next time."""
        return self.read(texts, tokenizer, processes)

    def to(self, device: torch.device) -> None:
        """Make batches there from now on."""
        self.device = device

    def learn(self) -> Tensor | None:
        """From here on batches are made from a copy of the vectors that asks for gradients; None: they never learn.

        [word, dim]; their gradient is sparse, a tensor of the rows that were read (`torch.nn.functional.embedding`).
        """
        return None

    def keep(self, table: Tensor, moved: MovedWords | None = None) -> None:
        """The vectors are `table` from here on, and only read; `moved` says which of them were learned."""
        raise VectorError(f"only vectors that learn are replaced (got a table for {self.name}, which does not).")

    def forms(self) -> tuple[Sequence[str], np.ndarray] | None:
        """(words, their vectors [word, dim]) that tell what a direction means, if there are any.

        Of a static encoder these are all that it reads; of a contextual one means over the training texts.
        """
        return None

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """What `restored` needs: tensors, and a JSON tree."""
        return {}, {}

    @classmethod
    def restored(cls, name: str, tensors: Mapping[str, Tensor], described: Mapping[str, Any]) -> "Encoder":
        """The encoder that `state` described.

        Raises:
            VectorError: its parts do not fit together.
        """
        return cls(name)


class TokenRows(EncodedTexts):
    """Texts with a row of their own for every token, in memory."""

    kept = False

    def __init__(self, encoder: Encoder, texts: Tokens) -> None:
        self._encoder, self._tokens = encoder, texts
        self._rows = [np.asarray(encoder.vectors(tokens), dtype=np.float32) for tokens in texts]
        self.lengths = np.array([len(rows) for rows in self._rows], dtype=np.int64)
        for tokens, rows in zip(texts, self._rows, strict=True):
            if rows.shape != (len(tokens), encoder.dim):
                raise VectorError(
                    f"an encoder gives every token {encoder.dim} numbers (got {rows.shape} for {len(tokens)} tokens "
                    f"from {encoder.name})."
                )

    def batch(self, places: np.ndarray) -> Packed:
        """A row per token."""
        rows = [self._rows[place] for place in places.tolist()]
        found = np.concatenate(rows) if rows else np.zeros((0, self._encoder.dim), np.float32)
        offsets = np.concatenate([np.zeros(1, np.int64), self.lengths[places].cumsum()])
        device = self._encoder.device
        data = torch.from_numpy(found).to(device)
        return Packed(data, torch.arange(len(found), device=device), torch.from_numpy(offsets).to(device))

    def tokens(self, place: int) -> Sequence[str]:
        """Those that were given."""
        return self._tokens[place]
