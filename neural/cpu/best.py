"""The scan in MAX_PLUS and MAX_TIMES, its gradient, and best paths, both along back-pointers.

A back-pointer is found where it is followed, from the scores before the token: that costs a few comparisons per state
of a path, where pointers written down for every state would cost more than the scan.
"""

import numpy as np
from numba import njit

from neural.cpu.ahead import AHEAD, ask
from neural.cpu.math import OPTIONS, choose, larger


@njit(**OPTIONS)
def _advance(before, weight, constants, runs, multiply, best, after):
    """after [state] ← the best of all ways into the state; `best` is scratch."""
    varying = np.uint64(len(weight))
    best[:] = weight.dtype.type(0 if multiply else -np.inf)
    for run in range(len(runs)):
        target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        c = column - varying
        if multiply and column < varying:
            for k in range(count):
                best[target + k] = larger(best[target + k], before[source + k] * weight[column + k])
        elif multiply:
            for k in range(count):
                best[target + k] = larger(best[target + k], before[source + k] * constants[c + k])
        elif column < varying:
            for k in range(count):
                best[target + k] = larger(best[target + k], before[source + k] + weight[column + k])
        else:
            for k in range(count):
                best[target + k] = larger(best[target + k], before[source + k] + constants[c + k])
    for q in range(len(best)):
        after[q] = best[q]


@njit(**OPTIONS, inline="always")
def _entered(state, before, weight, constants, entering, leaving, multiply):
    """The column of the best way into the state, the first one among equals, and the state that it leaves; −1 and the
    state itself where no path reaches it."""
    varying, columns = np.uint64(len(weight)), np.uint64(len(weight) + len(constants))
    best, found, source = weight.dtype.type(0 if multiply else -np.inf), np.int64(-1), state
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
def forward(weights, constants, rows, offsets, initial, runs, first, last, multiply, history, final):
    """As in REAL."""
    best = np.empty(initial.shape[1], weights.dtype)
    for b in range(first, last):
        before = initial[b]
        for token in range(offsets[b], offsets[b + 1]):
            _advance(before, weights[rows[token]], constants, runs, multiply, best, history[token])
            before = history[token]
        final[b] = before


@njit(**OPTIONS)
def backward(
    weights, constants, rows, offsets, initial, entering, leaving, first, last, multiply, history, cotangents, carry,
    gw, gc,
):  # fmt: skip
    """As in REAL: each state's gradient goes the way of its back-pointer.

    Args:
        entering: [slot, state] → column; the number of columns for none.
        leaving: [slot, state] → the state that this column leaves.
    """
    states, varying = initial.shape[1], weights.shape[1]
    every = len(cotangents) > 0
    here, below = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    for b in range(first, last):
        here[:] = carry[b]
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
                passed = here[q] * before[source] if multiply else here[q]
                if column < varying:
                    gw[row, column] += passed
                else:
                    gc[column - varying] += passed
                below[source] += here[q] * w if multiply else here[q]
            here[:] = below
            if not alive and not every:
                break
        carry[b] = here


@njit(**OPTIONS)
def paths(
    weights, constants, rows, offsets, initial, runs, first, last, entering, leaving, ends, members, multiply, score,
    column,
):  # fmt: skip
    """Fill score [text, pattern], and column [token, pattern] with what the best path takes; −1 where there is none.

    Text by text, so that what the way back reads is still near.

    Args:
        entering, leaving: as in `backward`.
        ends: [state], weights of ending there.
        members: [i, pattern] → state, −1 for none.
    """
    states = np.uint64(initial.shape[1])
    longest = 0
    for b in range(first, last):
        longest = max(longest, offsets[b + 1] - offsets[b])
    best, history = np.empty(states, weights.dtype), np.empty((longest + 1, states), weights.dtype)
    state = np.empty(members.shape[1], np.uint64)
    for b in range(first, last):
        length = offsets[b + 1] - offsets[b]
        history[0] = initial[b]
        for t in range(length):
            weight = weights[rows[offsets[b] + t]]
            _advance(history[t], weight, constants, runs, multiply, best, history[t + 1])
        for p in range(members.shape[1]):
            top, state[p] = weights.dtype.type(0 if multiply else -np.inf), states
            for i in range(members.shape[0]):
                q = members[i, p]
                if q < 0:
                    continue
                value = history[length, q] * ends[q] if multiply else history[length, q] + ends[q]
                if value > top:
                    top, state[p] = value, q
            score[b, p] = top
        for t in range(length - 1, -1, -1):
            token = offsets[b] + t
            weight = weights[rows[token]]
            for p in range(members.shape[1]):  # none waits for another
                column[token, p] = -1
                if state[p] < states:
                    found = _entered(state[p], history[t], weight, constants, entering, leaving, multiply)
                    column[token, p], state[p] = found
