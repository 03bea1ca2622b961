"""From word vectors to scores of gated chains: product, gates and scan, and all their gradients.

Where every row is one token's, all three go over the batch block by block, so that each finds near what the one before
it has left: the products of a block are gates before they leave the processor's cache, and their gradients are in the
parameters' gradient. Rows that no gradient reaches, at the beginning of long texts, are left out of that last product;
of rows that are word types, those behind the last one with a gradient.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from neural.compile.projection import product
from neural.scans.cpu import gated_kernels, launch
from neural.scans.cpu.math import TINY
from neural.scans.cpu.memory import room
from neural.scans.cpu.places import Places, array, carry_of, cotangents_of
from neural.scans.cpu.threads import each, shares
from neural.semirings.kinds import Kind

_BLOCK = 512
"""Tokens per block, at least: products of fewer would cost more than is saved."""

Parts = list[tuple[int, int]]
"""Texts first … last − 1, for each thread."""

_DEAD = 8
"""One row in so many without a gradient makes it worth moving the others together."""


def forward(
    data: Tensor, weight: Tensor, bias: Tensor, constants: Tensor, initial: Tensor, places: Places,
    precision: torch.dtype, keep: bool = True,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """(final, history, empty where it is not to be kept, arc weights [row, (1 − f)·main | f])."""
    if not places.apart(len(data)):
        z = product(data.detach(), weight.detach(), precision)
        out, half = z.numpy(), array(bias)
        each(_row_shares(z), lambda _, first, last: gated_kernels.forward(out, half, first, last))
        return *launch.forward(z, constants, initial, places, Kind.REAL, keep), z
    start, offsets = array(initial), places.offsets
    out, past = room(len(data), len(weight), start), launch.history_of(len(data), initial, keep)
    end = np.empty_like(start)
    given = (array(bias), array(constants), places.rows, offsets, start, places.runs)
    arcs, parameters = torch.from_numpy(out), weight.detach().T

    def work(_: int, first: int, last: int) -> None:
        turn, rows = launch.written(past, keep)
        gated_kernels.scan_forward(out, *given, first, last, TINY[out.itemsize], turn, rows, end)

    blocks = _blocks(offsets, start.shape[1])
    sizes = [here.stop - here.start for _, here in blocks]
    for (parts, _), x, z in zip(blocks, data.detach().split(sizes), arcs.split(sizes), strict=True):
        _multiply(x, parameters, precision, z)
        each(parts, work)
    return torch.from_numpy(end), torch.from_numpy(past), arcs


def backward(
    arcs: Tensor, data: Tensor, weight: Tensor, constants: Tensor, initial: Tensor, places: Places,
    precision: torch.dtype, history: Tensor, g_final: Tensor | None, g_history: Tensor | None,
    for_data: bool, for_weight: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Gradients of data and weight (nothing where that is not asked for), bias, constants and initial scores.

    `weight` is read for the gradient of the data only. Its own is that of its transpose, turned: data's columns times
    those of the products' gradient are the faster product.
    """
    data, weight, nothing = data.detach(), weight.detach(), data.new_empty(0)
    if not places.apart(len(data)):
        gz, gc, gi = launch.backward(arcs, constants, initial, places, Kind.REAL, history, g_final, g_history)
        gb, end = _gates_back(arcs, gz)
        g_data = product(gz, weight.T, precision) if for_data else nothing
        return g_data, product(data[:end].T, gz[:end].T, precision).T if for_weight else nothing, gb, gc, gi
    start, width, vectors = array(initial), arcs.shape[1], array(data)
    walk = _Walk(
        array(arcs), array(constants), start, places, array(history), cotangents_of(g_history, start),
        carry_of(g_final, start), np.zeros(width // 2, start.dtype), np.zeros(len(constants)),
    )  # fmt: skip
    g_data = torch.empty_like(data, memory_format=torch.contiguous_format) if for_data else nothing
    turned, blocks = data.new_zeros(data.shape[1], width), _blocks(places.offsets, start.shape[1])
    longest = max((here.stop - here.start for _, here in blocks), default=0)
    gradients, gathered = (room(longest, columns, start) for columns in (width, data.shape[1]))
    for parts, here in reversed(blocks):  # what has been written last may still be near
        x, found = vectors[here], gradients[: here.stop - here.start]
        reached = walk.back(parts, here, found)
        if for_data:
            _multiply(torch.from_numpy(found), weight, precision, g_data[here])
        if not for_weight:
            continue
        if len(x) - reached > len(x) // _DEAD:
            gated_kernels.gather(found, x, gathered)
            found, x = found[:reached], gathered[:reached]
        _add_product(torch.from_numpy(x.T), torch.from_numpy(found), precision, turned)
    gc = torch.from_numpy(walk.g_constants).to(arcs.dtype)
    return g_data, turned.T if for_weight else nothing, torch.from_numpy(walk.g_bias), gc, torch.from_numpy(walk.carry)


@dataclass(frozen=True)
class _Walk:
    """The way back over texts whose rows are tokens in order: what is read, and the gradients on the way."""

    arcs: np.ndarray
    constants: np.ndarray
    initial: np.ndarray
    places: Places
    history: np.ndarray
    cotangents: np.ndarray
    carry: np.ndarray
    g_bias: np.ndarray
    g_constants: np.ndarray

    def back(self, parts: Parts, here: slice, gradient: np.ndarray) -> int:
        """Fill the gradient of the products of some texts, tokens `here`; how many of its rows are not all zero."""
        first, last = parts[0][0], parts[-1][1]
        offsets = self.places.offsets[first : last + 1] - here.start
        rows = self.places.rows[: len(gradient)]
        given = (self.arcs[here], self.constants, rows, offsets, self.initial[first:last], self.places.runs)
        past = (self.history[here], self.cotangents[here], self.carry[first:last], gradient)
        small, sums = TINY[gradient.itemsize], (self.g_constants, self.g_bias)
        if len(parts) == 1:
            return int(gated_kernels.scan_backward(*given, 0, last - first, small, *past, *sums))
        own = [[np.zeros_like(total) for total in sums] for _ in parts]
        reached = [0] * len(parts)

        def work(i: int, a: int, b: int) -> None:
            reached[i] = gated_kernels.scan_backward(*given, a - first, b - first, small, *past, *own[i])

        each(parts, work)
        for total, *more in zip(sums, *own, strict=True):
            total += sum(more)
        return sum(reached)


def _blocks(offsets: np.ndarray, states: int) -> list[tuple[Parts, slice]]:
    """As few texts as have enough tokens, in turn, and their tokens; or, where threads share the work, all in parts."""
    parts = shares(offsets, states)
    if len(parts) == 1:
        ((first, last),) = parts
        parts = []
        while first < last:
            after = min(last, int(np.searchsorted(offsets, offsets[first] + _BLOCK)))
            parts.append((first, after))
            first = after
        return [([part], _tokens([part], offsets)) for part in parts]
    return [(parts, _tokens(parts, offsets))]


def _tokens(parts: Parts, offsets: np.ndarray) -> slice:
    return slice(int(offsets[parts[0][0]]), int(offsets[parts[-1][1]]))


def _multiply(x: Tensor, y: Tensor, precision: torch.dtype, out: Tensor) -> None:
    """out = x · y."""
    if precision == out.dtype:
        torch.mm(x, y, out=out)
    else:
        out.copy_(product(x, y.T, precision))


def _add_product(x: Tensor, y: Tensor, precision: torch.dtype, out: Tensor) -> None:
    """out += x · y."""
    if precision == out.dtype:
        out.addmm_(x, y)
    else:
        out += product(x, y.T, precision)


def _gates_back(arcs: Tensor, gradient: Tensor) -> tuple[Tensor, int]:
    """Gradient of arc weights → gradient of the products, in place.

    Returns the gradient of the biases, and the row behind the last one with a gradient.
    """
    given, out, parts = array(arcs), gradient.numpy(), _row_shares(gradient)
    sums = np.zeros((len(parts), out.shape[1] // 2), out.dtype)
    small, ends = TINY[out.itemsize], [0] * len(parts)

    def work(i: int, first: int, last: int) -> None:
        _, ends[i] = gated_kernels.backward(given, first, last, small, out, sums[i])

    each(parts, work)
    return torch.from_numpy(sums.sum(0)), max(ends, default=0)


def _row_shares(matrix: Tensor) -> list[tuple[int, int]]:
    return shares(np.arange(len(matrix) + 1), matrix.shape[1])
