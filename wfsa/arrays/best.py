"""Compiled searches for best weights over graphs as rows of edges, see `wfsa.arrays.graph.Rows`.

Elements are doubles; `multiplies` says that ⊗ is × (else +), and `sign` −1 that the larger of two is better (else 1).
"""

import numpy as np

from wfsa.arrays.compiled import kernel


@kernel
def product(a, b, multiplies):
    """a ⊗ b."""
    return a * b if multiplies else a + b


@kernel
def dijkstra(first, target, weight, best, zero, multiplies, sign):
    """Relaxes all edges from the places whose `best` is not 0̄ on, in place; no weight is better than 1̄.

    A binary heap of (value, place), in which a place may stand more than once: once it is done the others are stale.
    """
    count = len(best)
    room = len(target) + count + 1
    keys, places = np.empty(room, np.float64), np.empty(room, np.int64)
    done, size = np.zeros(count, np.bool_), 0
    for place in range(count):
        if best[place] != zero:
            size = pushed(keys, places, size, sign * best[place], place)
    while size > 0:
        place = places[0]
        size = popped(keys, places, size)
        if done[place]:
            continue
        done[place] = True
        for edge in range(first[place], first[place + 1]):
            other = target[edge]
            value = product(best[place], weight[edge], multiplies)
            if not done[other] and value != zero and sign * value < sign * best[other]:
                best[other] = value
                size = pushed(keys, places, size, sign * value, other)


@kernel
def pushed(keys, places, size, key, place):
    """The size of the heap with one entry more."""
    at = size
    while at > 0 and key < keys[(at - 1) // 2]:
        keys[at], places[at] = keys[(at - 1) // 2], places[(at - 1) // 2]
        at = (at - 1) // 2
    keys[at], places[at] = key, place
    return size + 1


@kernel
def popped(keys, places, size):
    """The size of the heap without its first entry."""
    size -= 1
    key, place, at = keys[size], places[size], 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at], places[at] = keys[child], places[child]
        at = child
    keys[at], places[at] = key, place
    return size


@kernel
def relax(first, target, weight, members, best, zero, multiplies, sign, rounds, slack):
    """Makes best[p] ⊕= weight ⊗ best[target] over the places of a component, in place, until nothing improves.

    Returns whether it ended: false where after so many rounds something still improves by more than `slack`, as a share
    of its size or, where weights add up, of 1 at least.
    """
    gains = True
    while gains and rounds >= 0:
        gains, rounds = False, rounds - 1
        for place in members:
            for edge in range(first[place], first[place + 1]):
                value = product(weight[edge], best[target[edge]], multiplies)
                if best[target[edge]] != zero and value != zero and sign * value < sign * best[place]:
                    size = abs(value) if multiplies else max(abs(value), 1.0)
                    gains |= rounds >= 0 or best[place] == zero or abs(value - best[place]) > slack * size
                    best[place] = value
    return not gains
