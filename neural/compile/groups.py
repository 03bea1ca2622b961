"""Over an alphabet: the readings that share a column."""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from wfsa import ANY


def grouped(sources: Sequence[int], targets: Sequence[int], labels: Iterable[Hashable]) -> list[int]:
    """[reading] → its group: between the same two states, at most one for every symbol, in the order of first ones.

    Of two readings of one symbol into one state the earlier has the earlier group, so that sums and ties are those of
    the automaton's order. What reads several symbols, ANY here, has a group of its own.

    Args:
        sources, targets, labels: of each reading.
    """
    found: list[int] = []
    count, states = 0, 1 + max(sources, default=0)
    between: dict[int, list[int]] = {}  # keys are numbers: pairs would be objects that a collector walks through
    last: dict[Hashable, dict[int, int]] = {ANY: {}}
    for source, target, label in zip(sources, targets, labels, strict=True):
        before = last.setdefault(label, {})
        own = between.setdefault(target * states + source, []) if label is not ANY else []
        at = bisect_right(own, max(before.get(target, -1), last[ANY].get(target, -1)))
        if at == len(own):
            own.append(count)
            count += 1
        before[target] = own[at]
        found.append(own[at])
    return found


def split(values: np.ndarray, counts: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """`values` in pieces of so many."""
    whole, ends = values.tolist(), np.cumsum(counts).tolist()
    return tuple(tuple(whole[end - count : end]) for end, count in zip(ends, counts.tolist(), strict=True))
