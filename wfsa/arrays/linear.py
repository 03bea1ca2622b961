"""Compiled linear algebra over graphs as rows of edges, see `wfsa.arrays.graph.Rows`: M [p, q] sums edges p → q."""

import numpy as np

from wfsa.arrays.compiled import kernel


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
