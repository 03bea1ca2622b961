"""Over an alphabet: the readings that share a column."""

from bisect import bisect_right
from collections.abc import Hashable, Iterable

from wfsa import ANY


def grouped(readings: Iterable[tuple[int, int, Hashable]]) -> tuple[tuple[int, ...], ...]:
    """Readings between the same two states, at most one for every symbol, in the order of their first ones.

    Of two readings of one symbol into one state the earlier has the earlier group, so that sums and ties are those of
    the automaton's order. What reads ANY has a group of its own.

    Args:
        readings: source, target and label of each.
    """
    found: list[list[int]] = []
    between: dict[tuple[int, int], list[int]] = {}
    last: dict[tuple[int, Hashable], int] = {}
    for place, (source, target, label) in enumerate(readings):
        own = between.setdefault((source, target), [])
        at = bisect_right(own, max(last.get((target, label), -1), last.get((target, ANY), -1)))
        if label is ANY or at == len(own):
            group = len(found)
            found.append([])
            if label is not ANY:
                own.append(group)
        else:
            group = own[at]
        found[group].append(place)
        last[target, label] = group
    return tuple(map(tuple, found))
