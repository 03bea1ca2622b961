"""The scan in MAX_PLUS and MAX_TIMES with back-pointers, and its gradient, which follows them."""

import numpy as np
from numba import njit

from neural.cpu.math import OPTIONS


@njit(**OPTIONS)
def forward(weights, constants, rows, offsets, initial, runs, first, last, multiply, history, back, final):
    """As in REAL; back[token, state] is the column of the best arc into the state, −1 where no path reaches it.

    Among equals the lowest column wins.
    """
    states, varying = initial.shape[1], weights.shape[1]
    nothing = weights.dtype.type(0 if multiply else -np.inf)
    best, through = np.empty(states, weights.dtype), np.empty(states, np.int32)
    for b in range(first, last):
        before = initial[b]
        for token in range(offsets[b], offsets[b + 1]):
            weight = weights[rows[token]]
            best[:] = nothing
            through[:] = -1
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                into, out = best[target : target + count], before[source : source + count]
                pointer = through[target : target + count]
                if column < varying:
                    w = weight[column : column + count]
                else:
                    w = constants[column - varying : column - varying + count]
                start = np.int32(column)
                for k in range(count):
                    value = out[k] * w[k] if multiply else out[k] + w[k]
                    better = value > into[k]
                    into[k] = value if better else into[k]
                    pointer[k] = start + np.int32(k) if better else pointer[k]
            for q in range(states):
                history[token, q] = best[q]
            for q in range(states):
                back[token, q] = through[q]
            before = history[token]
        for q in range(states):
            final[b, q] = before[q]


@njit(**OPTIONS)
def backward(
    weights, constants, rows, offsets, initial, sources, first, last, multiply, history, back, cotangents, carry, gw, gc
):
    """As in REAL: each state's gradient goes the way of its back-pointer. `sources` [column] → state."""
    states, varying = initial.shape[1], weights.shape[1]
    every = len(cotangents) > 0
    below = np.empty(states, weights.dtype)
    for b in range(first, last):
        here = carry[b]
        for token in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            before = initial[b] if token == offsets[b] else history[token - 1]
            row = rows[token]
            if every:
                for q in range(states):
                    here[q] += cotangents[token, q]
            below[:] = 0
            alive = False
            for q in range(states):
                column = back[token, q]
                if column < 0 or here[q] == 0:
                    continue
                alive = True
                source = sources[column]
                w = weights[row, column] if column < varying else constants[column - varying]
                passed = here[q] * before[source] if multiply else here[q]
                if column < varying:
                    gw[row, column] += passed
                else:
                    gc[column - varying] += passed
                below[source] += here[q] * w if multiply else here[q]
            for q in range(states):
                here[q] = below[q]
            if not alive and not every:
                break


@njit(**OPTIONS)
def trace(offsets, sources, ends, back, path):
    """Follow back-pointers: path[token, pattern] becomes the column that the best path of `ends` [text, pattern] takes.

    An end of −1 means no path; its tokens stay at −1.
    """
    for b in range(len(offsets) - 1):
        for p in range(ends.shape[1]):
            state = ends[b, p]
            if state < 0:
                continue
            for token in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
                column = back[token, state]
                path[token, p] = column
                state = sources[column]
