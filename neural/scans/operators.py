"""The kernels with their gradients, as functions of tensors.

    scan        arc weights → scores, in REAL, LOG, MAX_PLUS or MAX_TIMES, any topology
    gated_scan  word vectors and parameters → scores, for gated chains in REAL

Both are registered operators, wfsa::scan and wfsa::gated_scan, so that torch.compile and torch.export see one node.
Eager code takes a plain autograd function with the same kernels instead: a registered operator costs a third of a
millisecond per step, as much as the kernels of a small batch.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch import Tensor
from torch.autograd.forward_ad import unpack_dual
from torch.library import custom_op

from neural.errors import BatchError
from neural.scans.cpu import gated_scan as gated
from neural.scans.cpu import launch, scaled
from neural.scans.cpu.places import places_of
from neural.scans.plan import Plan
from neural.semirings.kinds import Kind

Gradients = tuple[Tensor | None, ...]


def scan(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, plan: Plan, kind: Kind,
    every: bool,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """weights [row, varying column], constants [constant column] → (final, history).

    Args:
        rows: [token] → row; the tokens of a text lie in a row.
        offsets: [text + 1]: where the tokens of each text begin, and where those of the last one end.
        initial: [text, state].
        plan: the topology.
        kind: which recurrence.
        every: is the history asked for? If not, and no gradient needs it, it is not written.
    """
    found: tuple[Tensor, Tensor]
    if torch.compiler.is_compiling():
        tables = (plan.runs, plan.first, plan.entering, plan.sources)
        found = _scan_op(weights, constants, rows, offsets, initial, *tables, kind.value)  # operators take ints
    elif _followed(weights, constants, initial) or every:
        found = _Scan.apply(weights, constants, rows, offsets, initial, plan, kind)  # type: ignore[no-untyped-call]  # torch's
    elif kind is Kind.LOG and plan.patterns == 1:
        found = scaled.forward(weights, constants, initial, plan.places(rows, offsets)), initial[:0]
    else:
        found = launch.forward(weights, constants, initial, plan.places(rows, offsets), kind, False)
    return found


def gated_scan(
    data: Tensor, weight: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor,
    plan: Plan, precision: torch.dtype, every: bool,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """data [row, dim], weight [main | loop, dim], bias [loop] → (final, history, arc weights [row, (1 − f)·main | f]).

    [main | loop] = weight · data, computed in `precision`; f = σ(loop + bias). All else is as for `scan`.
    """
    given = (data, weight, bias, constants, rows, offsets, initial)
    found: tuple[Tensor, Tensor, Tensor]
    if torch.compiler.is_compiling():
        found = _gated_op(*given, plan.runs, precision)
    elif _followed(data, weight, bias, constants, initial) or every:
        found = _Gated.apply(*given, plan, precision)  # type: ignore[no-untyped-call]  # torch's
    else:
        found = gated.forward(*given[:4], initial, plan.places(rows, offsets), precision, False)
    return found


def _followed(*given: Tensor) -> bool:
    """Will there be a way back?"""
    if any(unpack_dual(tensor).tangent is not None for tensor in given):
        raise BatchError(
            "kernels have no derivatives in forward mode (got a tensor with a tangent); run neural.scan_ref on "
            "bank.steps(x) for those."
        )
    return torch.is_grad_enabled() and any(tensor.requires_grad for tensor in given)


def _first_order(backward: Callable[..., Gradients]) -> Callable[..., Gradients]:
    """Refuse to be differentiated again, which would leave out what goes through the kernels."""

    @wraps(backward)
    def once(*given: Any) -> Gradients:
        if torch.is_grad_enabled():
            raise BatchError(
                "gradients of kernels have no gradients themselves (got create_graph=True); run neural.scan_ref on "
                "bank.steps(x) for those."
            )
        return backward(*given)

    return once


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, Tensor]:
        weights, constants, rows, offsets, initial, ctx.plan, ctx.kind = inputs
        final, history = launch.forward(weights, constants, initial, ctx.plan.places(rows, offsets), ctx.kind)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(weights, constants, rows, offsets, initial, history)
        return final, history

    @staticmethod
    @_first_order
    def backward(ctx: Any, g_final: Tensor | None, g_history: Tensor | None) -> Gradients:
        weights, constants, rows, offsets, initial, history = ctx.saved_tensors
        places = ctx.plan.places(rows, offsets)
        found = launch.backward(weights, constants, initial, places, ctx.kind, history, g_final, g_history)
        return *found[:2], None, None, found[2], None, None


class _Gated(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        data, weight, bias, constants, rows, offsets, initial, ctx.plan, ctx.precision = inputs
        places = ctx.plan.places(rows, offsets)
        final, history, arcs = gated.forward(data, weight, bias, constants, initial, places, ctx.precision)
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(arcs)
        ctx.save_for_backward(arcs, data, _kept(ctx, weight), constants, rows, offsets, initial, history)
        return final, history, arcs

    @staticmethod
    @_first_order
    def backward(ctx: Any, g_final: Tensor | None, g_history: Tensor | None, _: Tensor | None) -> Gradients:
        arcs, data, weight, constants, rows, offsets, initial, history = ctx.saved_tensors
        given = (arcs, data, weight, constants, initial, ctx.plan.places(rows, offsets), ctx.precision, history)
        return _gated_gradients(ctx, gated.backward(*given, g_final, g_history, *ctx.needs_input_grad[:2]))


def _kept(ctx: Any, weight: Tensor) -> Tensor:
    """The parameters, where the vectors' gradient needs them; else they may change before the way back."""
    return weight if ctx.needs_input_grad[0] else weight.new_empty(0)


