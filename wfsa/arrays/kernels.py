"""Compiled loops over graphs as arrays.

A graph is rows of edges: first[p] … first[p + 1] − 1 leave place p, and each has a `target` and a `weight`. Elements of
a semiring are doubles; `multiplies` says that ⊗ is × (else +), and `sign` −1 that the larger of two is better (else 1).
"""

import numpy as np

from wfsa.compiled import kernel


@kernel
def rows(ends, count):
    """Sorts edges by one end, in their order: (first [count + 1], the edges, those of place 0 first)."""
    first = np.zeros(count + 1, np.int64)
    for end in ends:
        first[end + 1] += 1
    for place in range(count):
        first[place + 1] += first[place]
    free, order = first.copy(), np.empty(len(ends), np.int64)
    for edge in range(len(ends)):
        order[free[ends[edge]]] = edge
        free[ends[edge]] += 1
    return first, order


@kernel
def reached(first, target, found):
    """Marks, in `found`, all that can be reached from what is marked there."""
    todo = np.empty(len(found), np.int64)
    end = 0
    for place in range(len(found)):
        if found[place]:
            todo[end] = place
            end += 1
    begin = 0
    while begin < end:
        for edge in range(first[todo[begin]], first[todo[begin] + 1]):
            if not found[target[edge]]:
                found[target[edge]] = True
                todo[end] = target[edge]
                end += 1
        begin += 1


@kernel
def components(first, target):
    """(places, component by component, each after those that it leads to; where each component begins, and the end).

    Tarjan (1972), without recursion. Within a component the order is that in which the search left its places, so that
    successors come first but for the edges that close cycles.
    """
    count = len(first) - 1
    index, low = np.full(count, -1), np.empty(count, np.int64)
    left, closed = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    stack, work, edge = np.empty(count, np.int64), np.empty(count, np.int64), first[:-1].copy()
    order, starts = np.empty(count, np.int64), np.empty(count + 1, np.int64)
    entered = leaving = high = found = done = 0
    for root in range(count):
        if index[root] >= 0:
            continue
        depth = 0
        work[0] = root
        while depth >= 0:
            place = work[depth]
            if index[place] < 0:
                index[place] = low[place] = entered
                entered += 1
                stack[high] = place
                high += 1
            if edge[place] < first[place + 1]:
                other = target[edge[place]]
                edge[place] += 1
                if index[other] < 0:
                    depth += 1
                    work[depth] = other
                elif not closed[other]:
                    low[place] = min(low[place], index[other])
                continue
            # All its edges are done: it is left, and closes a component if nothing below it on the stack is reached.
            left[place] = leaving
            leaving += 1
            if low[place] == index[place]:
                starts[found] = done
                found += 1
                while True:
                    high -= 1
                    closed[stack[high]] = True
                    order[done] = stack[high]
                    done += 1
                    if stack[high] == place:
                        break
                begin = starts[found - 1]
                if done - begin > 1:
                    members = order[begin:done].copy()
                    order[begin:done] = members[np.argsort(left[members])]
            depth -= 1
            if depth >= 0:
                low[work[depth]] = min(low[work[depth]], low[place])
    starts[found] = done
    return order, starts[: found + 1]


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


@kernel
def passed_on(first, target, weight, order, starts, component, total):
    """Sums total[p] += weight · total[target], in place, over components of one place without a loop.

    Returns the first component from `component` on that is none of these.
    """
    while component < len(starts) - 1:
        if starts[component + 1] - starts[component] > 1:
            return component
        place = order[starts[component]]
        found = total[place]
        for edge in range(first[place], first[place + 1]):
            if target[edge] == place:
                return component
            found += weight[edge] * total[target[edge]]
        total[place] = found
        component += 1
    return component


@kernel
def cut_out(first, target, weight, members, place, total):
    """The edges within a component, between members, and what its other edges bring: (first, target, weight, given).

    given[k] = total[p] + Σ weight · total[target] over edges of p that leave the component.

    Args:
        place: [place]: −1 everywhere, room to number the members in.
    """
    for k in range(len(members)):
        place[members[k]] = k
    inside = 0
    for p in members:
        for edge in range(first[p], first[p + 1]):
            inside += place[target[edge]] >= 0
    begins, given = np.empty(len(members) + 1, np.int64), np.empty(len(members), np.float64)
    targets, weights = np.empty(inside, np.int64), np.empty(inside, np.float64)
    count = 0
    for k in range(len(members)):
        begins[k], given[k] = count, total[members[k]]
        for edge in range(first[members[k]], first[members[k] + 1]):
            if place[target[edge]] >= 0:
                targets[count], weights[count] = place[target[edge]], weight[edge]
                count += 1
            else:
                given[k] += weight[edge] * total[target[edge]]
    begins[len(members)] = count
    for p in members:
        place[p] = -1
    return begins, targets, weights, given


@kernel
def sweep(first, target, weight, given, x):
    """One sweep of Gauss and Seidel for x = given + M x, in place.

    Returns the largest relative change, −1 where a loop is not below 1.
    """
    largest = 0.0
    for p in range(len(x)):
        found, loop = given[p], 0.0
        for edge in range(first[p], first[p + 1]):
            if target[edge] == p:
                loop += weight[edge]
            else:
                found += weight[edge] * x[target[edge]]
        if not loop < 1:
            return -1.0
        found /= 1 - loop
        change = abs(found - x[p])
        if change > 0:
            largest = max(largest, change / max(abs(found), abs(x[p])))
        x[p] = found
    return largest


@kernel
def times(first, target, weight, x):
    """M x."""
    found = np.zeros(len(x), np.float64)
    for p in range(len(x)):
        for edge in range(first[p], first[p + 1]):
            found[p] += weight[edge] * x[target[edge]]
    return found


@kernel
def dense(first, target, weight):
    """M."""
    found = np.zeros((len(first) - 1, len(first) - 1), np.float64)
    for p in range(len(found)):
        for edge in range(first[p], first[p + 1]):
            found[p, target[edge]] += weight[edge]
    return found
