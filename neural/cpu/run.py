"""From tensors to kernels: buffers, threads, and private gradients where two threads could write the same row."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from neural.cpu import best, gates, log, real
from neural.cpu.math import TINY
from neural.cpu.threads import each, shares

REAL, LOG, MAX_PLUS, MAX_TIMES = range(4)
"""Which recurrence."""

_NO_TABLE = torch.empty(0, dtype=torch.int64)


def _array(x: Tensor) -> np.ndarray:
    found: np.ndarray = x.detach().contiguous().numpy()
    return found


def _unsigned(x: Tensor) -> np.ndarray:
    """Places as the kernels want them: a place without a sign is not counted from the end."""
    return _array(x).view(np.uint64)


def forward(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, entering: Tensor,
    leaving: Tensor, kind: int,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(final [text, state], history [token, state])."""
    history = weights.new_empty((len(rows), initial.shape[1]))
    final = torch.empty_like(initial, memory_format=torch.contiguous_format)
    inputs = (*map(_array, (weights, constants, rows, offsets, initial)), _unsigned(runs))
    out, end = history.numpy(), final.numpy()

    def work(_: int, first: int, last: int) -> None:
        if kind in (MAX_PLUS, MAX_TIMES):
            best.forward(*inputs, first, last, kind == MAX_TIMES, out, end)
        else:
            (real if kind == REAL else log).forward(*inputs, first, last, TINY[out.itemsize], out, end)

    each(shares(inputs[3], initial.shape[1]), work)
    return final, history


