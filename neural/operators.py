"""The kernels with their gradients, as functions of tensors.

    scan        arc weights → scores, in REAL, LOG, MAX_PLUS or MAX_TIMES, any topology
    gated_scan  products of word vectors and rows → scores, for gated chains in REAL

Both are registered operators, wfsa::scan and wfsa::gated_scan, so that torch.compile and torch.export see one node.
Eager code takes a plain autograd function with the same kernels instead: a registered operator costs a third of a
millisecond per step, as much as the kernels of a small batch.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.library import custom_op

from neural.cpu import run

REAL, LOG, MAX_PLUS, MAX_TIMES = run.REAL, run.LOG, run.MAX_PLUS, run.MAX_TIMES
Gradients = tuple[Tensor | None, ...]


def scan(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, entering: Tensor,
    leaving: Tensor, kind: int,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """weights [row, varying column], constants [constant column] → (final, history).

    Args:
        rows: [token] → row; the tokens of a text lie in a row.
        offsets: [text + 1]: where the tokens of each text begin, and where those of the last one end.
        initial: [text, state].
        runs: [run, 4], see `neural.plan.runs`.
        entering: [slot, state] → column; the number of columns for none.
        leaving: [slot, state] → the state that this column leaves.
        kind: which recurrence.
    """
    chosen = _scan_op if torch.compiler.is_compiling() else _Scan.apply
    found: tuple[Tensor, Tensor] = chosen(weights, constants, rows, offsets, initial, runs, entering, leaving, kind)
    return found


def gated_scan(
    z: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor,
    consume: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """z [row, main | loop], bias [loop] → (final, history, arc weights [row, (1 − f)·main | f]), f = σ(loop + bias).

    With `consume` the arc weights may take the memory of z, a contiguous product that nothing else will read.
    """
    given = (z, bias, constants, rows, offsets, initial, runs)
    found: tuple[Tensor, Tensor, Tensor]
    found = _gated_op(*given) if torch.compiler.is_compiling() else _Gated.apply(*given, consume)
    return found


def _scan_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    ctx.set_materialize_grads(False)
    *tensors, ctx.kind = inputs
    ctx.save_for_backward(*tensors, output[1])


def _gated_context(ctx: Any, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(output[2], *inputs[2:], output[1])


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, Tensor]:
        found = run.forward(*inputs)
        _scan_context(ctx, inputs, found)
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_final: Tensor | None, g_history: Tensor | None) -> Gradients:
        *inputs, history = ctx.saved_tensors
        gw, gc, gi = run.backward(*inputs, ctx.kind, history, g_final, g_history)
        return gw, gc, None, None, gi, None, None, None, None


class _Gated(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        found = run.gated_forward(*inputs)
        _gated_context(ctx, inputs[:-1], found)
        ctx.mark_non_differentiable(found[2])
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_final: Tensor | None, g_history: Tensor | None, _: Tensor | None) -> Gradients:
        gz, gb, gc, gi = run.gated_backward(*ctx.saved_tensors, g_final, g_history)
        return gz, gb, gc, None, None, gi, None, None


_scan_op = custom_op("wfsa::scan", run.forward, mutates_args=(), device_types="cpu")
_scan_back = custom_op("wfsa::scan_backward", run.backward, mutates_args=(), device_types="cpu")


@custom_op("wfsa::gated_scan", mutates_args=(), device_types="cpu")
def _gated_op(
    z: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    return run.gated_forward(z, bias, constants, rows, offsets, initial, runs)


_gated_back = custom_op("wfsa::gated_scan_backward", run.gated_backward, mutates_args=(), device_types="cpu")


@_scan_op.register_fake
def _(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, entering: Tensor,
    leaving: Tensor, kind: int,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    return initial.new_empty(initial.shape), weights.new_empty((rows.shape[0], initial.shape[1]))


@_scan_back.register_fake
def _(weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, *rest: Any) -> Gradients:
    return torch.empty_like(weights), torch.empty_like(constants), initial.new_empty(initial.shape)


@_gated_op.register_fake
def _(
    z: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    return initial.new_empty(initial.shape), z.new_empty((rows.shape[0], initial.shape[1])), torch.empty_like(z)


@_gated_back.register_fake
def _(gates: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, *rest: Any) -> Gradients:
    bias = gates.new_empty((gates.shape[1] // 2,))
    return torch.empty_like(gates), bias, torch.empty_like(constants), initial.new_empty(initial.shape)


def _scan_gradient(ctx: Any, g_final: Tensor | None, g_history: Tensor | None) -> Gradients:
    *inputs, history = ctx.saved_tensors
    gw, gc, gi = _scan_back(*inputs, ctx.kind, history, g_final, g_history)
    return gw, gc, None, None, gi, None, None, None, None


def _gated_gradient(ctx: Any, g_final: Tensor | None, g_history: Tensor | None, _: Tensor | None) -> Gradients:
    gz, gb, gc, gi = _gated_back(*ctx.saved_tensors, g_final, g_history)
    return gz, gb, gc, None, None, gi, None


_scan_op.register_autograd(_scan_gradient, setup_context=_scan_context)
_gated_op.register_autograd(_gated_gradient, setup_context=_gated_context)
