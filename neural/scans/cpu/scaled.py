"""The scan in LOG, done in REAL by numbers that are scaled after every token (Rabiner, 1989, V.A): for scores alone.

It takes an exponential for each distinct weight, where logarithms take two passes over all ways and an exponential for
each of them and each token. One scale serves all states of a text, so they have to belong to one automaton. What would
be lost between the largest and the smallest state of a token is found out, and those texts are scored by `log`: the
result is that of logarithms, to about 1e-16 per token.
"""

import numpy as np
from torch import Tensor, from_numpy

from neural.scans.cpu import log
from neural.scans.cpu.borrowed import borrowed
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.launch import written
from neural.scans.cpu.places import Places, array
from neural.scans.cpu.threads import each, shares

_SPREAD = 230.0
"""e⁻²³⁰ ≈ 1e-100: a weight may be so much smaller than the largest one of its row. A state may be 1e-200 of the largest
one, at the start too, so no product of the two is a denormal number, and no sum is lost but beside larger ones."""


@kernel
def _forward(factors, tops, wide, rows, offsets, initial, runs, first, last, final, lost):
    """final [text, state] in LOG; lost [text]: true where a number came too near to 0.

    Args:
        factors: [row, column], exp(weight − its row's top).
        wide: [row]: are there weights in it too far apart?
        initial: [text, state] in LOG.
    """
    factors, initial = borrowed(factors), borrowed(initial)
    states = np.uint64(initial.shape[1])
    before, now = np.empty(states), np.empty(states)
    for b in range(first, last):
        scale = -np.inf
        for q in range(states):
            scale = max(scale, initial[b, q])
        for q in range(states):
            before[q] = np.exp(initial[b, q] - scale) if scale > -np.inf else 0
            lost[b] |= before[q] < 1e-200 and initial[b, q] > -np.inf
        for token in range(offsets[b], offsets[b + 1]):
            row = rows[token]
            factor = factors[row]
            lost[b] |= wide[row]
            now[:] = 0
            for run in range(len(runs)):
                target, source, column, count = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
                for k in range(count):
                    now[target + k] += before[source + k] * factor[column + k]
            most, least = 0.0, np.inf
            for q in range(states):
                most = max(most, now[q])
                least = min(least, now[q] if now[q] > 0 else np.inf)
            if most == 0 or lost[b]:
                scale = -np.inf
                break
            # What is small beside the largest is still exact, unless the next product could be 0.
            lost[b] |= least < 1e-200 * most
            for q in range(states):
                before[q] = now[q] / most
            scale += np.log(most) + tops[row]
        for q in range(states):
            final[b, q] = np.log(before[q]) + scale if scale > -np.inf and before[q] > 0 else -np.inf


def forward(weights: Tensor, constants: Tensor, initial: Tensor, places: Places) -> Tensor:
    """final [text, state] of one automaton in LOG, from the arguments of `launch.forward`."""
    own, fixed, start = array(weights), array(constants), array(initial)
    every = np.concatenate([own, np.broadcast_to(fixed, (len(own), len(fixed)))], 1, dtype=np.float64)
    tops = every.max(1, initial=-np.inf)
    tops[tops == -np.inf] = 0
    apart = every - tops[:, None]
    wide = ((apart < -_SPREAD) & (apart > -np.inf)).any(1)
    factors, end, lost = np.exp(apart), np.empty(start.shape), np.zeros(len(start), dtype=np.bool_)
    scores, (turn, past) = np.empty_like(start), written(start, False)

    def work(_: int, first: int, last: int) -> None:
        given = (places.rows, places.offsets, start.astype(np.float64), places.runs)
        _forward(factors, tops, wide, *given, first, last, end, lost)

    parts = shares(places.offsets, start.shape[1])
    each(parts, work)
    scores[:] = end
    for b in np.flatnonzero(lost).tolist():
        log.forward(own, fixed, places.rows, places.offsets, start, places.runs, b, b + 1, 0.0, turn, past, scores)
    return from_numpy(scores)