def _gated_gradients(ctx: Any, found: tuple[Tensor, ...]) -> Gradients:
    data, weight, bias, constants, initial = found
    for_data, for_weight = ctx.needs_input_grad[:2]
    first = data if for_data else None, weight if for_weight else None
    return *first, bias, constants, None, None, initial, None, None


@custom_op("wfsa::scan", mutates_args=(), device_types="cpu")
def _scan_op(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, first: Tensor,
    entering: Tensor, sources: Tensor, kind: int,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    places = places_of(rows, offsets, runs, first, entering, sources)
    return launch.forward(weights, constants, initial, places, Kind(kind))


@custom_op("wfsa::scan_backward", mutates_args=(), device_types="cpu")
def _scan_back(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, first: Tensor,
    entering: Tensor, sources: Tensor, kind: int, history: Tensor, g_final: Tensor | None, g_history: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    places = places_of(rows, offsets, runs, first, entering, sources)
    return launch.backward(weights, constants, initial, places, Kind(kind), history, g_final, g_history)


@custom_op("wfsa::gated_scan", mutates_args=(), device_types="cpu")
def _gated_op(
    data: Tensor, weight: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor,
    runs: Tensor, precision: torch.dtype,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    return gated.forward(data, weight, bias, constants, initial, places_of(rows, offsets, runs), precision)


@custom_op("wfsa::gated_scan_backward", mutates_args=(), device_types="cpu")
def _gated_back(
    arcs: Tensor, data: Tensor, weight: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor,
    runs: Tensor, precision: torch.dtype, history: Tensor, g_final: Tensor | None, g_history: Tensor | None,
    for_data: bool, for_weight: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    given = (arcs, data, weight, constants, initial, places_of(rows, offsets, runs), precision, history)
    return gated.backward(*given, g_final, g_history, for_data, for_weight)


@_scan_op.register_fake
def _(
    weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, runs: Tensor, first: Tensor,
    entering: Tensor, sources: Tensor, kind: int,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    return initial.new_empty(initial.shape), weights.new_empty((rows.shape[0], initial.shape[1]))


@_scan_back.register_fake
def _(weights: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor, *rest: Any) -> Gradients:
    return torch.empty_like(weights), torch.empty_like(constants), initial.new_empty(initial.shape)


@_gated_op.register_fake
def _(
    data: Tensor, weight: Tensor, bias: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor,
    runs: Tensor, precision: torch.dtype,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    history = data.new_empty((rows.shape[0], initial.shape[1]))
    return initial.new_empty(initial.shape), history, data.new_empty((data.shape[0], weight.shape[0]))


@_gated_back.register_fake
def _(
    arcs: Tensor, data: Tensor, weight: Tensor, constants: Tensor, rows: Tensor, offsets: Tensor, initial: Tensor,
    *rest: Any,
) -> Gradients:  # fmt: skip
    for_data, for_weight = rest[-2:]
    g_data = data.new_empty(data.shape if for_data else (0,))
    g_weight = data.new_empty((data.shape[1], arcs.shape[1])).T if for_weight else data.new_empty(0)
    bias = arcs.new_empty((arcs.shape[1] // 2,))
    return g_data, g_weight, bias, torch.empty_like(constants), initial.new_empty(initial.shape)


def _scan_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    ctx.set_materialize_grads(False)
    *tensors, ctx.kind = inputs
    ctx.save_for_backward(*tensors, output[1])


def _scan_gradient(ctx: Any, g_final: Tensor | None, g_history: Tensor | None) -> Gradients:
    *inputs, history = ctx.saved_tensors
    gw, gc, gi = _scan_back(*inputs, ctx.kind, history, g_final, g_history)
    return gw, gc, None, None, gi, None, None, None, None, None


def _gated_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    ctx.set_materialize_grads(False)
    data, weight, _, *rest, ctx.precision = inputs
    ctx.save_for_backward(output[2], data, _kept(ctx, weight), *rest, output[1])


def _gated_gradient(ctx: Any, g_final: Tensor | None, g_history: Tensor | None, _: Tensor | None) -> Gradients:
    *inputs, history = ctx.saved_tensors
    found = _gated_back(*inputs, ctx.precision, history, g_final, g_history, *ctx.needs_input_grad[:2])
    return _gated_gradients(ctx, found)


_scan_op.register_autograd(_scan_gradient, setup_context=_scan_context)
_gated_op.register_autograd(_gated_gradient, setup_context=_gated_context)
