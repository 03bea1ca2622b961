"""Compiled walks over graphs as rows of edges, see `wfsa.arrays.graph.Rows`: who reaches whom."""

import numpy as np

from wfsa.arrays.compiled import kernel


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
