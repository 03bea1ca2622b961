"""The scan in MAX_PLUS and MAX_TIMES, its gradient, and best paths, both along back-pointers.

For a gradient, a back-pointer is found where it is followed, from the scores before the token. For paths, all of them
are written down on the way: they are places of ways, which takes a few vector instructions.
"""

import numpy as np

from neural.scans.cpu.borrowed import borrowed
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.math import assign, choose, kept, larger
from neural.scans.cpu.prefetch import AHEAD, ask


@kernel
def _advance(before, weight, constants, runs, multiply, tiny, after):
    """after [state] ← the best of all ways into the state; in MAX_TIMES 0 up to `tiny`."""
    varying = np.uint64(len(weight))
    # Every run puts its ways in where they are better, from 0̄ on.
    after[:] = weight.dtype.type(0 if multiply else -np.inf)
    for run in range(len(runs)):
        target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        row = weight[column : column + count] if column < varying else constants[column - varying :]
        for k in range(count):
            value = before[source + k] * row[k] if multiply else before[source + k] + row[k]
            after[target + k] = larger(after[target + k], value)
    # Products may become tiny; once at the end, since a larger way may still come.
    if multiply:
        for q in range(len(after)):
            after[q] = kept(after[q], tiny)


@kernel
def _advance_and_point(before, weight, constants, ways, multiply, tiny, after, taken, t):
    """As `_advance`, but leaves states that nothing enters; taken [t, state] ← where in `ways` the best way stands.

    That is the first among equals, counted through all numbers of `ways`; −1 for none. Three ways at a time, also where
    one of them comes twice: a choice between what was read and something else would become a store under a mask, many
    times slower than a plain one.
    """
    low, none = weight.dtype.type(0 if multiply else -np.inf), weight.dtype.type(-1)
    for piece in range(len(ways)):
        target, count, first = ways[piece, 0], ways[piece, 1], ways[piece, 2] != 0
        row, start = (weight, target) if ways[piece, 3] else (constants, target - np.uint64(len(weight)))
        s0, s1, s2 = target + ways[piece, 4], target + ways[piece, 6], target + ways[piece, 8]
        c0, c1, c2 = start + ways[piece, 5], start + ways[piece, 7], start + ways[piece, 9]
        n0 = weight.dtype.type(10 * piece + 4)
        n1, n2 = n0 + weight.dtype.type(2), n0 + weight.dtype.type(4)
        for k in range(count):
            # All three are read before any is chosen: what a choice does not depend on is loaded without a mask.
            x = before[s0 + k] * row[c0 + k] if multiply else before[s0 + k] + row[c0 + k]
            y = before[s1 + k] * row[c1 + k] if multiply else before[s1 + k] + row[c1 + k]
            z = before[s2 + k] * row[c2 + k] if multiply else before[s2 + k] + row[c2 + k]
            # The first ways begin anew, later ones go on; > and not ≥, so that the first among equals stays.
            top, way = (low, none) if first else (after[target + k], taken[t, target + k])
            top, way = choose(x > top, x, top), choose(x > top, n0, way)
            top, way = choose(y > top, y, top), choose(y > top, n1, way)
            after[target + k], taken[t, target + k] = choose(z > top, z, top), choose(z > top, n2, way)
    if multiply:
        for q in range(len(after)):
            after[q] = kept(after[q], tiny)


@kernel
def _advance_along_runs(before, weight, constants, ways, multiply, tiny, after, way):
    """As `_advance_and_point`, with pieces that are runs, of one way each."""
    varying = np.uint64(len(weight))
    after[:], way[:] = weight.dtype.type(0 if multiply else -np.inf), weight.dtype.type(-1)
    for piece in range(len(ways)):
        target, count, number = ways[piece, 0], ways[piece, 1], weight.dtype.type(10 * piece + 4)
        source, column = target + ways[piece, 4], target + ways[piece, 5]
        row = weight[column : column + count] if ways[piece, 3] else constants[column - varying :]
        for k in range(count):
            value = before[source + k] * row[k] if multiply else before[source + k] + row[k]
            better = value > after[target + k]
            way[target + k] = choose(better, number, way[target + k])
            after[target + k] = choose(better, value, after[target + k])
    if multiply:
        for q in range(len(after)):
            after[q] = kept(after[q], tiny)


@kernel(inline="always")
def _entered(state, before, weight, constants, into, entering, sources, multiply):
    """The column of the best way into the state, the first one among equals, and the state that it leaves.

    −1 and the state itself where nothing enters it, and in MAX_PLUS where no path does. In MAX_TIMES a best way of
    weight 0 is one, too: its gradient lets a weight of 0 grow.
    """
    varying = np.uint64(len(weight))
    best, found, source = weight.dtype.type(-np.inf), np.int64(-1), state
    for place in range(into[state], into[state + np.uint64(1)]):  # in the order of the automaton's arcs: the first wins
        column = entering[place]
        origin = sources[column]
        w = weight[column] if column < varying else constants[column - varying]
        value = before[origin] * w if multiply else before[origin] + w
        better = value > best
        found = choose(better, np.int64(column), found)
        source = choose(better, origin, source)
        best = choose(better, value, best)
    return found, source