def best_paths(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, entering: Tensor,
    leaving: Tensor, ends: Tensor, members: Tensor, multiply: bool,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(weight [text, pattern], column [token, pattern]) of the best paths that end with the weights `ends` [state]."""
    inputs = (*map(_array, (weights, constants, rows, offsets, initial)), _unsigned(runs))
    tables = (_unsigned(entering), _unsigned(leaving), _array(ends), _array(members))
    score = weights.new_empty((len(initial), members.shape[1]))
    column = torch.empty((len(rows), members.shape[1]), dtype=torch.int64)
    found = (score.numpy(), column.numpy())
    each(
        shares(inputs[3], initial.shape[1]),
        lambda _, first, last: best.paths(*inputs, first, last, *tables, multiply, *found),
    )
    return score, column


def backward(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, entering: Tensor,
    leaving: Tensor, kind: int, history: Tensor, g_final: Tensor | None, g_history: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Gradients of weights, constants and initial scores."""
    states = initial.shape[1]
    carry = _carry(g_final, initial)
    cotangents = np.empty((0, states), carry.dtype) if g_history is None else _array(g_history)
    weight_array, constant_array, row_array, offset_array, initial_array = map(
        _array, (weights, constants, rows, offsets, initial)
    )
    inputs = (weight_array, constant_array, row_array, offset_array, initial_array)
    run_array, tables, past = _unsigned(runs), (_unsigned(entering), _unsigned(leaving)), history.numpy()
    texts_apart = kind in (REAL, LOG) and _apart(weight_array, row_array)

    def work(first: int, last: int, gw: np.ndarray, gc: np.ndarray) -> None:
        if kind in (MAX_PLUS, MAX_TIMES):
            best.backward(*inputs, *tables, first, last, kind == MAX_TIMES, past, cotangents, carry, gw, gc)
        else:
            kernel = (real if kind == REAL else log).backward
            small = TINY[past.itemsize]
            kernel(*inputs, run_array, first, last, small, past, cotangents, texts_apart, carry, gw, gc)

    shape = tuple(weights.shape)
    shared = (np.empty if texts_apart else np.zeros)(shape, constant_array.dtype)
    gw, gc = _gradients(shared, constant_array, offset_array, states, texts_apart, work)
    return torch.from_numpy(gw), torch.from_numpy(gc), torch.from_numpy(carry)


def gated_forward(
    z: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor,
    consume: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """(final, history, gates [row, main | loop]); with `consume` the gates take the memory of `z`."""
    weights = z.detach() if consume else torch.empty_like(z, memory_format=torch.contiguous_format)
    out, row_array, offset_array = weights.numpy(), _array(rows), _array(offsets)
    if not _apart(out, row_array):
        inputs = (_array(z), _array(bias))
        each(_row_shares(len(z), z.shape[1]), lambda _, first, last: gates.forward(*inputs, first, last, out))
        final, history = forward(weights, constants, rows, offsets, initial, runs, _NO_TABLE, _NO_TABLE, REAL)
        return final, history, weights
    history = z.new_empty((len(rows), initial.shape[1]))
    final = torch.empty_like(initial, memory_format=torch.contiguous_format)
    given = (*map(_array, (z, bias, constants, rows, offsets, initial)), _unsigned(runs))
    found = (out, history.numpy(), final.numpy())
    each(
        shares(offset_array, initial.shape[1]),
        lambda _, first, last: gates.scan_forward(*given, first, last, TINY[out.itemsize], *found),
    )
    return final, history, weights


def gated_backward(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor,
    history: Tensor, g_final: Tensor | None, g_history: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Gradients of z, bias, constants and initial scores."""
    gate_array = _array(weights)
    small, half = TINY[gate_array.itemsize], weights.shape[1] // 2
    if not _apart(gate_array, _array(rows)):
        given = (weights, constants, rows, offsets, initial, runs, _NO_TABLE, _NO_TABLE, REAL)
        gw, gc, gi = backward(*given, history, g_final, g_history)
        parts, gradient = _row_shares(len(gw), gw.shape[1]), gw.numpy()
        sums = np.zeros((len(parts), half), gradient.dtype)
        each(parts, lambda i, first, last: gates.backward(gate_array, first, last, small, gradient, sums[i]))
        return gw, torch.from_numpy(sums.sum(0)), gc, gi
    carry, past = _carry(g_final, initial), history.numpy()
    cotangents = np.empty((0, initial.shape[1]), carry.dtype) if g_history is None else _array(g_history)
    inputs = (gate_array, *map(_array, (constants, rows, offsets, initial)), _unsigned(runs))
    parts, gradient = shares(inputs[3], initial.shape[1]), np.empty_like(gate_array)
    sums, own = np.zeros((len(parts), half), gradient.dtype), np.zeros((len(parts), len(constants)))

    def work(i: int, first: int, last: int) -> None:
        found = (carry, gradient, own[i], sums[i])
        gates.scan_backward(*inputs, first, last, small, past, cotangents, *found)

    each(parts, work)
    gc = own.sum(0).astype(gradient.dtype)
    gz, gb = torch.from_numpy(gradient), torch.from_numpy(sums.sum(0))
    return gz, gb, torch.from_numpy(gc), torch.from_numpy(carry)


def _row_shares(rows: int, width: int) -> list[tuple[int, int]]:
    return shares(np.arange(rows + 1), width)


def _carry(g_final: Tensor | None, initial: Tensor) -> np.ndarray:
    """A copy of the final scores' gradient, which the kernels change."""
    if g_final is None:
        return np.zeros(initial.shape, _array(initial).dtype)
    found: np.ndarray = g_final.detach().clone(memory_format=torch.contiguous_format).numpy()
    return found


def _apart(weights: np.ndarray, rows: np.ndarray) -> bool:
    """Is every row one token's?"""
    return len(rows) == len(weights) and bool((rows == np.arange(len(rows))).all())


def _gradients(
    shared: np.ndarray,
    constants: np.ndarray,
    offsets: np.ndarray,
    states: int,
    apart: bool,
    work: Callable[[int, int, np.ndarray, np.ndarray], None],
) -> tuple[np.ndarray, np.ndarray]:
    """The sums of what all parts add; each has sums of its own where a row can belong to two."""
    parts = shares(offsets, states)
    own = [shared if apart or i == 0 else np.zeros_like(shared) for i in range(max(1, len(parts)))]
    own_constants = [np.zeros(len(constants)) for _ in own]
    each(parts, lambda i, first, last: work(first, last, own[i], own_constants[i]))
    if not apart:
        for more in own[1:]:
            shared += more
    return shared, np.sum(own_constants, axis=0).astype(constants.dtype)
