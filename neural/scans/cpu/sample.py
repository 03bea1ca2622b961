"""Exact samples of paths: forward scores, then arcs drawn from the end to the beginning."""

import numpy as np

from neural.scans.cpu.kernel import kernel


@kernel
def _draw(weights, count, u):
    """The place i < count drawn with probability weights[i] / Σ; −1 where all are 0."""
    # First the sum, then down from u · sum until nothing is left; rounding may leave some behind the last weight.
    total = 0.0
    for i in range(count):
        total += weights[i]
    if not total > 0:
        return -1
    left, last = u * total, -1
    for i in range(count):
        if weights[i] > 0:
            last = i
            left -= weights[i]
            if left < 0:
                return i
    return last


@kernel
def backward(weights, offsets, initial, history, final, members, into, entering, sources, additive, uniform, path):
    """Fill path[sample, token, pattern] with columns.

    Args:
        weights: [token, column]; with `additive` these and all scores are logarithms.
        final: [state].
        members: [i, pattern] → state, −1 for none.
        into: [state + 1]: where in `entering` the columns into each state begin.
        sources: [column] → the state that it leaves.
        uniform: [sample, token + text, pattern], in [0, 1): one per choice.
    """
    shares = np.empty(max(len(entering), members.shape[0]))
    for n in range(path.shape[0]):
        for b in range(len(offsets) - 1):
            first, last = offsets[b], offsets[b + 1]
            for p in range(members.shape[1]):
                # The end state first, in proportion to score ⊗ final weight.
                end = initial[b] if first == last else history[last - 1]
                for i in range(members.shape[0]):
                    q = members[i, p]
                    shares[i] = _share(end[q], final[q], 0.0, additive) if q >= 0 else 0.0
                if additive:
                    _relative(end, final, members[:, p], shares)
                chosen = _draw(shares, members.shape[0], uniform[n, last + b, p])
                if chosen < 0:
                    continue
                # Then the arc into the state, token by token from the end: its share of the state's score is the
                # probability of coming that way, given all that follows.
                state = members[chosen, p]
                for token in range(last - 1, first - 1, -1):
                    before = initial[b] if token == first else history[token - 1]
                    start, count = into[state], into[state + 1] - into[state]
                    for s in range(count):
                        c = entering[start + s]
                        shares[s] = _share(before[sources[c]], weights[token, c], history[token, state], additive)
                    column = entering[start + _draw(shares, count, uniform[n, token + b, p])]
                    path[n, token, p] = column
                    state = sources[column]


@kernel
def _share(score, weight, total, additive):
    if not additive:
        return score * weight
    return np.exp(score + weight - total) if score > -np.inf and weight > -np.inf else 0.0


@kernel
def _relative(end, final, states, shares):
    """The shares of the ends relative to the best one, so that none overflows."""
    top = -np.inf
    for q in states:
        if q >= 0:
            top = max(top, end[q] + final[q])
    for i in range(len(states)):
        q = states[i]
        shares[i] = np.exp(end[q] + final[q] - top) if q >= 0 and end[q] + final[q] > -np.inf else 0.0
