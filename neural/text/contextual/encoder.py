"""Contextual vectors as an encoder: a pretrained transformer, a projection, and a cache of what was read before."""

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neural.errors import VectorError
from neural.text.contextual.cache import Cache, cache_folder, projection_digest, text_digest
from neural.text.contextual.forms import mean_forms
from neural.text.contextual.options import ContextOptions
from neural.text.contextual.pretrained import PREFIX, locate
from neural.text.contextual.projection import Projection, fitted
from neural.text.contextual.rounding import ROUNDINGS
from neural.text.contextual.shards import Shard
from neural.text.contextual.texts import ContextTexts
from neural.text.contextual.tokens import INSIDE, PieceTokenizer
from neural.text.contextual.transformer import Transformer
from neural.text.encoders import Counting, EncodedTexts, Encoder, Tokens, Training, uncounted
from neural.text.tokenizer_base import Tokenizer
from neural.text.vocabulary import END

_SAMPLE = 60_000
"""Tokens that the principal components are of at least, where there are so many: those of the first texts in an order
by chance, the same for every run."""

_AT_ONCE = 64
"""Texts that are read at once; a sentence is read by itself."""


class ContextualVectors(Encoder):
    """Vectors of a frozen transformer: the sum of some hidden layers, centred, reduced, at unit length.

    Every sentence is read by itself, a long one in windows that overlap; special tokens are tokens like others. The
    tokeniser is the encoder's own.

    Args:
        options: what is read, and how it is kept.
        projection: None: it is fitted to the training texts.
        forms: (forms, mean vectors [form, dim]) over the training texts, where they are known.

    Raises:
        VectorError: there is no such encoder on this machine.
    """

    unit = "tokens in context"

    def __init__(
        self,
        name: str,
        options: ContextOptions,
        projection: Projection | None = None,
        forms: tuple[Sequence[str], np.ndarray] | None = None,
    ) -> None:
        super().__init__(name)
        folder, self.identity = locate(name)
        self.options, self._forms = options, forms
        self._pieces = PieceTokenizer(folder, words=options.pieces != "pieces")
        self._transformer = Transformer(folder, options.layers)
        self._rounding, self._cache = ROUNDINGS[options.numbers], Cache(cache_folder(options.cache))
        self._training: ContextTexts | None = None
        if projection is not None:
            self._projection, self.dim = projection, projection.dim

    @classmethod
    def made(cls, name: str, training: Training) -> "ContextualVectors":
        """The encoder, with a projection that was fitted to the training texts, now or before."""
        encoder = cls(_anywhere(name), training.context)
        about = {**encoder._about, "reduce": training.context.reduce, "training texts": text_digest(training.texts)}
        found = encoder._cache.projection(about)
        if found is None:
            found = encoder._cache.keep_projection(about, fitted(encoder._sample(training), training.context.reduce))
        encoder._projection, encoder.dim = found, found.dim
        return encoder

    @property
    def numbers(self) -> int:
        """The parameters of the transformer, and the projection."""
        return self._transformer.numbers + self._projection.mean.size + self._projection.axes.size

    @property
    def _about(self) -> dict[str, Any]:
        """What vectors depend on before they are projected."""
        return {
            "encoder": self.name,
            "digest": self.identity,
            "layers": list(self.options.layers) or "last four",
            "pieces": self.options.pieces,
            "precision": self._transformer.precision,
        }

    def _sample(self, training: Training) -> list[np.ndarray]:
        """The vectors of some training texts before they are projected."""
        order = np.random.default_rng(0).permutation(len(training.texts)).tolist()
        found: list[np.ndarray] = []

        def steps() -> Iterator[int]:
            tokens = 0
            for start in range(0, len(order), _AT_ONCE):
                states = self._states([training.texts[place] for place in order[start : start + _AT_ONCE]])
                found.extend(states)
                yield len(states)
                tokens += sum(map(len, states))
                if tokens >= _SAMPLE:
                    return

        training.counting(f"{self.name}: principal components of a sample", len(order), steps())
        return found

    def _states(self, texts: Sequence[str]) -> list[np.ndarray]:
        return self._transformer(self._pieces(texts), self._pieces.pad(), self.options.pieces)

    def _rows(self, texts: Sequence[str]) -> list[np.ndarray]:
        """[text]: its vectors, rounded as they are kept."""
        return [
            self._rounding.pack(self._projection(states))
            for start in range(0, len(texts), _AT_ONCE)
            for states in self._states(texts[start : start + _AT_ONCE])
        ]

    def read(self, texts: Sequence[str], tokenizer: Tokenizer | None = None, processes: int = 1) -> EncodedTexts:
        """Vectors in memory."""
        rows = self._rows(texts)
        return self._texts(texts, np.array([*map(len, rows)], np.int64), [np.concatenate(rows)] if rows else [])

    def read_corpus(
        self, texts: Sequence[str], tokenizer: Tokenizer, processes: int = 1, counting: Counting = uncounted
    ) -> ContextTexts:
        """Vectors in the cache: read before, or now."""
        about = {**self._about, "numbers": self.options.numbers, "projection": projection_digest(self._projection)}
        shards, lock = self._cache.shards(about, texts, self._rounding, self.dim)
        shards.check()
        if missing := shards.missing():
            steps = shards.fill(lambda first, last: self._rows(texts[first:last]))
            counting(f"reading with {self.name}", sum(map(shards.texts, missing)), steps)
        found = self._texts(texts, *shards.open())
        weakref.finalize(found, os.close, lock)
        return found

    def keep_in(self, folder: str) -> None:
        """In this cache from here on."""
        self._cache = Cache(cache_folder(folder))

    def read_training(self, training: Training) -> EncodedTexts:
        """Vectors in the cache."""
        found = self.read_corpus(training.texts, training.tokenizer, training.processes, training.counting)
        self._training = found
        return found

    def _texts(self, texts: Sequence[str], lengths: np.ndarray, blocks: Sequence[np.ndarray | Shard]) -> ContextTexts:
        return ContextTexts(self, lengths, blocks, self._rounding, texts, self._pieces)

    def encode(self, texts: Tokens) -> EncodedTexts:
        """Tokens as texts of their own, without special tokens: the encoder puts its own around them."""
        return self.read([self._spelled(tokens) for tokens in texts])

    def vectors(self, tokens: Sequence[str]) -> np.ndarray:
        """Those of the tokens as a text of their own; the encoder's special tokens have vectors, too."""
        data = self.encode([tokens]).batch(np.zeros(1, np.int64)).data
        assert data is not None
        rows: np.ndarray = data.cpu().numpy()
        return rows

    def _spelled(self, tokens: Sequence[str]) -> str:
        special = {END, *self._pieces.special}
        return " ".join(token for token in tokens if token not in special).replace(f" {INSIDE}", "")

    def to(self, device: torch.device) -> None:
        """Make batches there, and read there."""
        super().to(device)
        self._transformer.device = device

    def forms(self) -> tuple[Sequence[str], np.ndarray] | None:
        """Forms of the training texts with the mean of their vectors."""
        if self._forms is None and self._training is not None:
            self._forms = mean_forms(self._training, self.dim)
        return self._forms

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """The projection and the forms; which encoder it is, but not the encoder itself."""
        forms, vectors = self.forms() or ((), np.zeros((0, self.dim), np.float32))
        arrays = {"mean": self._projection.mean, "axes": self._projection.axes, "forms": vectors.astype(np.float16)}
        described = asdict(self.options)
        del described["cache"]  # a folder of this machine
        tree = {**described, "digest": self.identity, "forms": list(forms)}
        return {name: torch.from_numpy(np.ascontiguousarray(own)) for name, own in arrays.items()}, tree

    @classmethod
    def restored(cls, name: str, tensors: Mapping[str, Tensor], described: Mapping[str, Any]) -> "ContextualVectors":
        """The encoder that `state` described, found again on this machine.

        Raises:
            VectorError: it is not there, or another one is; or its parts do not fit together.
        """
        try:
            options = ContextOptions(
                tuple(described["layers"]), described["pieces"], described["reduce"], described["numbers"]
            )
            mean, axes, vectors = (tensors[part].float().numpy() for part in ("mean", "axes", "forms"))
            fits = mean.shape == axes.shape[:1] and vectors.shape == (len(described["forms"]), axes.shape[1])
        except (KeyError, TypeError, IndexError) as error:
            raise VectorError(f"a contextual encoder has options, a projection and forms (got {error!r}).") from None
        if not fits:
            raise VectorError(
                f"projection and forms of an encoder must fit (got {mean.shape}, {axes.shape}, {vectors.shape})."
            )
        encoder = cls(name, options, Projection(mean, axes), (described["forms"], vectors))
        if encoder.identity != described["digest"]:
            raise VectorError(
                f"the model was trained on an encoder of digest {described['digest']:.12} (got {encoder.identity:.12} "
                f"of {name}); name the right one."
            )
        return encoder


def _anywhere(name: str) -> str:
    """The name as it is understood in any working directory."""
    folder = Path(name.removeprefix(PREFIX)).expanduser()
    return f"{PREFIX}{folder.resolve()}" if name.startswith(PREFIX) and folder.is_dir() else name
