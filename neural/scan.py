"""The recurrence: scores of all states after each token, in any semiring, on any topology.

`scan_ref` is plain torch; it is what every kernel must equal. `scan` picks a kernel where one serves.
"""

import logging
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from neural import operators
from neural.semirings import LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, TensorSemiring

_log = logging.getLogger("neural")
_KINDS = {REAL: operators.REAL, LOG: operators.LOG, MAX_PLUS: operators.MAX_PLUS, MAX_TIMES: operators.MAX_TIMES}


@dataclass(frozen=True)
class Plan:
    """A bank's topology as tensors.

    Attributes:
        runs: [run, 4], see `neural.layout.runs`.
        sources: [column] → state.
        slot_columns: [slot, state] → column, the number of columns where there is none.
        slot_sources: [slot, state] → the state that column leaves.
    """

    runs: Tensor
    sources: Tensor
    slot_columns: Tensor
    slot_sources: Tensor


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


def scan(steps: Steps, plan: Plan, K: TensorSemiring, every: bool = False) -> Tensor:
    """`scan_ref`, by the fastest implementation for these arguments."""
    why = _why_not(steps.weights, K)
    if why:
        _say_once(why)
        return scan_ref(steps, plan, K, every)
    sign = -1 if K == MIN_PLUS else 1
    final, history, _ = operators.scan(
        sign * steps.weights if sign < 0 else steps.weights,
        sign * steps.constants if sign < 0 else steps.constants,
        steps.rows,
        steps.offsets,
        sign * steps.initial if sign < 0 else steps.initial,
        plan.runs,
        plan.sources,
        _KINDS[MAX_PLUS if sign < 0 else K],
    )
    scores: Tensor = history if every else final
    return sign * scores if sign < 0 else scores


def _why_not(weights: Tensor, K: TensorSemiring) -> str:
    """Why no kernel serves; "" if one does."""
    if K not in (*_KINDS, MIN_PLUS):
        return f"no kernel for {K}; the reference runs instead"
    if weights.device.type != "cpu" or weights.dtype not in (torch.float32, torch.float64):
        return f"no kernel for {weights.dtype} on {weights.device.type}; the reference runs instead"
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

    Cost: O(tokens · slots · states), in as many steps as the longest text has tokens.
    """
    nothing = K.constant(K.zero, (1, 1), steps.weights)
    rows = len(steps.weights)
    constants = steps.constants[None].expand(rows, *steps.constants.shape)
    table = torch.cat([steps.weights, constants, nothing.expand(rows, 1, *nothing.shape[2:])], 1)
    table = table.index_select(1, plan.slot_columns.flatten())
    lengths = steps.offsets.diff()
    order = torch.argsort(lengths, descending=True, stable=True)
    sizes = lengths[None] > torch.arange(int(lengths.amax()) if len(lengths) else 0, device=lengths.device)[:, None]
    scores = steps.initial.index_select(0, order)
    seen, finished = [], []
    for t, size in enumerate(sizes.sum(1).tolist()):
        finished.append(scores[size:])
        scores = scores[:size]
        tokens = steps.offsets[order[:size]] + t
        moved = scores.index_select(1, plan.slot_sources.flatten())
        into = K.times(moved, table.index_select(0, steps.rows[tokens]))
        into = into.view(size, *plan.slot_sources.shape, *into.shape[2:])
        scores = K.sum(into, 1) if into.shape[1] else nothing.expand(size, into.shape[2], *nothing.shape[2:])
        seen.append((tokens, scores))
    finished.append(scores)
    if every:
        history = torch.cat([scores[:0], *(values for _, values in seen)])
        return history.index_select(0, torch.argsort(torch.cat([lengths[:0], *(tokens for tokens, _ in seen)])))
    return torch.cat(finished[::-1]).index_select(0, torch.argsort(order))
