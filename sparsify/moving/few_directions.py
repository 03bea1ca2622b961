"""All words move in few directions, the same ones for all: the shift has low rank."""

import torch
from torch import Tensor

from neural import MovedWords
from sparsify.moving.base import MovingVectors
from sparsify.settings import Settings

_RANK = 2
"""Directions. benchmarks/move_vectors.md has what they keep of the free shift's worth."""


class FewDirections(MovingVectors):
    """v_w = v⁰_w + a_w D, with two numbers a_w for every word and two directions D, [2, dim], of unit length.

    In the first half of the epochs every vector is free. Then D are the two directions that hold most of the shift, its
    first right singular vectors, and a_w the coordinates of what lies along them. From then on D stays and the a_w
    learn: a_w ← a_w − η D ∂L/∂v_w, which is the plain step projected on the directions.

    The sign of a direction is that of its furthest word: that coordinate is positive.

    Source: Eckart and Young (1936).
    """

    def __init__(self, table: Tensor, settings: Settings) -> None:
        super().__init__(table, settings)
        self.kept_from = max(1, settings.epochs // 2)
        self.directions: Tensor | None = None
        self._coordinates = table.detach().new_zeros(len(table), min(_RANK, table.shape[1]))

    def _move(self, words: Tensor, slopes: Tensor) -> None:
        if self.directions is None:
            super()._move(words, slopes)
            return
        steps = slopes @ self.directions.T
        self._write(words, self._coordinates.index_select(0, words).add_(steps, alpha=-self.lr))

    @torch.no_grad()
    def end_epoch(self, epoch: int) -> None:
        """Half of the epochs are over: project the shift."""
        if epoch != self.kept_from:
            return
        shift = self.table - self.start
        self.directions = main_directions(shift, self._coordinates.shape[1])
        self._write(torch.arange(len(self.table), device=self.table.device), shift @ self.directions.T)

    def _write(self, words: Tensor, coordinates: Tensor) -> None:
        assert self.directions is not None
        self._coordinates.index_copy_(0, words, coordinates)
        self.table.index_copy_(0, words, self.start.index_select(0, words) + coordinates @ self.directions)

    def copy(self) -> tuple[Tensor, ...]:
        """The words that steps have reached, with their coordinates."""
        words = self._touched.nonzero()[:, 0]
        return words, self._coordinates.index_select(0, words)

    def restore(self, words: Tensor, rows: Tensor) -> None:
        """Back to these coordinates."""
        with torch.no_grad():
            self._write(words, rows)

    def moved(self) -> MovedWords:
        """The words whose vectors are others than v⁰, with coordinates and directions."""
        assert self.directions is not None
        words = self._moved()
        return MovedWords(words.cpu(), self._coordinates[words].cpu(), self.directions.cpu())


def main_directions(shift: Tensor, rank: int) -> Tensor:
    """[rank, dim]: the first right singular vectors of `shift`, [word, dim].

    They are eigenvectors of shiftᵀ shift, which is small however many words there are; in float64, since the square
    halves the digits.
    """
    wide = shift.double()
    directions: Tensor = torch.linalg.eigh(wide.T @ wide).eigenvectors[:, -rank:].flip(1).T
    along = wide @ directions.T
    furthest = along.gather(0, along.abs().argmax(0, keepdim=True))[0]
    directions = directions * torch.where(furthest < 0, -1.0, 1.0)[:, None]
    return directions.to(shift.dtype)
