"""The path of lowest and the path of highest weight of every pattern in every text: EXTREMES with back-pointers.

Weights may be negative, so both ends are carried: a negative factor turns the lowest way into the highest. One pass of
a compiled loop per text, for every topology; `wfsa.extreme_paths` is the definition.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from neural.bank import PatternBank
from neural.batches.packing import Packed
from neural.compile.layout import Layout
from neural.errors import BatchError, CompileError
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.math import choose
from neural.scans.plan import columns_into

_START = 0
_NONE = -1


@dataclass(frozen=True)
class ExtremePaths:
    """What `extreme_paths` finds; axis 2 is 0 for the lowest path and 1 for the highest.

    Attributes:
        weight: [text, pattern, 2]; NaN where no path reads the text.
        span: [text, pattern, 2, 2]: the tokens from `span[…, 0]` up to `span[…, 1]` are read.
        mains: [text, pattern, 2, k]: which tokens are read by arcs between two different states, in order; −1 after.
    """

    weight: np.ndarray
    span: np.ndarray
    mains: np.ndarray


@torch.no_grad()
def extreme_paths(
    bank: PatternBank, table: torch.Tensor, ids: Sequence[np.ndarray], anywhere: bool = False, threads: int = 1
) -> ExtremePaths:
    """The extreme paths of `bank` in texts given as word ids.

    Args:
        bank: the patterns, in REAL.
        table: [word, dim].
        ids: per text, [token] → row of `table`.
        anywhere: a path may begin before any token and end after any. Else it reads what the bank reads out: the whole
            text, or, where the readout is another one, the text up to any token.
        threads: texts are shared among so many.

    Raises:
        CompileError: the patterns have epsilon arcs, or are not those of vectors in REAL.
        BatchError: a word id is no row of the table.

    Cost: O(tokens · slots · states) time, O(longest text · states) memory and the results.
    """
    bank = deepcopy(bank).double()
    layout = bank.layout
    if layout.epsilon_arcs or layout.alphabet or not bank.K.arithmetic:
        raise CompileError(
            f"extreme paths are those of patterns over vectors in REAL without epsilon arcs (got {bank.K}, "
            f"{len(layout.alphabet)} symbols, {len(layout.epsilon_arcs)} epsilon arcs); see wfsa.extreme_paths."
        )
    if any(len(text) and not (min(text) >= 0 and max(text) < len(table)) for text in ids):
        raise BatchError(f"word ids lie between 0 and {len(table) - 1}, the rows of the table (got others).")
    columns, sources = _slots(layout)
    words = Packed(table.double(), torch.zeros(0, dtype=torch.int64), torch.zeros(2, dtype=torch.int64))
    steps = bank.steps(words)
    every = torch.cat([steps.weights, steps.constants.expand(len(table), -1), table.new_zeros(len(table), 1)], 1)
    present = columns < len(layout.columns)
    fixed = (
        np.ascontiguousarray(every.numpy()[:, columns]),
        sources.astype(np.uint64),
        present,
        present & (sources != np.arange(len(layout.states))),
        steps.initial[0].numpy(),
        _named(layout, "initial"),
        bank.final_weights()[0].numpy(),
        _named(layout, "final"),
        layout.owner,
        anywhere,
        anywhere or bank.readout != "end",
    )
    found = _nothing(len(ids), len(layout.patterns), _most_mains(layout, max(map(len, ids), default=0)))
    shares = np.array_split(np.arange(len(ids)), max(1, min(threads * 8, len(ids))))
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(_search_all, fixed, ids, share, found) for share in shares]
        for job in jobs:
            job.result()
    return found


def _slots(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """[slot, state] → the columns that enter it, their number where it has fewer; and the state that each leaves."""
    into, none = columns_into(layout), len(layout.columns)
    most = max(map(len, into), default=0)
    columns = np.array([[*own, *[none] * (most - len(own))] for own in into], dtype=np.int64).reshape(len(into), most).T
    return columns, np.append(layout.ends[:, 0], 0)[columns]


def _nothing(texts: int, patterns: int, most: int) -> ExtremePaths:
    shape = (texts, patterns, 2)
    return ExtremePaths(
        np.full(shape, np.nan), np.zeros((*shape, 2), dtype=np.int32), np.full((*shape, most), -1, dtype=np.int32)
    )


def _named(layout: Layout, which: str) -> np.ndarray:
    """[state]: has the state such a weight?"""
    return np.array([q in getattr(layout.patterns[p], which) for p, q in layout.states], dtype=bool)


def _most_mains(layout: Layout, longest: int) -> int:
    """The most main arcs that a path can have: one less than its states, unless there is a cycle of them."""
    most = 0
    for pattern in layout.patterns:
        depth = dict.fromkeys(pattern.states, 0)
        for _ in pattern.states:
            for arc in pattern.arcs:
                if arc.source != arc.target:
                    depth[arc.target] = max(depth[arc.target], depth[arc.source] + 1)
        if max(depth.values(), default=0) >= len(pattern.states):
            return longest
        most = max(most, *depth.values(), 0)
    return most


def _search_all(fixed: tuple[Any, ...], ids: Sequence[np.ndarray], texts: np.ndarray, found: ExtremePaths) -> None:
    longest, states = max((len(ids[text]) for text in texts), default=0), fixed[1].shape[1]
    score, back = np.empty((longest + 1, states, 2)), np.empty((longest + 1, states, 2), np.int32)
    for text in texts:
        tokens = np.asarray(ids[text], dtype=np.int64)
        _search(*fixed, tokens, score, back, found.weight[text], found.span[text], found.mains[text])


@kernel
def _advance(row, sources, present, score, back, ends, codes):
    """ends, codes [state, end] ← the extremes of all ways into each state over one token, and where they come from.

    `row` [slot, state] are the weights of the token; `score`, `back` [state, end] are those before it.
    """
    # No state has a way yet.
    for q in range(len(codes)):
        codes[q, 0], codes[q, 1] = _NONE, _NONE
    # Slot by slot, so that the inner loop is over states in a row; slots keep the order of arcs among equals.
    for s in range(sources.shape[0]):
        code, other = np.int32(1 + 2 * s), np.int32(2 + 2 * s)  # the ends of the state before
        for q in range(np.uint64(sources.shape[1])):
            p = sources[s, q]
            if not present[s, q] or back[p, 0] == _NONE:
                continue
            # A negative weight turns the two ends of the state before round.
            first, second = score[p, 0] * row[s, q], score[p, 1] * row[s, q]
            low, low_code = choose(second < first, second, first), choose(second < first, other, code)
            high, high_code = choose(second > first, second, first), choose(second > first, other, code)
            better = codes[q, 0] == _NONE or low < ends[q, 0]
            ends[q, 0] = choose(better, low, ends[q, 0])
            codes[q, 0] = choose(better, low_code, codes[q, 0])
            better = codes[q, 1] == _NONE or high > ends[q, 1]
            ends[q, 1] = choose(better, high, ends[q, 1])
            codes[q, 1] = choose(better, high_code, codes[q, 1])


@kernel
def _search(
    weights, sources, present, main, initial, starts, final, ends, owner, anew, early, tokens, score, back, best, span,
    mains,
):  # fmt: skip
    """Fill best, span and mains of one text; `score`, `back` [token + 1, state, end] are scratch.

    `anew`: paths may begin before any token; `early`: they may end after any.
    """
    states = sources.shape[1]
    length = len(tokens)
    for t in range(length + 1):  # before the first token, and after each: advance, end, begin anew
        if t > 0:
            _advance(weights[tokens[t - 1]], sources, present, score[t - 1], back[t - 1], score[t], back[t])
        else:
            for q in range(states):
                for end in range(2):
                    score[0, q, end] = initial[q]
                    back[0, q, end] = _START if starts[q] else _NONE
        # Ends: a path that beats the best one so far is traced at once, since later tokens may not beat it.
        if (early and t > 0) or (t == length and not early):
            for q in range(states):
                if not ends[q]:
                    continue
                for end in range(2):
                    if back[t, q, end] == _NONE:
                        continue
                    value = score[t, q, end] * final[q]
                    for goal in range(2):
                        known = best[owner[q], goal]
                        if known != known or (value < known if goal == 0 else value > known):
                            best[owner[q], goal] = value
                            _trace(back, sources, main, t, q, end, span[owner[q], goal], mains[owner[q], goal])
        if anew and t > 0:  # after the ends, since a phrase has a token at least
            for q in range(states):
                if starts[q]:
                    for end in range(2):
                        starts_better = initial[q] <= score[t, q, 0] if end == 0 else initial[q] >= score[t, q, 1]
                        if back[t, q, end] == _NONE or starts_better:
                            score[t, q, end] = initial[q]
                            back[t, q, end] = _START


@kernel
def _trace(back, sources, main, t, q, end, span, mains):
    span[1] = t
    for i in range(len(mains)):
        mains[i] = -1
    # Back to the start, main arcs in falling order of tokens; turned round at the end.
    count = 0
    while back[t, q, end] != _START:
        code = back[t, q, end] - 1
        s, end = code // 2, code % 2
        if main[s, q]:
            mains[count] = t - 1
            count += 1
        q = np.int64(sources[s, q])
        t -= 1
    span[0] = t
    for i in range(count // 2):
        mains[i], mains[count - 1 - i] = mains[count - 1 - i], mains[i]
