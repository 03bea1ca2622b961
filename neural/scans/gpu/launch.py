"""From tensors to Triton kernels, as registered operators wfsa::chain and wfsa::chain_backward."""

from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor
from torch.library import custom_op

TIME, BLOCK = 32, 16
"""Tokens and patterns per tile."""

_LEAST, _WAVES = 4, 4
"""Patterns that a tile has at least, and programs per processor from which on tiles are not made smaller."""


def usable() -> bool:
    """Is Triton installed?"""
    return find_spec("triton") is not None


def width(texts: int, patterns: int, processors: int) -> int:
    """Patterns per tile: half as many, and so twice the programs, as long as a small batch leaves processors idle."""
    block = BLOCK
    while block > _LEAST and texts * -(-patterns // block) < _WAVES * processors:
        block //= 2
    return block


def _processors(device: torch.device) -> int:
    """Of a GPU; none elsewhere, where programs run one after the other."""
    return torch.cuda.get_device_properties(device).multi_processor_count if device.type == "cuda" else 0


def _launch(kernel: Any, starts: Tensor, texts: int, patterns: int, arguments: tuple[Any, ...], **flags: bool) -> None:
    if not texts or not patterns:
        return
    deepest, block = len(starts) - 2, width(texts, patterns, _processors(starts.device))
    grid = (texts, -(-patterns // block))
    sizes = {"N": deepest, "ROWS": 1 << deepest.bit_length(), "TIME": TIME, "BLOCK": block}
    with torch.cuda.device_of(arguments[0]):
        kernel[grid](*arguments, **sizes, **flags, num_warps=1)


@custom_op("wfsa::chain", mutates_args=())
def chain(
    weights: Tensor, bias: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, starts: Tensor, patterns: int,
    log: bool, gated: bool,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(final [text, state], history [token, state]) of a bank of chains.

    Args:
        weights: [row, main | loop]; with `gated` the products with the word vectors, of which σ and `bias` make them.
        starts: [depth + 2]: where the states of each depth begin on the state axis.
        patterns: how many there are.
    """
    from neural.scans.gpu import chain as kernels

    initial = initial.contiguous()
    history = weights.new_empty((rows.shape[0], initial.shape[1]))
    final = torch.empty_like(initial)
    arguments = (weights.contiguous(), bias, rows, offsets, initial, starts, history, final)
    sizes = (initial.shape[1], weights.shape[1] // 2)
    _launch(kernels.forward, starts, len(offsets) - 1, patterns, (*arguments, *sizes), LOG=log, GATED=gated)
    return final, history


@chain.register_fake
def _(
    weights: Tensor, bias: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, starts: Tensor, patterns: int,
    log: bool, gated: bool,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    return initial.new_empty(initial.shape), weights.new_empty((rows.shape[0], initial.shape[1]))


@custom_op("wfsa::chain_backward", mutates_args=())
def chain_backward(
    weights: Tensor, bias: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, starts: Tensor, history: Tensor,
    g_final: Tensor | None, g_history: Tensor | None, patterns: int, log: bool, gated: bool,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Gradients of the arcs per token, [token, main | loop], and of the initial scores."""
    from neural.scans.gpu import chain as kernels

    weights, initial = weights.contiguous(), initial.contiguous()
    gradient = weights.new_zeros((rows.shape[0], weights.shape[1]))
    g_initial = torch.zeros_like(initial)
    end = torch.zeros_like(initial) if g_final is None else g_final.contiguous()
    every = end if g_history is None else g_history.contiguous()
    arguments = (weights, bias, rows, offsets, initial, starts, history, end, every, gradient, g_initial)
    sizes = (initial.shape[1], weights.shape[1] // 2)
    flags = {"LOG": log, "GATED": gated, "EVERY": g_history is not None}
    _launch(kernels.backward, starts, len(offsets) - 1, patterns, (*arguments, *sizes), **flags)
    return gradient, g_initial


@chain_backward.register_fake
def _(
    weights: Tensor, bias: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, *rest: Any
) -> tuple[Tensor, Tensor]:
    return weights.new_empty((rows.shape[0], weights.shape[1])), initial.new_empty(initial.shape)


def _context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    ctx.set_materialize_grads(False)
    *tensors, ctx.patterns, ctx.log, ctx.gated = inputs
    ctx.save_for_backward(*tensors, output[1])


def _gradient(ctx: Any, g_final: Tensor | None, g_history: Tensor | None) -> tuple[Tensor | None, ...]:
    weights, bias, rows, *rest = ctx.saved_tensors
    per_token, g_initial = chain_backward(
        weights, bias, rows, *rest, g_final, g_history, ctx.patterns, ctx.log, ctx.gated
    )
    gradient = torch.zeros_like(weights).index_add(0, rows, per_token)
    g_bias = gradient[:, gradient.shape[1] // 2 :].sum(0) if ctx.gated else None
    return gradient, g_bias, None, None, g_initial, None, None, None, None


chain.register_autograd(_gradient, setup_context=_context)
