"""The scan in LOG: c[t][q] = log Σ exp(c[t−1][p] + w), and its gradient, which is the share of each arc."""

import numpy as np

from neural.scans.cpu.borrowed import borrowed
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.math import assign, exp, kept, larger, log
from neural.scans.cpu.prefetch import AHEAD, ask


@kernel
def _shares(before, weight, constants, runs, top, total, share):
    """share [column] ← exp(before + w − top of its target), total [state] ← their sums."""
    varying = np.uint64(len(weight))
    # Run by run three loops: differences; exp of all of them, where nothing else keeps it from vector instructions;
    # sums, in which two arcs of different runs may meet.
    total[:] = 0
    for run in range(len(runs)):
        target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        if column < varying:
            for k in range(count):
                share[column + k] = before[source + k] + weight[column + k] - top[target + k]
        else:
            for k in range(count):
                share[column + k] = before[source + k] + constants[column - varying + k] - top[target + k]
        for k in range(count):
            share[column + k] = exp(share[column + k])
        for k in range(count):
            total[target + k] += share[column + k]


@kernel
def forward(weights, constants, rows, offsets, initial, runs, first, last, small, turn, history, final):
    """As in REAL; a state that no path reaches has −∞."""
    weights, initial, history = borrowed(weights), borrowed(initial), borrowed(history)
    states, varying = initial.shape[1], np.uint64(weights.shape[1])
    nothing = weights.dtype.type(-np.inf)
    peak, total = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    top, share = np.empty(states, weights.dtype), np.empty(weights.shape[1] + len(constants), weights.dtype)
    for b in range(first, last):
        before = initial[b]
        for token in range(offsets[b], offsets[b + 1]):
            weight, now = weights[rows[token]], history[token & turn]
            # First pass: the largest way into each state, so that no exponent of the second is above 0.
            peak[:] = nothing
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                if column < varying:
                    for k in range(count):
                        peak[target + k] = larger(peak[target + k], before[source + k] + weight[column + k])
                else:
                    for k in range(count):
                        into = before[source + k] + constants[column - varying + k]
                        peak[target + k] = larger(peak[target + k], into)
            # What exponents are relative to: 0 where no path comes, for −∞ − (−∞) is no number.
            for q in range(states):
                top[q] = peak[q] if peak[q] > nothing else 0
            # Second pass: the sum relative to the peak; it is at least 1 where there is a path.
            _shares(before, weight, constants, runs, top, total, share)
            for q in range(states):
                value = log(larger(total[q], weights.dtype.type(1))) + peak[q]
                now[q] = value if peak[q] > nothing else nothing
            before = now
        for q in range(states):
            final[b, q] = before[q]


@kernel
def backward(
    weights, constants, rows, offsets, initial, runs, first, last, small, history, cotangents, fresh, carry, gw, gc
):
    """As in REAL: an arc's share of its target's weight passes the target's gradient on.

    Shares are divided by their sum, since the scores of long texts are rounded: so they add up to one.
    """
    weights, initial, history, gw = borrowed(weights), borrowed(initial), borrowed(history), borrowed(gw)
    states, varying = initial.shape[1], np.uint64(weights.shape[1])
    tiny, nothing = weights.dtype.type(small), weights.dtype.type(-np.inf)
    every = len(cotangents) > 0
    here, below = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    top, total = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    share = np.empty(weights.shape[1] + len(constants), weights.dtype)
    for b in range(first, last):
        assign(carry[b], here)
        for token in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            before = initial[b] if token == offsets[b] else history[token - 1]
            weight, gradient = weights[rows[token]], gw[rows[token]]
            if token - AHEAD >= offsets[b]:
                ask(weights, rows[token - AHEAD])
                ask(gw, rows[token - AHEAD])
                ask(history, token - AHEAD)
            if every:
                for q in range(states):
                    here[q] += cotangents[token, q]
            # Relative to the score after the token, shares add up to about one; states without a path pass nothing on.
            for q in range(states):
                reached = history[token, q] > nothing
                top[q] = history[token, q] if reached else 0
                here[q] = here[q] if reached else 0
            # Shares anew, not kept from the way forward; their sum divides the gradient, once per state.
            _shares(before, weight, constants, runs, top, total, share)
            for q in range(states):
                here[q] = here[q] / total[q] if total[q] > 0 else 0
            new, fresh[rows[token]] = fresh[rows[token]], False
            # Share × gradient of the target is both the gradient of the arc and what goes back to its source.
            below[:] = 0
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                for k in range(count):
                    share[column + k] = kept(share[column + k] * here[target + k], tiny)
                for k in range(count):
                    below[source + k] += share[column + k]
                if column >= varying:
                    for k in range(count):
                        gc[column - varying + k] += share[column + k]
                elif new:
                    for k in range(count):
                        gradient[column + k] = share[column + k]
                else:
                    for k in range(count):
                        gradient[column + k] += share[column + k]
            alive = False
            for q in range(states):
                here[q] = kept(below[q], tiny)
                alive |= here[q] != 0
            if not alive and not every:
                break
        assign(here, carry[b])
