"""Every word moves: plain gradient steps on its vector."""

import numpy as np
import torch
from torch import Tensor

from neural import EncodedTexts, MovedWords
from sparsify.settings import Settings


class MovingVectors:
    """Word vectors v = v⁰ + δ while the full model is trained; here every δ is free: v ← v − η ∂L/∂v.

    Plain gradient steps move a word in proportion to what the texts say of it: often-seen words of one class most, rare
    ones hardly. Adaptive ones move all alike, and learn the rare words by heart. They also move words that a batch does
    not hold: a plain step costs what the batch's words cost, however many others there are.

    Subclasses spend the first half of the epochs on finding which δ there are, and learn those in the second half.

    Args:
        table: [word, dim]: v, which batches are made from; its gradient is sparse.
        settings: `vector_lr` η, `epochs`, and what the kind of moving has of its own.

    Attributes:
        start: [word, dim]: v⁰.
        kept_from: the epoch from which on δ is what it may be; what was learned before is not kept.
    """

    kept_from = 1

    def __init__(self, table: Tensor, settings: Settings) -> None:
        self.table, self.lr = table, settings.vector_lr
        self.start = table.detach().clone()
        self._touched = torch.zeros(len(table), dtype=torch.bool, device=table.device)

    def before(self, texts: EncodedTexts, places: np.ndarray) -> None:
        """The texts at these places are read next."""

    @torch.no_grad()
    def step(self) -> None:
        """Move the words of the batch, whose gradient is that of `table`."""
        gradient = self.table.grad
        if gradient is not None:
            (words,), slopes = gradient.indices(), gradient.values()
            self._touched.index_fill_(0, words, True)
            self._move(words, slopes)

    def _move(self, words: Tensor, slopes: Tensor) -> None:
        """One step of the vectors of `words` against `slopes`, [word] and [word, dim]."""
        rows = self.table.index_select(0, words).add_(slopes, alpha=-self.lr)
        self.table.index_copy_(0, words, rows)

    def end_epoch(self, epoch: int) -> None:
        """An epoch is over, the first one is 1; the vectors are looked at next."""

    @torch.no_grad()
    def copy(self) -> tuple[Tensor, ...]:
        """The words that steps have reached, and what `restore` needs to know of them."""
        words = self._touched.nonzero()[:, 0]
        return words, self.table.index_select(0, words)

    @torch.no_grad()
    def restore(self, words: Tensor, rows: Tensor) -> None:
        """Back to what `copy` gave."""
        self.table.index_copy_(0, words, rows)

    def moved(self) -> MovedWords:
        """The words whose vectors are others than v⁰."""
        return MovedWords(self._moved().cpu())

    @torch.no_grad()
    def _moved(self) -> Tensor:
        return (self.table != self.start).any(1).nonzero()[:, 0]
