"""Labelled texts as tensors, and what a model makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from neural import Packed, PatternClassifier, Vocabulary, sorted_batches
from neural.batches.packing import join, pack_ids

TOKENS = 200_000
"""Tokens that are scored at once where no gradient step waits: enough to fill the processor, little memory."""


@dataclass(frozen=True)
class Encoded:
    """Texts as word ids, with their labels.

    Attributes:
        ids: per text, [token] → word id.
        labels: [text] → class.
    """

    ids: Sequence[np.ndarray]
    labels: Tensor

    @cached_property
    def lengths(self) -> np.ndarray:
        """[text]: tokens."""
        return np.array([len(ids) for ids in self.ids], dtype=np.int64)

    @cached_property
    def _flat(self) -> tuple[np.ndarray, np.ndarray]:
        """All tokens in a row, and where each text begins."""
        flat, offsets = join(self.ids)
        return flat, offsets[:-1]

    def packed(self, places: np.ndarray, table: Tensor) -> Packed:
        """The texts at `places` as packed word vectors from `table` [word, dim]."""
        flat, starts = self._flat
        lengths = self.lengths[places]
        offsets = np.concatenate([np.zeros(1, np.int64), lengths.cumsum()])
        tokens = np.arange(offsets[-1]) + np.repeat(starts[places] - offsets[:-1], lengths)
        return pack_ids(flat[tokens], offsets, table)


def encode(tokens: Sequence[Sequence[str]], labels: Sequence[int], vocabulary: Vocabulary) -> Encoded:
    """Look up tokenised texts."""
    ids = [vocabulary.encode(words) for words in tokens]
    return Encoded(ids, torch.tensor(labels, dtype=torch.int64))


@torch.no_grad()
def pattern_scores(model: PatternClassifier, table: Tensor, data: Encoded) -> Tensor:
    """[text, pattern]: the pathsums, in the order of the texts."""
    scores = table.new_zeros(len(data.ids), len(model.bank.layout.patterns))
    for places in sorted_batches(data.lengths, TOKENS):
        scores[torch.from_numpy(places).to(table.device)] = model.bank(data.packed(places, table))
    return scores


@torch.no_grad()
def logits(model: PatternClassifier, table: Tensor, data: Encoded) -> Tensor:
    """[text, class], in the order of the texts."""
    return model.classify(pattern_scores(model, table, data))


def accuracy(model: PatternClassifier, table: Tensor, data: Encoded) -> float:
    """The share of texts whose highest logit is their label's."""
    return float((logits(model, table, data).argmax(1).cpu() == data.labels).double().mean())
