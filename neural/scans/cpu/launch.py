"""From tensors to kernels: buffers, threads, and private gradients where two threads could write the same row."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from neural.scans.cpu import log, real
from neural.scans.cpu import max as best
from neural.scans.cpu.math import TINY
from neural.scans.cpu.memory import room
from neural.scans.cpu.places import Places, array, carry_of, cotangents_of, unsigned
from neural.scans.cpu.threads import each, shares
from neural.semirings.kinds import Kind


def forward(
    weights: Tensor, constants: Tensor, initial: Tensor, places: Places, kind: Kind, keep: bool = True
) -> tuple[Tensor, Tensor]:
    """(final [text, state], history [token, state], empty where it is not to be kept)."""
    start, past = array(initial), history_of(len(places.rows), initial, keep)
    end, small = np.empty_like(start), _small(kind, start)
    inputs = (array(weights), array(constants), places.rows, places.offsets, start, places.runs)

    def work(_: int, first: int, last: int) -> None:
        if kind.selects:
            best.forward(*inputs, first, last, kind.multiplies, small, *written(past, keep), end)
        else:
            (real if kind.multiplies else log).forward(*inputs, first, last, small, *written(past, keep), end)

    each(shares(places.offsets, start.shape[1]), work)
    return torch.from_numpy(end), torch.from_numpy(past)


def history_of(tokens: int, initial: Tensor, keep: bool) -> np.ndarray:
    """Room for the scores after every token, or for none."""
    return room(tokens if keep else 0, initial.shape[1], array(initial))


def written(past: np.ndarray, keep: bool) -> tuple[int, np.ndarray]:
    """What a kernel takes as `turn` and `history`: where nothing is kept, two rows of its own."""
    return (-1, past) if keep else (1, np.empty((2, past.shape[1]), past.dtype))


def best_paths(
    weights: Tensor, constants: Tensor, initial: Tensor, places: Places, ways: Tensor, ends: Tensor,
    members: Tensor, kind: Kind,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(weight [text, pattern], column [token, pattern]) of the best paths that end with the weights `ends` [state].

    `ways`: see `neural.scans.plan.ways`.
    """
    start, table = array(initial), array(members)
    inputs = (array(weights), array(constants), places.rows, places.offsets, start, unsigned(ways))
    tables = (array(ends), table)
    score = np.empty((len(start), table.shape[1]), start.dtype)
    small = _small(kind, score)
    column = room(len(places.rows), table.shape[1], np.empty(0, np.int64))

    def work(_: int, first: int, last: int) -> None:
        scores = room(2, start.shape[1], start)
        best.paths(*inputs, first, last, *tables, kind.multiplies, small, scores, score, column)

    each(shares(places.offsets, start.shape[1]), work)
    return torch.from_numpy(score), torch.from_numpy(column)


def backward(
    weights: Tensor, constants: Tensor, initial: Tensor, places: Places, kind: Kind, history: Tensor,
    g_final: Tensor | None, g_history: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Gradients of weights, constants and initial scores."""
    weight_array, constant_array, start, past = array(weights), array(constants), array(initial), array(history)
    carry, cotangents = carry_of(g_final, start), cotangents_of(g_history, start)
    inputs = (weight_array, constant_array, places.rows, places.offsets, start)
    small = _small(kind, past)

    def work(first: int, last: int, fresh: np.ndarray, gw: np.ndarray, gc: np.ndarray) -> None:
        if kind.selects:
            gw[:], fresh[:] = 0, False  # few numbers of a row get a gradient
            tables = (places.first, places.entering, places.sources)
            best.backward(*inputs, *tables, first, last, kind.multiplies, small, past, cotangents, carry, gw, gc)
        else:
            kernel = (real if kind.multiplies else log).backward
            kernel(*inputs, places.runs, first, last, small, past, cotangents, fresh, carry, gw, gc)

    apart = not kind.selects and places.apart(len(weight_array))
    gw, gc = _gradients(weight_array, constant_array, shares(places.offsets, start.shape[1]), apart, work)
    return torch.from_numpy(gw), torch.from_numpy(gc), torch.from_numpy(carry)


def _small(kind: Kind, values: np.ndarray) -> float:
    """Up to where numbers become 0; in MAX_PLUS nothing is multiplied."""
    return 0.0 if kind is Kind.MAX_PLUS else TINY[values.itemsize]


def _gradients(
    weights: np.ndarray,
    constants: np.ndarray,
    parts: list[tuple[int, int]],
    apart: bool,
    work: Callable[[int, int, np.ndarray, np.ndarray, np.ndarray], None],
) -> tuple[np.ndarray, np.ndarray]:
    """The sums of what all parts add; each has sums of its own where a row can belong to two."""
    rows, width = weights.shape
    own = [(np.ones(rows, np.bool_), room(rows, width, weights)) for _ in parts[: 1 if apart else None]]
    own_constants = [np.zeros(len(constants)) for _ in parts]
    each(parts, lambda i, first, last: work(first, last, *own[0 if apart else i], own_constants[i]))
    for fresh, gw in own:
        gw[fresh] = 0
    (_, total), *others = own
    for _, gw in others:
        total += gw
    return total, sum(own_constants, np.zeros(len(constants))).astype(constants.dtype)
