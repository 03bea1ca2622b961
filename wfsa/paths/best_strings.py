"""The k best strings: best-first search over sets of states that the same string reaches."""

import heapq
from collections.abc import Hashable, Iterator
from itertools import count
from typing import Any, Generic, NamedTuple, TypeVar

from wfsa.labels import ANY, EPSILON, is_wide, reads, symbols_of
from wfsa.paths.lattice import Edge, Lattice, Node
from wfsa.paths.ranks import rank
from wfsa.paths.viterbi import Path, Step, unwind

V = TypeVar("V")
Places = dict[Node, Step[V]]
"""The best way into each node that the same string can be in."""


class _Entry(NamedTuple, Generic[V]):
    """A way into some nodes; `done` where it has been accepted: in which node, at which weight."""

    places: Places[V]
    done: tuple[Node, V] | None


class BestStrings(Generic[V]):
    """The best path of every string, best first."""

    def __init__(self, lattice: Lattice[V]) -> None:
        self.lattice, self.K = lattice, lattice.K
        self.heap: list[tuple[Any, int, _Entry[V]]] = []
        self.number = count()
        self.rank = rank(lattice.K)

    def __iter__(self) -> Iterator[Path[V]]:
        self._offer(
            self._close({n: Step(w, None, None) for n, w in self.lattice.start.items() if n in self.lattice.ahead})
        )
        while self.heap:
            entry = heapq.heappop(self.heap)[2]
            if entry.done is not None:
                node, weight = entry.done
                yield unwind(weight, node.state, entry.places[node])
            else:
                self._finish(entry.places)
                for group in self._after(entry.places):
                    self._offer(group)

    def _offer(self, places: Places[V]) -> None:
        best = self.K.sum(self.K.times(step.weight, self.lattice.ahead[node]) for node, step in places.items())
        self._push(best, _Entry(places, None))

    def _push(self, weight: V, entry: _Entry[V]) -> None:
        if weight != self.K.zero:
            heapq.heappush(self.heap, (self.rank(weight), next(self.number), entry))

    def _finish(self, places: Places[V]) -> None:
        """Offer the entry as accepted, by its best final weight."""
        best: tuple[Node, V] | None = None
        for node, step in places.items():
            if node in self.lattice.end:
                weight = self.K.times(step.weight, self.lattice.end[node])
                if best is None or self.K.better(weight, best[1]):
                    best = node, weight
        if best is not None:
            self._push(best[1], _Entry(places, best))

    def _after(self, places: Places[V]) -> list[Places[V]]:
        """What follows: one entry per symbol."""
        labels = {edge.arc.label for node in places for edge in self._edges(node)} - {EPSILON}
        if self.lattice.reads is not None:  # one sequence: everything reads its next symbol
            return [self._close(self._read(places, None))] if labels else []
        wide = any(map(is_wide, labels))
        symbols = self.lattice.named | {ANY} if wide else frozenset().union(*map(symbols_of, labels))
        return [self._close(self._read(places, symbol)) for symbol in sorted(symbols, key=repr)]

    def _edges(self, node: Node) -> list[Edge[V]]:
        return [edge for edge in self.lattice.edges(node) if edge.target in self.lattice.ahead]

    def _take(self, step: Step[V], edge: Edge[V]) -> Step[V]:
        return Step(self.K.times(step.weight, edge.weight), edge.arc, step)

    def _read(self, places: Places[V], symbol: Hashable | None) -> Places[V]:
        """Every way on that reads `symbol`, or for None whatever comes next; arcs carry what they read as their label.

        ANY stands for a symbol that no arc names.
        """
        after: Places[V] = {}
        for node, step in places.items():
            for edge in self._edges(node):
                label = edge.arc.label
                if label is EPSILON or not (symbol is None or reads(label, symbol)):
                    continue
                read = edge if symbol is None else edge._replace(arc=edge.arc._replace(label=symbol))
                self._improve(after, edge.target, self._take(step, read))
        return after

    def _improve(self, places: Places[V], node: Node, step: Step[V]) -> bool:
        if node in places and not self.K.better(step.weight, places[node].weight):
            return False
        places[node] = step
        return True

    def _close(self, places: Places[V]) -> Places[V]:
        """Follow epsilon edges. The guide has shown that no cycle improves but by rounding, which is cut short."""
        rounds = len(self.lattice.states)
        todo = set(places)
        while todo and rounds > 0:
            rounds -= 1
            after = set()
            for node in sorted(todo):
                for edge in self._edges(node):
                    if edge.arc.label is EPSILON and self._improve(places, edge.target, self._take(places[node], edge)):
                        after.add(edge.target)
            todo = after
        return places
