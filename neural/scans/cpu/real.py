"""The scan in REAL: c[t] = c[t−1]·A[t], and its gradient.

What a loop over states reads and writes is an array of the kernel's own, or indexed without a sign: only so does the
compiler know that the loop can become vector instructions.
"""

import numpy as np

from neural.scans.cpu.borrowed import borrowed
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.math import assign, kept
from neural.scans.cpu.prefetch import AHEAD, ask


@kernel
def forward(weights, constants, rows, offsets, initial, runs, first, last, small, turn, history, final):
    """Fill the history of all scores of the texts first … last − 1; a text's final score is the one after its end.

    Scores up to `small` become 0.

    Args:
        turn: −1, and every token has a row of history; or 1, and two rows take turns.
    """
    weights, initial, history = borrowed(weights), borrowed(initial), borrowed(history)
    states, varying = initial.shape[1], np.uint64(weights.shape[1])
    tiny = weights.dtype.type(small)
    now = np.empty(states, weights.dtype)
    for b in range(first, last):
        before = initial[b]
        for token in range(offsets[b], offsets[b + 1]):  # in order: a token's scores are made of those before it
            weight, after = weights[rows[token]], history[token & turn]
            if token + AHEAD < offsets[b + 1]:
                ask(weights, rows[token + AHEAD])
            # Sum: every run adds what its arcs pass on; what varies and what is constant lie in two arrays.
            now[:] = 0
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                if column < varying:
                    for k in range(count):
                        now[target + k] += before[source + k] * weight[column + k]
                else:
                    for k in range(count):
                        now[target + k] += before[source + k] * constants[column - varying + k]
            # Keep: not before all runs have added, since what is tiny so far may still grow.
            for q in range(states):
                after[q] = kept(now[q], tiny)
            before = after
        for q in range(states):
            final[b, q] = before[q]


@kernel
def backward(
    weights, constants, rows, offsets, initial, runs, first, last, small, history, cotangents, fresh, carry, gw, gc
):
    """Walk back over the history, adding to gw and gc; what is left in `carry` is the gradient of the initial scores.

    The sums `gc` over all tokens are in double precision. `cotangents` [token, state] is added on the way; it is empty
    where only the final scores count, and then a text is left as soon as nothing is carried any more.

    Args:
        fresh: [row]: true where the row of gw holds nothing yet, whatever is there: the first token writes it, and then
            it is no longer so. Where it is still so at the end, no gradient has come to the row.
    """
    weights, initial, history, gw = borrowed(weights), borrowed(initial), borrowed(history), borrowed(gw)
    states, varying = initial.shape[1], np.uint64(weights.shape[1])
    tiny = weights.dtype.type(small)
    every = len(cotangents) > 0
    here, below = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    for b in range(first, last):
        assign(carry[b], here)  # here: the gradient of the scores after this token; below: of those before it
        for token in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            before = initial[b] if token == offsets[b] else history[token - 1]
            weight, gradient = weights[rows[token]], gw[rows[token]]
            if token - AHEAD > offsets[b]:
                ask(weights, rows[token - AHEAD])
                ask(gw, rows[token - AHEAD])
                ask(history, token - AHEAD - 1)
            # Add what comes from outside first: it goes back with the rest.
            if every:
                for q in range(states):
                    here[q] += cotangents[token, q]
            new, fresh[rows[token]] = fresh[rows[token]], False
            # Each arc: its own gradient is here × before, what it passes back is here × weight. A row that holds
            # nothing yet is written, not added to, so that nobody has to clear it.
            below[:] = 0
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                if column < varying:
                    if new:
                        for k in range(count):
                            gradient[column + k] = kept(here[target + k] * before[source + k], tiny)
                    else:
                        for k in range(count):
                            gradient[column + k] += kept(here[target + k] * before[source + k], tiny)
                    for k in range(count):
                        below[source + k] += here[target + k] * weight[column + k]
                else:
                    c = column - varying
                    for k in range(count):
                        gc[c + k] += here[target + k] * before[source + k]
                    for k in range(count):
                        below[source + k] += here[target + k] * constants[c + k]
            # Keep, as forwards; where nothing is left and nothing comes from outside, no earlier token has a gradient.
            alive = False
            for q in range(states):
                here[q] = kept(below[q], tiny)
                alive |= here[q] != 0
            if not alive and not every:
                break
        assign(here, carry[b])
