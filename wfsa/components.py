"""Strongly connected components: the states that lie on cycles through each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from threading import Lock

from wfsa.automaton import State

_Work = list[tuple[State, Iterator[State]]]


class Components:
    """The components of a graph, found from the states that are asked for on.

    A component's number is above those of all components that it leads to. Threads may share one.

    Args:
        after: state → the states that its edges lead to.

    Cost: O(edges that can be reached), once. Source: Tarjan (1972), without recursion.
    """

    def __init__(self, after: Callable[[State], Iterable[State]]) -> None:
        self._after, self._lock = after, Lock()
        self._found: list[tuple[State, ...]] = []
        self._number: dict[State, int] = {}
        self._index: dict[State, int] = {}
        self._low: dict[State, int] = {}
        self._stack: list[State] = []

    def of(self, state: State) -> int:
        """The number of the component of a state."""
        if state not in self._number:
            with self._lock:
                if state not in self._number:
                    self._search(state)
        return self._number[state]

    def states(self, number: int) -> tuple[State, ...]:
        """Those of a component that has been found, in ascending order."""
        return self._found[number]

    def all(self) -> list[tuple[State, ...]]:
        """What has been found, each component before those that it leads to."""
        return self._found[::-1]

    def _search(self, root: State) -> None:
        work: _Work = []
        self._enter(root, work)
        while work:
            state, rest = work[-1]
            successor = next(rest, None)
            if successor is None:
                work.pop()
                if work:
                    self._low[work[-1][0]] = min(self._low[work[-1][0]], self._low[state])
                if self._low[state] == self._index[state]:
                    self._close(state)
            elif successor not in self._index:
                self._enter(successor, work)
            elif successor not in self._number:  # on the stack
                self._low[state] = min(self._low[state], self._index[successor])

    def _enter(self, state: State, work: _Work) -> None:
        self._index[state] = self._low[state] = len(self._index)
        self._stack.append(state)
        work.append((state, iter(self._after(state))))

    def _close(self, root: State) -> None:
        states = [self._stack.pop()]
        while states[-1] != root:
            states.append(self._stack.pop())
        # Last what makes it known: other threads look there without the lock.
        self._found.append(tuple(sorted(states)))
        self._number.update(dict.fromkeys(states, len(self._found) - 1))


def components(graph: Mapping[State, Iterable[State]]) -> list[tuple[State, ...]]:
    """The components of all states, each before those that it leads to. Cost: O(edges)."""
    found = Components(lambda state: graph.get(state, ()))
    for state in sorted({*graph, *(target for targets in graph.values() for target in targets)}):
        found.of(state)
    return found.all()


class Descending:
    """Numbers from the highest down, each once; lower ones may come while they are walked."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._heap = [-number for number in set(numbers)]
        self._known = set(self._heap)
        heapify(self._heap)

    def add(self, number: int) -> None:
        """One that is below the last."""
        if -number not in self._known:
            self._known.add(-number)
            heappush(self._heap, -number)

    def __iter__(self) -> Iterator[int]:
        while self._heap:
            yield -heappop(self._heap)