@kernel
def forward(weights, constants, rows, offsets, initial, runs, first, last, multiply, small, turn, history, final):
    """As in REAL; `small` is 0 in MAX_PLUS."""
    weights, initial, history = borrowed(weights), borrowed(initial), borrowed(history)
    constants, tiny = borrowed(constants), weights.dtype.type(small)
    for b in range(first, last):
        before = initial[b]
        for token in range(offsets[b], offsets[b + 1]):  # in order: a token's scores are made of those before it
            after = history[token & turn]
            _advance(before, weights[rows[token]], constants, runs, multiply, tiny, after)
            before = after
        assign(before, final[b])


@kernel
def backward(
    weights, constants, rows, offsets, initial, into, entering, sources, first, last, multiply, small, history,
    cotangents, carry, gw, gc,
):  # fmt: skip
    """As in REAL: each state's gradient goes the way of its back-pointer.

    Args:
        into: [state + 1]: where in `entering` the columns into each state begin.
        sources: [column] → the state that it leaves.
    """
    weights, initial, history = borrowed(weights), borrowed(initial), borrowed(history)
    states, varying = initial.shape[1], weights.shape[1]
    every, tiny = len(cotangents) > 0, weights.dtype.type(small)
    here, below = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    for b in range(first, last):
        assign(carry[b], here)  # here: the gradient of the scores after this token; below: of those before it
        for token in range(offsets[b + 1] - 1, offsets[b] - 1, -1):
            before = initial[b] if token == offsets[b] else history[token - 1]
            row = rows[token]
            if token - AHEAD >= offsets[b]:
                ask(weights, rows[token - AHEAD])
                ask(history, token - AHEAD)
            if every:
                for q in range(states):
                    here[q] += cotangents[token, q]
            # State by state and not run by run: each has one arc to go back along, and most have no gradient at all.
            below[:] = 0
            alive = False
            for q in range(np.uint64(states)):
                if here[q] == 0:
                    continue
                column, source = _entered(q, before, weights[row], constants, into, entering, sources, multiply)
                if column < 0:
                    continue
                alive = True
                # The gradient of the arc that was taken, and of the score that it came from.
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


@kernel
def paths(
    weights, constants, rows, offsets, initial, ways, first, last, ends, members, multiply, small, scores, score, column
):  # fmt: skip
    """Fill score [text, pattern], and column [token, pattern] with what the best path takes; −1 where there is none.

    Text by text, so that what the way back reads is still near.

    Args:
        ways: see `neural.scans.plan.ways`.
        ends: [state], weights of ending there.
        members: [i, pattern] → state, −1 for none.
        scores: [2, state], scratch.
    """
    weights, constants, initial, scores = borrowed(weights), borrowed(constants), borrowed(initial), borrowed(scores)
    states, tiny = np.uint64(initial.shape[1]), weights.dtype.type(small)
    low, steps = weights.dtype.type(0 if multiply else -np.inf), ways.reshape(-1)
    longest = 0
    for b in range(first, last):
        longest = max(longest, offsets[b + 1] - offsets[b])
    taken, state = np.empty((longest, states), weights.dtype), np.empty(members.shape[1], np.uint64)
    by_runs = len(ways) > 0 and ways[0, 2] == 0
    best, way = np.empty(states, weights.dtype), np.empty(states, weights.dtype)
    scores[:] = low  # and so it stays for states that nothing enters
    for b in range(first, last):
        length = offsets[b + 1] - offsets[b]
        # Forward: two rows of scores take turns, all back-pointers are written down.
        before = initial[b]
        for t in range(length):
            token = offsets[b] + t
            if t + 1 < length:
                ask(weights, rows[token + 1])
            after = scores[t & 1]
            if by_runs:  # into arrays of the kernel's own
                _advance_along_runs(before, weights[rows[token]], constants, ways, multiply, tiny, best, way)
                assign(best, after)
                assign(way, taken[t])
            else:
                _advance_and_point(before, weights[rows[token]], constants, ways, multiply, tiny, after, taken, t)
            before = after
        # The best end of each pattern, the lowest state among equals; `states` stands for none.
        for p in range(members.shape[1]):
            top, state[p] = low, states
            for i in range(members.shape[0]):
                q = members[i, p]
                if q < 0:
                    continue
                value = before[q] * ends[q] if multiply else before[q] + ends[q]
                if value > top:
                    top, state[p] = value, q
            score[b, p] = top
        # Back along the pointers, token by token for all patterns together: a row of them is read once.
        for t in range(length - 1, -1, -1):
            token = offsets[b] + t
            for p in range(members.shape[1]):  # none waits for another
                q = state[p]
                if q < states:
                    at = np.uint64(np.int64(taken[t, q]))  # straight to unsigned takes six instructions
                    column[token, p], state[p] = q + steps[at + np.uint64(1)], q + steps[at]
                else:
                    column[token, p] = -1
