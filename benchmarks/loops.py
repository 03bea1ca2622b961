"""The strongest rivals of our kernels that a few lines make: a scripted loop of torch, and loops compiled by numba.

All read word types, as ours do: gates and main arcs are made once per distinct word, by one product.
"""

from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor, nn

from neural import Packed

_fast = njit(nogil=True, fastmath=True, error_model="numpy", cache=True)


class Gated(nn.Module):
    """Gated chains: f = σ(W_f x + b), u = (1 − f) W_u x per word type; c_i ← f_i c_i + u_i c_{i−1}; the last score."""

    def __init__(self, dim: int, width: int, length: int) -> None:
        super().__init__()
        self.width, self.length = width, length
        bound = (6 / (dim + width)) ** 0.5
        self.weight = nn.Parameter(torch.empty(2 * length * width, dim).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(length * width))

    def arcs(self, x: Packed) -> tuple[Tensor, Tensor]:
        """(u, f) [type, state, pattern]."""
        assert x.data is not None
        main, loop = (x.data @ self.weight.T).view(len(x.data), 2, self.length, self.width).unbind(1)
        f = torch.sigmoid(loop + self.bias.view(self.length, self.width))
        return (1 - f) * main, f


class ScriptedLoop(Gated):
    """The recursion in torch.jit, all texts at once, those that have ended left behind."""

    def forward(self, x: Packed) -> Tensor:
        """[text, pattern]."""
        u, f = self.arcs(x)
        lengths = x.offsets.diff()
        order = torch.argsort(lengths, descending=True)
        sizes = (lengths[None] > torch.arange(int(lengths.max()))[:, None]).sum(1).tolist()
        found: Tensor = _scripted(u, f, x.rows, x.offsets[:-1][order], sizes)
        return torch.empty_like(found).index_copy(0, order, found)


@torch.jit.script
def _scripted(u: Tensor, f: Tensor, rows: Tensor, first: Tensor, sizes: list[int]) -> Tensor:
    c = torch.zeros(first.size(0), u.size(1), u.size(2))
    one = torch.ones(first.size(0), 1, u.size(2))
    ended = []
    for t, size in enumerate(sizes):
        if size < c.size(0):
            ended.append(c[size:, -1])
            c = c[:size]
        row = rows[first[:size] + t]
        c = f[row] * c + u[row] * torch.cat([one[:size], c[:, :-1]], 1)
    ended.append(c[:, -1])
    return torch.cat(ended[::-1])


class NumbaLoop(Gated):
    """The recursion and its gradient as two loops of a dozen lines."""

    def forward(self, x: Packed) -> Tensor:
        """[text, pattern]."""
        found: Tensor = _Loop.apply(*self.arcs(x), x.rows, x.offsets)  # type: ignore[no-untyped-call]  # torch's
        return found


LOOPS = {"numba loop, word types": NumbaLoop, "scripted loop, word types": ScriptedLoop}


class _Loop(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, u: Tensor, f: Tensor, rows: Tensor, offsets: Tensor) -> Tensor:
        given = [x.detach().numpy() for x in (u.contiguous(), f.contiguous(), rows, offsets)]
        final, history = loop(*given)
        ctx.given = given, history
        return torch.from_numpy(final)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        given, history = ctx.given
        return *map(torch.from_numpy, loop_back(*given, history, gradient.contiguous().numpy())), None, None


@_fast
def loop(u, f, rows, offsets):
    """(last scores [text, pattern], scores before every token [token, state, pattern])."""
    n, width = u.shape[1:]
    final, history = np.empty((len(offsets) - 1, width), u.dtype), np.empty((len(rows), n + 1, width), u.dtype)
    for b in range(len(offsets) - 1):
        c = np.zeros((n + 1, width), u.dtype)
        c[0] = 1
        for t in range(offsets[b], offsets[b + 1]):
            history[t] = c
            for i in range(n, 0, -1):
                for p in range(width):
                    c[i, p] = f[rows[t], i - 1, p] * c[i, p] + u[rows[t], i - 1, p] * c[i - 1, p]
        final[b] = c[n]
    return final, history


@_fast
def loop_back(u, f, rows, offsets, history, gradient):
    """Gradients of u and f."""
    n, width = u.shape[1:]
    gu, gf = np.zeros_like(u), np.zeros_like(f)
    for b in range(len(offsets) - 1):
        g = np.zeros((n + 1, width), u.dtype)
        g[n] = gradient[b]
        for t in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            for i in range(1, n + 1):
                for p in range(width):
                    gf[rows[t], i - 1, p] += g[i, p] * history[t, i, p]
                    gu[rows[t], i - 1, p] += g[i, p] * history[t, i - 1, p]
                    g[i - 1, p] += g[i, p] * u[rows[t], i - 1, p]
                    g[i, p] *= f[rows[t], i - 1, p]
    return gu, gf


@_fast
def graph_loop(table, rows, offsets, initial, first, entering, sources):
    """Any topology: scores after every text and before every token.

    table [row, arc, pattern], initial [text, state, pattern]; the arcs that enter a state q are entering[first[q]:
    first[q + 1]], and sources [arc] are the states that they leave.
    """
    states, width = initial.shape[1:]
    final, history = np.empty_like(initial), np.empty((len(rows), states, width), table.dtype)
    for b in range(len(offsets) - 1):
        c = initial[b].copy()
        for t in range(offsets[b], offsets[b + 1]):
            history[t], w = c, table[rows[t]]
            for q in range(states):
                c[q] = 0
                for arc in entering[first[q] : first[q + 1]]:
                    for p in range(width):
                        c[q, p] += w[arc, p] * history[t, sources[arc], p]
        final[b] = c
    return final, history


@_fast
def graph_loop_back(table, rows, offsets, history, first, entering, sources, gradient):
    """Gradient of the table."""
    found = np.zeros_like(table)
    for b in range(len(offsets) - 1):
        g = gradient[b].copy()
        for t in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            below = np.zeros_like(g)
            for q in range(len(first) - 1):
                for arc in entering[first[q] : first[q + 1]]:
                    for p in range(g.shape[1]):
                        found[rows[t], arc, p] += g[q, p] * history[t, sources[arc], p]
                        below[sources[arc], p] += g[q, p] * table[rows[t], arc, p]
            g = below
    return found
