"""The kernels as operators of torch, so that autograd, torch.compile and torch.export see one node with a gradient.

wfsa::scan        arc weights → scores, in REAL, LOG, MAX_PLUS or MAX_TIMES, any topology
wfsa::gated_scan  products of word vectors and rows → scores, for gated chains in REAL
"""

from typing import Any

import torch
from torch import Tensor

from neural.cpu import run

REAL, LOG, MAX_PLUS, MAX_TIMES = run.REAL, run.LOG, run.MAX_PLUS, run.MAX_TIMES
Gradients = tuple[Tensor | None, ...]


@torch.library.custom_op("wfsa::scan", mutates_args=(), device_types="cpu")
def scan(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, sources: Tensor,
    kind: int,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """weights [row, varying column], constants [constant column] → (final, history, back-pointers).

    Args:
        rows: [token] → row; the tokens of a text lie in a row.
        offsets: [text + 1]: where the tokens of each text begin, and where those of the last one end.
        initial: [text, state].
        runs: [run, 4], see `neural.layout.runs`.
        sources: [column] → state.
        kind: which recurrence.
    """
    return run.forward(weights, constants, rows, offsets, initial, runs, kind)


@scan.register_fake
def _(weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor,
      sources: Tensor, kind: int) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    tokens, states = rows.shape[0], initial.shape[1]
    pointers = tokens if kind in (MAX_PLUS, MAX_TIMES) else 0
    back = weights.new_empty((pointers, states), dtype=torch.int32)
    return torch.empty_like(initial), weights.new_empty((tokens, states)), back


@torch.library.custom_op("wfsa::scan_backward", mutates_args=(), device_types="cpu")
def scan_backward(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, sources: Tensor,
    kind: int, history: Tensor, back: Tensor, g_final: Tensor | None, g_history: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Gradients of weights, constants and initial scores."""
    return run.backward(
        weights, constants, rows, offsets, initial, runs, sources, kind, history, back, g_final, g_history
    )


@scan_backward.register_fake
def _(weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, *rest: Any) -> Gradients:
    return torch.empty_like(weights), torch.empty_like(constants), torch.empty_like(initial)


def _scan_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    ctx.set_materialize_grads(False)
    *tensors, ctx.kind = inputs
    ctx.save_for_backward(*tensors, output[1], output[2])


def _scan_gradient(ctx: Any, g_final: Tensor | None, g_history: Tensor | None, _: Tensor | None) -> Gradients:
    *inputs, history, back = ctx.saved_tensors
    gw, gc, gi = scan_backward(*inputs, ctx.kind, history, back, g_final, g_history)
    return gw, gc, None, None, gi, None, None, None


scan.register_autograd(_scan_gradient, setup_context=_scan_context)


@torch.library.custom_op("wfsa::gated_scan", mutates_args=(), device_types="cpu")
def gated_scan(
    z: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """z [row, main | loop], bias [loop] → (final, history, arc weights [row, (1 − f)·main | f]), f = σ(loop + bias)."""
    return run.gated_forward(z, bias, constants, rows, offsets, initial, runs)


@gated_scan.register_fake
def _(z: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor,
      runs: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    return torch.empty_like(initial), z.new_empty((rows.shape[0], initial.shape[1])), torch.empty_like(z)


@torch.library.custom_op("wfsa::gated_scan_backward", mutates_args=(), device_types="cpu")
def gated_scan_backward(
    gates: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, history: Tensor,
    g_final: Tensor | None, g_history: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Gradients of z, bias, constants and initial scores."""
    return run.gated_backward(gates, constants, rows, offsets, initial, runs, history, g_final, g_history)


@gated_scan_backward.register_fake
def _(gates: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, *rest: Any) -> Gradients:
    bias = gates.new_empty((gates.shape[1] // 2,))
    return torch.empty_like(gates), bias, torch.empty_like(constants), torch.empty_like(initial)


def _gated_context(ctx: Any, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(output[2], *inputs[2:], output[1])


def _gated_gradient(ctx: Any, g_final: Tensor | None, g_history: Tensor | None, _: Tensor | None) -> Gradients:
    gz, gb, gc, gi = gated_scan_backward(*ctx.saved_tensors, g_final, g_history)
    return gz, gb, gc, None, None, gi, None


gated_scan.register_autograd(_gated_gradient, setup_context=_gated_context)
