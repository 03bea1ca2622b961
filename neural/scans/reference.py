"""The recurrence: scores of all states after each token, in any semiring, on any topology.

`scan_ref` is plain torch; it is what every kernel must equal. `scan` picks a kernel where one serves.
"""

import logging
from dataclasses import dataclass, replace
from functools import cache

import torch
from torch import Tensor

import neural.scans.operators as operators
from neural.compile.projection import product
from neural.scans.gpu import launch as gpu
from neural.scans.plan import Plan
from neural.semirings.kinds import Kind
from neural.semirings.table import TensorSemiring

_log = logging.getLogger("neural")


@dataclass(frozen=True)
class Steps:
    """What a scan reads.

    Attributes:
        weights: [row, varying column (, part)].
        constants: [constant column (, part)].
        rows: [token] → row.
        offsets: [text + 1]: where the tokens of each text begin.
        initial: [text, state (, part)]: the scores before the first token.
    """

    weights: Tensor
    constants: Tensor
    rows: Tensor
    offsets: Tensor
    initial: Tensor


@dataclass(frozen=True)
class Gates:
    """What a scan of gated chains reads: vectors, parameters and biases in place of the weights of `Steps`.

    Attributes:
        data: [row, dim].
        weight: [main | loop, dim].
        bias: [loop].
        precision: of the product of vectors and parameters.
    """

    data: Tensor
    weight: Tensor
    bias: Tensor
    constants: Tensor
    rows: Tensor
    offsets: Tensor
    initial: Tensor
    precision: torch.dtype


def scan(steps: Steps, plan: Plan, K: TensorSemiring, every: bool = False) -> Tensor:
    """`scan_ref`, by the fastest implementation for these arguments."""
    if not serves(steps.weights, K, plan) or K.kernel is None:
        return scan_ref(steps, plan, K, every)
    if K.negated:
        return -_by_kernel(negated(steps), plan, K.kernel, every)
    return _by_kernel(steps, plan, K.kernel, every)


def negated(steps: Steps) -> Steps:
    """Costs as what kernels read in their place."""
    return replace(steps, weights=-steps.weights, constants=-steps.constants, initial=-steps.initial)


def _by_kernel(steps: Steps, plan: Plan, kind: Kind, every: bool) -> Tensor:
    final: Tensor
    history: Tensor
    given = (steps.weights, steps.constants, steps.rows, steps.offsets, steps.initial)
    if steps.weights.device.type == "cuda":
        assert plan.starts is not None
        final, history = gpu.chain(*given, plan.starts, plan.patterns, not kind.multiplies, False)
    else:
        final, history = operators.scan(*given, plan, kind, every)
    return history if every else final


def gated_scan(gates: Gates, plan: Plan, every: bool = False) -> Tensor:
    """The scan in REAL of gated chains, whose weights are made on the way.

    [main | loop] = weight · x,  f = σ(loop + bias),  u = (1 − f)·main
    """
    final: Tensor
    history: Tensor
    if gates.data.device.type == "cuda":
        assert plan.starts is not None
        z = product(gates.data, gates.weight, gates.precision)
        final, history = gpu.chain(
            z, gates.bias, gates.rows, gates.offsets, gates.initial, plan.starts, plan.patterns, False, True
        )
    else:
        given = (gates.data, gates.weight, gates.bias, gates.constants, gates.rows, gates.offsets, gates.initial)
        final, history, _ = operators.gated_scan(*given, plan, gates.precision, every)
    return history if every else final


def serves(weights: Tensor, K: TensorSemiring, plan: Plan) -> bool:
    """Does a kernel serve? If not, one log line says why."""
    why = _why_not(weights.device.type, weights.dtype, K, plan.starts is not None)
    if why and not torch.compiler.is_compiling():
        _say_once(f"{why}; the reference in plain torch runs instead")
    return not why


def _why_not(device: str, dtype: torch.dtype, K: TensorSemiring, chains: bool) -> str:
    if device == "cuda" and (K.kernel is None or K.kernel.selects or dtype != torch.float32 or not chains):
        return f"on GPU there are kernels for chains in REAL and LOG, in single precision (got {K}, {dtype})"
    if device == "cuda" and not gpu.usable():
        return "kernels on GPU need Triton, which is not installed"
    if K.kernel is None:
        return f"there is no kernel for {K}"
    if device not in ("cpu", "cuda") or dtype not in (torch.float32, torch.float64):
        return f"there is no kernel for {dtype} on {device}"
    return ""


@cache
def _say_once(text: str) -> None:
    _log.info(text)


def scan_ref(steps: Steps, plan: Plan, K: TensorSemiring, every: bool = False) -> Tensor:
    """Run every automaton over every text of a packed batch, in plain torch.

        c[t][q] = ⊕ over the columns that enter q of  c[t−1][source] ⊗ weight[t][column]

    Returns:
        [text, state (, part)]: each text's scores after its own last token; with `every`, [token, state (, part)]: the
        scores after each token.

    Cost: O(tokens · columns), in as many steps as the longest text has tokens.
    """
    rows = len(steps.weights)
    constants = steps.constants[None].expand(rows, *steps.constants.shape)
    table = torch.cat([steps.weights, constants], 1)
    table = table.index_select(1, plan.entering)
    sources, lengths = plan.sources[plan.entering], steps.offsets.diff()
    order = torch.argsort(lengths, descending=True, stable=True)
    sizes = lengths[None] > torch.arange(int(lengths.amax()) if len(lengths) else 0, device=lengths.device)[:, None]
    nowhere = steps.weights[:0].sum() + steps.constants[:0].sum()  # 0: texts without tokens have a way back, too
    scores = steps.initial.index_select(0, order) + nowhere
    seen, finished = [], []
    for t, size in enumerate(sizes.sum(1).tolist()):
        finished.append(scores[size:])
        scores = scores[:size]
        tokens = steps.offsets[order[:size]] + t
        moved = scores.index_select(1, sources)
        scores = _summed(K.times(moved, table.index_select(0, steps.rows[tokens])), plan, K)
        seen.append((tokens, scores))
    finished.append(scores)
    if every:
        history = torch.cat([scores[:0], *(values for _, values in seen)])
        return history.index_select(0, torch.argsort(torch.cat([lengths[:0], *(tokens for tokens, _ in seen)])))
    return torch.cat(finished[::-1]).index_select(0, torch.argsort(order))


def _summed(values: Tensor, plan: Plan, K: TensorSemiring) -> Tensor:
    """[text, column as they enter (, part)] → [text, state (, part)]: ⊕ over the columns into each state."""
    nothing = K.constant(K.zero, (1, 1), values).expand(len(values), 1, *values.shape[2:])
    for level in plan.levels:
        if not len(level):
            return nothing.expand(len(values), level.shape[1], *values.shape[2:])
        padded = torch.cat([values, nothing], 1).index_select(1, level.flatten())
        values = K.sum(padded.view(len(values), *level.shape, *values.shape[2:]), 1)
    return values
