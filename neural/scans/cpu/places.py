"""Tensors as the kernels want them, and where in them everything is."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from neural.scans.cpu.kernel import kernel


def array(x: Tensor) -> np.ndarray:
    """The same memory, or a contiguous copy."""
    return np.ascontiguousarray(x.detach().numpy())


def unsigned(x: Tensor) -> np.ndarray:
    """Places as the kernels want them: a place without a sign is not counted from the end."""
    return array(x).view(np.uint64)


@kernel
def _counts_up(rows):
    wrong = 0
    for token in range(len(rows)):
        wrong |= rows[token] ^ token
    return wrong == 0


@dataclass(eq=False)
class Places:
    """Where a batch's tokens and a bank's columns are.

    Attributes:
        rows: [token] → row.
        offsets: [text + 1]: where the tokens of each text begin.
        runs: [run, 4], see `neural.scans.plan.runs`.
        first, entering, sources: see `neural.scans.plan.Plan`.
    """

    rows: np.ndarray
    offsets: np.ndarray
    runs: np.ndarray
    first: np.ndarray
    entering: np.ndarray
    sources: np.ndarray

    @cached_property
    def _in_order(self) -> bool:
        return bool(_counts_up(self.rows))

    def apart(self, rows: int) -> bool:
        """Is every one of so many rows one token's, in their order?"""
        return len(self.rows) == rows and self._in_order


def places_of(rows: Tensor, offsets: Tensor, runs: Tensor, *into: Tensor) -> Places:
    """The places of a batch for a bank with these runs, and with the columns that max semirings go back over."""
    first, entering, sources = map(unsigned, into or (runs[:0],) * 3)
    return Places(array(rows), array(offsets), unsigned(runs), first, entering, sources)


def carry_of(g_final: Tensor | None, initial: np.ndarray) -> np.ndarray:
    """A copy of the final scores' gradient, which the kernels change."""
    return np.zeros_like(initial) if g_final is None else array(g_final).copy()


def cotangents_of(g_history: Tensor | None, initial: np.ndarray) -> np.ndarray:
    """The gradient of all scores; without any token where only the final ones count."""
    return initial[:0] if g_history is None else array(g_history)
