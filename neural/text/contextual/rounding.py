"""How vectors are rounded and kept: a number of bytes per token, and back to float32."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_LEVELS, _STEP = 127, 4
"""Whole numbers on either side of 0, and the bytes of a step."""


class Rounding(NamedTuple):
    """From vectors [token, dim] to rows of a file and back.

    Attributes:
        dtype: of the numbers of a row.
        width: numbers of a row, of so many dimensions.
        pack, unpack: there and back; unpack(pack(x)) is what automata read, whether it was kept or not.
    """

    dtype: np.dtype
    width: Callable[[int], int]
    pack: Callable[[np.ndarray], np.ndarray]
    unpack: Callable[[np.ndarray], np.ndarray]


def _to_int8(vectors: np.ndarray) -> np.ndarray:
    """Whole numbers of a step that is the row's largest size / 127; behind them four bytes, the step in float32."""
    steps = (np.abs(vectors).max(axis=1, initial=0) / _LEVELS).astype(np.float32)
    steps = np.where(steps == 0, np.float32(1), steps)
    levels = np.rint(vectors / steps[:, None]).clip(-_LEVELS, _LEVELS).astype(np.int8)
    return np.concatenate([levels, steps[:, None].view(np.int8)], axis=1)


def _from_int8(rows: np.ndarray) -> np.ndarray:
    steps = np.ascontiguousarray(rows[:, -_STEP:]).view(np.float32)
    return rows[:, :-_STEP].astype(np.float32) * steps


ROUNDINGS = {
    "float16": Rounding(
        np.dtype(np.float16), lambda dim: dim, lambda x: x.astype(np.float16), lambda rows: rows.astype(np.float32)
    ),
    "int8": Rounding(np.dtype(np.int8), lambda dim: dim + _STEP, _to_int8, _from_int8),
}
