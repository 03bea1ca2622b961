"""The scan in REAL on CPU, compiled by numba: one pass over the tokens forward, one backward.

Arc weights are read, and their gradients summed, per row of the batch (one per word type): nothing of the size
tokens × slots × states is ever made. A carried gradient below 1e-30 becomes 0, since numbers below 1e-38 would make the
processor a hundred times slower.
"""

from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor
from torch.autograd.function import once_differentiable

_TINY = 1e-30


def serves(weights: Tensor) -> bool:
    """Can the kernel run on these weights?"""
    return weights.device.type == "cpu" and weights.dtype in (torch.float32, torch.float64)


@njit(cache=True, nogil=True)
def _forward(weights, rows, sources, initial, starts, sizes, history, final):
    slots, states = sources.shape
    for t in range(len(sizes)):
        for i in range(sizes[t]):
            token = starts[t] + i
            before = initial[i] if t == 0 else history[starts[t - 1] + i]
            weight, now = weights[rows[token]], history[token]
            for q in range(states):
                now[q] = before[sources[0, q]] * weight[0, q]
            for s in range(1, slots):
                for q in range(states):
                    now[q] += before[sources[s, q]] * weight[s, q]
            if t + 1 == len(sizes) or i >= sizes[t + 1]:
                final[i, :] = now


@njit(cache=True, nogil=True)
def _backward(weights, rows, sources, initial, starts, sizes, history, carry, gradient):
    slots, states = sources.shape
    below = np.empty(states, carry.dtype)
    for t in range(len(sizes) - 1, -1, -1):
        for i in range(sizes[t]):
            token = starts[t] + i
            before = initial[i] if t == 0 else history[starts[t - 1] + i]
            weight, into, here = weights[rows[token]], gradient[rows[token]], carry[i]
            below[:] = 0
            for s in range(slots):
                for q in range(states):
                    into[s, q] += here[q] * before[sources[s, q]]
                    below[sources[s, q]] += here[q] * weight[s, q]
            for q in range(states):
                here[q] = below[q] if abs(below[q]) > _TINY else 0


class RealScan(torch.autograd.Function):
    """`scan_ref` in REAL: (weights, rows, sources [slot, state], initial, sizes) → final scores [text, state]."""

    @staticmethod
    def forward(
        ctx: Any, weights: Tensor, rows: Tensor, sources: Tensor, initial: Tensor, sizes: tuple[int, ...]
    ) -> Tensor:
        """Fill the history of all scores; a text's final score is the one after its last token."""
        counts = np.array(sizes, dtype=np.int64)
        arguments = (
            weights.contiguous().numpy(),
            rows.numpy(),
            sources.numpy(),
            initial.contiguous().numpy(),
            np.cumsum(counts) - counts,
            counts,
        )
        history = np.empty((len(rows), initial.shape[1]), arguments[0].dtype)
        final = initial.clone(memory_format=torch.contiguous_format)
        if len(sources):
            _forward(*arguments, history, final.numpy())
        ctx.arguments = (*arguments, history)
        return final

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: Tensor) -> tuple[Tensor | None, ...]:
        """Walk back over the history; what is left of the carry is the gradient of the initial scores."""
        carry = cotangent.clone(memory_format=torch.contiguous_format)
        gradient = np.zeros_like(ctx.arguments[0])
        if ctx.arguments[2].size:
            _backward(*ctx.arguments, carry.numpy(), gradient)
        return torch.from_numpy(gradient), None, None, carry, None
