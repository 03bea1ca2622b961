"""Few words move: each word's change is a group of its own under group lasso."""

import numpy as np
import torch
from torch import Tensor

from neural import EncodedTexts
from sparsify.moving.base import MovingVectors
from sparsify.settings import Settings

_SHARE = 25
"""Where no number of words is asked for: one in so many. benchmarks/move_vectors.md has what others give."""


class FewWords(MovingVectors):
    """At most N of the words move, by group lasso over the changes: L + λ Σ_w ‖δ_w‖₂.

    After every gradient step of size η comes the proximal operator of η λ Σ ‖δ_w‖, which is `shrink`. A word that k
    batches do not hold takes k of them at once when one holds it again: with the same λ, k steps of τ are one of k τ.

    The first epoch goes without a penalty; its λ is 0. After it λ is the strength at which N words would go on moving,
    if the texts went on to pull each word as they did: the (N + 1)-th largest ‖δ_w‖ / (η · steps). When half of the
    epochs are over, one more proximal step leaves N words: τ is the (N + 1)-th largest ‖δ_w‖ (words of equal norm go
    together, so there may be fewer). From then on λ is 0 and only those move: debiasing. All others have v⁰, bit for
    bit.

    Source: Yuan and Lin (2006); lazy steps: Duchi and Singer (2009), section 6.
    """

    def __init__(self, table: Tensor, settings: Settings) -> None:
        super().__init__(table, settings)
        self.most = settings.moved_words or max(1, len(table) // _SHARE)
        self.kept_from = max(1, settings.epochs // 2)
        self.strength = 0.0
        self._shift = torch.zeros_like(self.start)
        self._steps = 0
        self._shrunk_at = torch.zeros(len(table), dtype=torch.int64, device=table.device)
        self._free: Tensor | None = None

    @torch.no_grad()
    def before(self, texts: EncodedTexts, places: np.ndarray) -> None:
        """Take the proximal steps that the words of these texts have missed."""
        if self.strength:
            self._catch_up(torch.from_numpy(texts.words(places)).to(self.table.device))

    def _move(self, words: Tensor, slopes: Tensor) -> None:
        self._steps += 1
        if self._free is not None:
            free = self._free[words]
            words, slopes = words[free], slopes[free]
        rows = self._shift.index_select(0, words).add_(slopes, alpha=-self.lr)
        self._write(words, shrink(rows, self.lr * self.strength))
        self._shrunk_at.index_fill_(0, words, self._steps)

    @torch.no_grad()
    def end_epoch(self, epoch: int) -> None:
        """Take all steps that were missed; then see how strong the next ones are."""
        everything = torch.arange(len(self.table), device=self.table.device)
        self._catch_up(everything)
        if epoch == 1:
            self.strength = self._bound() / (self.lr * max(1, self._steps))
        if epoch == self.kept_from:
            self._write(everything, shrink(self._shift, self._bound()))
            self.strength, self._free = 0.0, self._shift.any(1)

    def _bound(self) -> float:
        """The proximal step that leaves N words: the (N + 1)-th largest ‖δ_w‖, 0 where there are no more."""
        sizes = self._shift.norm(dim=1)
        return float(sizes.topk(self.most + 1).values[-1]) if self.most < len(sizes) else 0.0

    def _catch_up(self, words: Tensor) -> None:
        missed = self._steps - self._shrunk_at[words]
        self._write(words, shrink(self._shift[words], self.lr * self.strength * missed.to(self._shift.dtype)))
        self._shrunk_at.index_fill_(0, words, self._steps)

    def _write(self, words: Tensor, shift: Tensor) -> None:
        self._shift.index_copy_(0, words, shift)
        start = self.start.index_select(0, words)
        # v⁰ + 0 is v⁰ in all its bits but the sign of a zero.
        rows = torch.where(shift.any(1, keepdim=True), start + shift, start)
        self.table.index_copy_(0, words, rows)


def shrink(rows: Tensor, step: Tensor | float) -> Tensor:
    """The proximal operator of `step` · ‖row‖₂ for every row: max(0, 1 − step / ‖row‖) row.

    Args:
        rows: [row, dim].
        step: one number for all rows, or [row].
    """
    sizes = rows.norm(dim=1)
    left = sizes - step
    return rows * torch.where(left > 0, left / sizes, 0.0)[:, None]
