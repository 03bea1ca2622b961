"""What of a text's scores is its score: at its end, anywhere in it, or at its best end."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from neural.batches.packing import Packed
from neural.batches.sum_texts import greatest, sum_texts
from neural.errors import BatchError
from neural.semirings.table import TensorSemiring

READOUTS = ("end", "anywhere", "best")


def end_table(members: np.ndarray, final: np.ndarray) -> np.ndarray:
    """[1 or 2, i, pattern]: the states in which each pattern may end.

    Where patterns have different numbers of them, the first table repeats a state of the pattern instead, and the
    second one, which says where the final weight is, has the number of states.

    Args:
        members: [i, pattern] → state; −1 for none.
        final: [state]: may one end there?
    """
    columns = [[q for q in column if q >= 0] for column in members.T.tolist()]
    ends = [[q for q in column if final[q]] for column in columns]
    width = max([1, *map(len, ends)]) if len(final) else 0
    padding = [(column or [0])[0] for column in columns]
    states = [[*own, *[more] * (width - len(own))] for own, more in zip(ends, padding, strict=True)]
    weights = [[*own, *[len(final)] * (width - len(own))] for own in ends]
    tables = [states] if states == weights else [states, weights]
    return np.array(tables, dtype=np.int64).reshape(len(tables), len(ends), width).transpose(0, 2, 1).copy()


def read_out(states: Tensor, final: Tensor, ends: Tensor, K: TensorSemiring) -> Tensor:
    """⊕ over the states in which each pattern may end of score ⊗ final weight.

    Args:
        states: [n, state (, part)].
        final: [1, state (, part)].
        ends: see `end_table`.
    """
    width, patterns = ends.shape[1:]
    if not width:
        return K.constant(K.zero, (states.shape[0], patterns), states) + 0 * states.sum()  # a gradient all the same
    if len(ends) > 1:
        final = torch.cat([final, K.constant(K.zero, (1, 1), final)], 1)
    scores, weights = states.index_select(1, ends[0].flatten()), final.index_select(1, ends[-1].flatten())
    ended = K.times(scores, weights)
    return ended if width == 1 else K.sum(ended.view(states.shape[0], width, patterns, *ended.shape[2:]), 1)


class StreamState(NamedTuple):
    """What is known of texts of which a piece was read; the next piece goes on from it.

    Attributes:
        readout: what the scores are.
        scores: [text, n (, part)]: what the module scores for all that was read so far.
        states: per layer [text, state (, part)]: see `PatternBank.run`.
        total: [text, n (, part)]: the last, ⊕, or best of the non-empty prefixes: `scores` before it is divided by
            √length, and before texts without tokens have their own.
        tokens: [text]: how many tokens of it were read.
    """

    readout: str
    scores: Tensor
    states: tuple[Tensor, ...]
    total: Tensor
    tokens: Tensor


def states_of(state: Any, layers: int, readout: str) -> tuple[Tensor, ...]:
    """The states of a stream.

    Raises:
        BatchError: it is not one of a module with so many layers and this readout.
    """
    if not isinstance(state, StreamState):
        raise BatchError(f"the state of a stream is the second thing that feed returns (got {type(state).__name__}).")
    if len(state.states) != layers or state.readout != readout:
        raise BatchError(
            f"the state is that of a stream through {layers} layers, read out {readout!r} (got {len(state.states)}, "
            f"{state.readout!r}); pass what feed of the same module returned."
        )
    return state.states


def read_on(
    prefixes: Tensor, empty: Tensor, x: Packed, K: TensorSemiring, readout: str,
    before: StreamState | None = None, states: Sequence[Tensor] = (),
) -> StreamState:  # fmt: skip
    """[token, pattern (, part)] scores of all prefixes that end in `x` → what is known of the texts then.

    "end": the last prefix. "anywhere": ⊕ over all non-empty prefixes, what an automaton scores that keeps every match
    in a sink, divided by √length in REAL and LOG, so that long texts do not outweigh short ones. "best": the best of
    them. A text without tokens has its own score, `empty`.
    """
    tokens = x.lengths if before is None else x.lengths + before.tokens
    if readout == "end":
        total = at_last(prefixes, empty if before is None else before.total, x)
        return StreamState(readout, total, tuple(states), total, tokens)
    largest = readout == "best" and not K.selective  # in place of ⊕, which would add the ends up
    total = greatest(prefixes, x) if largest else sum_texts(prefixes, x, K)
    if before is not None:
        both = torch.stack([before.total, total])
        total = both.max(0).values if largest else K.sum(both, 0)
    scores = total
    if readout == "anywhere" and K.divided is not None:
        scores = K.divided(total, tokens.clamp_min(1).to(total.dtype).sqrt()[:, None])
    scores = torch.where((tokens == 0).view(-1, *[1] * (total.dim() - 1)), empty, scores)
    return StreamState(readout, scores, tuple(states), total, tokens)


def at_last(history: Tensor, before: Tensor, x: Packed) -> Tensor:
    """[token, n (, part)] → [text, n (, part)]: the values at each text's last token; `before` where it has none."""
    return _at(history, before, x, x.offsets[1:] - 1)


def at_first(history: Tensor, before: Tensor, x: Packed) -> Tensor:
    """As `at_last`, at the first token."""
    return _at(history, before, x, x.offsets[:-1])


def _at(history: Tensor, before: Tensor, x: Packed, places: Tensor) -> Tensor:
    if torch.compiler.is_compiling():  # which cannot ask whether there are tokens
        history = torch.cat([history, history.new_zeros((1, *history.shape[1:]))])
    elif not len(history):
        return before + history.sum(0)  # which is 0, with a gradient
    chosen = history[places.clamp(0, history.shape[0] - 1)]
    return torch.where((x.lengths > 0).view(-1, *[1] * (history.dim() - 1)), chosen, before)
