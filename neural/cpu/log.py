"""The scan in LOG: c[t][q] = log Σ exp(c[t−1][p] + w), and its gradient, which is the share of each arc."""

import numpy as np
from numba import njit

from neural.cpu.math import OPTIONS, exp, log


@njit(**OPTIONS)
def _shares(before, weight, constants, runs, top, total, share):
    """share [column] ← exp(before + w − top of its target), total [state] ← their sums."""
    varying = len(weight)
    total[:] = 0
    for run in range(len(runs)):
        target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        into, out, high = total[target:], before[source : source + count], top[target : target + count]
        c = column - varying
        w = weight[column : column + count] if column < varying else constants[c : c + count]
        part = share[column : column + count]
        for k in range(count):
            part[k] = exp(out[k] + w[k] - high[k])
        for k in range(count):
            into[k] += part[k]


@njit(**OPTIONS)
def forward(weights, constants, rows, offsets, initial, runs, first, last, small, history, final):
    """As in REAL; a state that no path reaches has −∞."""
    states, varying = initial.shape[1], weights.shape[1]
    nothing = weights.dtype.type(-np.inf)
    peak, total = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    share = np.empty(varying + len(constants), weights.dtype)
    for b in range(first, last):
        before = initial[b]
        for token in range(offsets[b], offsets[b + 1]):
            weight, now = weights[rows[token]], history[token]
            peak[:] = nothing
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                into, out = peak[target : target + count], before[source : source + count]
                if column < varying:
                    w = weight[column : column + count]
                else:
                    w = constants[column - varying : column - varying + count]
                for k in range(count):
                    into[k] = max(into[k], out[k] + w[k])
            for q in range(states):
                now[q] = peak[q] if peak[q] > nothing else 0
            _shares(before, weight, constants, runs, now, total, share)
            for q in range(states):
                value = log(max(total[q], weights.dtype.type(1))) + peak[q]
                now[q] = value if peak[q] > nothing else nothing
            before = now
        for q in range(states):
            final[b, q] = before[q]


@njit(**OPTIONS)
def backward(
    weights, constants, rows, offsets, initial, runs, first, last, small, history, cotangents, apart, carry, gw, gc
):
    """As in REAL: an arc's share of its target's weight passes the target's gradient on.

    Shares are divided by their sum, since the scores of long texts are rounded: so they add up to one.
    """
    states, varying = initial.shape[1], weights.shape[1]
    tiny, nothing = weights.dtype.type(small), weights.dtype.type(-np.inf)
    every = len(cotangents) > 0
    below, top = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    total, share = np.empty(states, weights.dtype), np.empty(varying + len(constants), weights.dtype)
    for b in range(first, last):
        here = carry[b]
        for token in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            before = initial[b] if token == offsets[b] else history[token - 1]
            weight, gradient = weights[rows[token]], gw[rows[token]]
            if every:
                for q in range(states):
                    here[q] += cotangents[token, q]
            for q in range(states):
                reached = history[token, q] > nothing
                top[q] = history[token, q] if reached else 0
                here[q] = here[q] if reached else 0
            _shares(before, weight, constants, runs, top, total, share)
            for q in range(states):
                here[q] = here[q] / total[q] if total[q] > 0 else 0
            below[:] = 0
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                g, part, down = here[target : target + count], share[column : column + count], below[source:]
                for k in range(count):
                    part[k] *= g[k]
                for k in range(count):
                    down[k] += part[k]
                if column < varying:
                    dw = gradient[column : column + count]
                    if apart:
                        for k in range(count):
                            dw[k] = part[k]
                    else:
                        for k in range(count):
                            dw[k] += part[k]
                else:
                    for k in range(count):
                        gc[column - varying + k] += part[k]
            alive = False
            for q in range(states):
                here[q] = below[q] if abs(below[q]) > tiny else 0
                alive |= here[q] != 0
            if not alive and not every:
                if apart:
                    for rest in range(offsets[b], token):
                        gw[rows[rest]] = 0
                break
