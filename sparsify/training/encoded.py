"""Labelled texts as an encoder reads them, and what a model makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from neural import EncodedTexts, Packed, PatternClassifier, sorted_batches

TOKENS = 200_000
"""Tokens that are scored at once where no gradient step waits: enough to fill the processor, little memory."""

_UNKEPT = 50_000
"""The same where every token has a row of its own: 25 MB of them in 128 dimensions."""


@dataclass(frozen=True)
class Encoded:
    """Texts with their labels.

    Attributes:
        texts: what automata read of them.
        labels: [text] → class.
    """

    texts: EncodedTexts
    labels: Tensor

    @property
    def lengths(self) -> np.ndarray:
        """[text]: tokens."""
        return self.texts.lengths

    def batch(self, places: np.ndarray) -> Packed:
        """The texts at `places` as packed vectors."""
        return self.texts.batch(places)

    def __len__(self) -> int:
        return len(self.texts)


def tokens_at_once(texts: EncodedTexts) -> int:
    """How many tokens to read at once where no gradient step waits."""
    return TOKENS if texts.kept else _UNKEPT


def encoded(texts: EncodedTexts, labels: Sequence[int]) -> Encoded:
    """Texts with labels as places of classes."""
    return Encoded(texts, torch.tensor(labels, dtype=torch.int64))


@torch.no_grad()
def pattern_scores(model: PatternClassifier, texts: EncodedTexts) -> Tensor:
    """[text, pattern]: the pathsums, in the order of the texts."""
    scores = model.bank.weight.new_zeros(len(texts), len(model.bank.layout.patterns))
    for places in sorted_batches(texts.lengths, tokens_at_once(texts)):
        scores[torch.from_numpy(places).to(scores.device)] = model.bank(texts.batch(places))
    return scores


@torch.no_grad()
def logits(model: PatternClassifier, texts: EncodedTexts) -> Tensor:
    """[text, class], in the order of the texts."""
    return model.classify(pattern_scores(model, texts))


def accuracy(model: PatternClassifier, data: Encoded) -> float:
    """The share of texts whose highest logit is their label's."""
    return float((logits(model, data.texts).argmax(1).cpu() == data.labels).double().mean())
