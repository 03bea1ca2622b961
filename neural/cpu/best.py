"""The scan in MAX_PLUS and MAX_TIMES, its gradient, and best paths, both along back-pointers.

For a gradient, a back-pointer is found where it is followed, from the scores before the token. For paths, all of them
are written down on the way: they are the numbers of runs, which takes a few vector instructions.
"""

import numpy as np
from numba import njit

from neural.cpu.ahead import AHEAD, ask
from neural.cpu.math import OPTIONS, assign, choose, kept, larger


@njit(**OPTIONS)
def _advance(before, weight, constants, runs, multiply, tiny, best, after):
    """after [state] ← the best of all ways into the state, 0 up to `tiny`; `best` is scratch."""
    varying = np.uint64(len(weight))
    best[:] = weight.dtype.type(0 if multiply else -np.inf)
    for run in range(len(runs)):
        target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        row = weight[column : column + count] if column < varying else constants[column - varying :]
        for k in range(count):
            value = before[source + k] * row[k] if multiply else before[source + k] + row[k]
            best[target + k] = larger(best[target + k], value)
    for q in range(len(best)):
        after[q] = kept(best[q], tiny)


@njit(**OPTIONS)
def _advance_and_point(before, weight, constants, runs, multiply, tiny, after, taken, pointers):
    """As `_advance`; pointers [state] ← the run that the best way is in, the first one among equals; −1 for none.

    `taken` is scratch: numbers that are added to, since a store of one or the other would be one under a mask.
    """
    varying, nothing = np.uint64(len(weight)), weight.dtype.type(0)
    after[:] = weight.dtype.type(0 if multiply else -np.inf)
    taken[:] = -1
    for run in range(len(runs)):
        target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        row = weight[column : column + count] if column < varying else constants[column - varying :]
        number = weight.dtype.type(run)
        for k in range(count):
            value = before[source + k] * row[k] if multiply else before[source + k] + row[k]
            better = value > after[target + k]
            taken[target + k] += choose(better, number - taken[target + k], nothing)
            after[target + k] = choose(better, value, after[target + k])
    for q in range(len(taken)):
        pointers[q] = np.int32(taken[q])
    if multiply:
        for q in range(len(after)):
            after[q] = kept(after[q], tiny)


@njit(**OPTIONS, inline="always")
def _entered(state, before, weight, constants, entering, leaving, multiply):
    """The column of the best way into the state, the first one among equals, and the state that it leaves.

    −1 and the state itself where nothing enters it, and in MAX_PLUS where no path does. In MAX_TIMES a best way of
    weight 0 is one, too: its gradient lets a weight of 0 grow.
    """
    varying, columns = np.uint64(len(weight)), np.uint64(len(weight) + len(constants))
    best, found, source = weight.dtype.type(-np.inf), np.int64(-1), state
    for slot in range(entering.shape[0]):
        column = entering[slot, state]
        if column < columns:
            origin = leaving[slot, state]
            w = weight[column] if column < varying else constants[column - varying]
            value = before[origin] * w if multiply else before[origin] + w
            better = value > best
            found = choose(better, np.int64(column), found)
            source = choose(better, origin, source)
            best = choose(better, value, best)
    return found, source


@njit(**OPTIONS)
def forward(weights, constants, rows, offsets, initial, runs, first, last, multiply, small, turn, history, final):
    """As in REAL; `small` is 0 in MAX_PLUS."""
    tiny = weights.dtype.type(small)
    best = np.empty(initial.shape[1], weights.dtype)
    for b in range(first, last):
        before = initial[b]
        for token in range(offsets[b], offsets[b + 1]):
            after = history[token & turn]
            _advance(before, weights[rows[token]], constants, runs, multiply, tiny, best, after)
            before = after
        assign(before, final[b])


@njit(**OPTIONS)
def backward(
    weights, constants, rows, offsets, initial, entering, leaving, first, last, multiply, small, history, cotangents,
    carry, gw, gc,
):  # fmt: skip
    """As in REAL: each state's gradient goes the way of its back-pointer.

    Args:
        entering: [slot, state] → column; the number of columns for none.
        leaving: [slot, state] → the state that this column leaves.
    """
    states, varying = initial.shape[1], weights.shape[1]
    every, tiny = len(cotangents) > 0, weights.dtype.type(small)
    here, below = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    for b in range(first, last):
        assign(carry[b], here)
        for token in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            before = initial[b] if token == offsets[b] else history[token - 1]
            row = rows[token]
            if token - AHEAD >= offsets[b]:
                ask(weights, rows[token - AHEAD])
                ask(history, token - AHEAD)
            if every:
                for q in range(states):
                    here[q] += cotangents[token, q]
            below[:] = 0
            alive = False
            for q in range(np.uint64(states)):
                if here[q] == 0:
                    continue
                column, source = _entered(q, before, weights[row], constants, entering, leaving, multiply)
                if column < 0:
                    continue
                alive = True
                w = weights[row, column] if column < varying else constants[column - varying]
                passed = kept(here[q] * before[source] if multiply else here[q], tiny)
                if column < varying:
                    gw[row, column] += passed
                else:
                    gc[column - varying] += passed
                below[source] += kept(here[q] * w if multiply else here[q], tiny)
            assign(below, here)
            if not alive and not every:
                break
        assign(here, carry[b])


@njit(**OPTIONS)
def paths(
    weights, constants, rows, offsets, initial, runs, first, last, ends, members, multiply, small, score, column
):  # fmt: skip
    """Fill score [text, pattern], and column [token, pattern] with what the best path takes; −1 where there is none.

    Text by text, so that what the way back reads is still near.

    Args:
        runs: see `neural.plan.ordered_runs`.
        ends: [state], weights of ending there.
        members: [i, pattern] → state, −1 for none.
    """
    states, tiny = np.uint64(initial.shape[1]), weights.dtype.type(small)
    longest = 0
    for b in range(first, last):
        longest = max(longest, offsets[b + 1] - offsets[b])
    scores, taken = np.empty((2, states), weights.dtype), np.empty(states, weights.dtype)
    pointers, state = np.empty((longest, states), np.int32), np.empty(members.shape[1], np.uint64)
    for b in range(first, last):
        length = offsets[b + 1] - offsets[b]
        assign(initial[b], scores[0])
        for t in range(length):
            token = offsets[b] + t
            if t + 1 < length:
                ask(weights, rows[token + 1])
            before, after = scores[t % 2], scores[1 - t % 2]
            _advance_and_point(before, weights[rows[token]], constants, runs, multiply, tiny, after, taken, pointers[t])
        final = scores[length % 2]
        for p in range(members.shape[1]):
            top, state[p] = weights.dtype.type(0 if multiply else -np.inf), states
            for i in range(members.shape[0]):
                q = members[i, p]
                if q < 0:
                    continue
                value = final[q] * ends[q] if multiply else final[q] + ends[q]
                if value > top:
                    top, state[p] = value, q
            score[b, p] = top
        for t in range(length - 1, -1, -1):
            here, pointer = column[offsets[b] + t], pointers[t]
            for p in range(members.shape[1]):  # none waits for another
                here[p], q = -1, state[p]
                if q < states and pointer[q] >= 0:
                    run = np.uint64(pointer[q])
                    k = q - runs[run, 0]
                    here[p], state[p] = runs[run, 2] + k, runs[run, 1] + k
