"""The k best paths, or the k best strings, best first."""

import heapq
from collections.abc import Callable, Hashable, Iterator
from functools import cmp_to_key
from itertools import count
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from wfsa.automaton import ANY, EPSILON, WFSA
from wfsa.errors import SemiringError
from wfsa.paths.forward import Symbols, Weigh
from wfsa.paths.lattice import Edge, Lattice, Node
from wfsa.paths.underflow import vanished_error, warn_of_range
from wfsa.paths.viterbi import Path, Step, unwind
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.scalars import MIN_PLUS
from wfsa.weights.evaluate import constant, lifted

V = TypeVar("V")
Places = dict[Node, Step[V]]
"""The best way into each node that the same string can be in."""


class _Entry(NamedTuple, Generic[V]):
    """A way into some nodes; `last` where it has been accepted, with its final weight in the step."""

    places: Places[V]
    done: tuple[Node, V] | None


def k_best_paths(
    automaton: WFSA,
    xs: Symbols | None,
    k: int,
    K: Semiring[V],
    weigh: Weigh = constant,
    distinct: str = "paths",
) -> list[Path[V]]:
    """The k best accepting paths that read `xs`, best first; without `xs`, of all strings. Fewer if there are fewer.

    With `distinct="strings"` the best path of each of the k best strings; without `xs`, its arcs carry the symbol that
    they read as their label, so that `labels` is the string. There, ANY stands for a symbol that no arc names.

    Best-first search with the exact weight of the best way to the end as its guide, so only ways that belong to an
    answer are followed; for strings, over sets of states that the same string reaches.

    Raises:
        SemiringError: K does not select, k is no int or below 1, or `distinct` is neither "paths" nor "strings".
        DivergenceError: a cycle improves paths without end.
        RangeError: there are more paths than could be found, since their products are too small for doubles.

    Cost: O(k·T·d·log(kT)) for out-degree d, after one backward pass.
    Source: Hart, Nilsson and Raphael (1968); Mohri and Riley (2002), "An efficient algorithm for the n-best-strings
    problem".
    """
    as_semiring(K).needs("selective", "a list of best paths")
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1 or distinct not in ("paths", "strings"):
        raise SemiringError(
            f'k is an int of at least 1 and distinct is "paths" or "strings" (got {k!r:.40} and {distinct!r:.40}).'
        )
    found = _found(automaton, xs, k, K, weigh, distinct)
    if found:
        warn_of_range(found[-1].weight, K, lambda: False)
    if len(found) < k and K.additive is False and K.cost is not None:
        # Costs add up, so that none of them vanishes.
        cost, value = K.cost, lifted(weigh, K)
        every = _found(automaton, xs, k, MIN_PLUS, lambda weight, symbol: cost(value(weight, symbol)), distinct)
        if len(every) > len(found):
            raise vanished_error(f"a list of {k} best {distinct}", K)
    return found


def _found(automaton: WFSA, xs: Symbols | None, k: int, K: Semiring[V], weigh: Weigh, distinct: str) -> list[Path[V]]:
    search = _Search(Lattice(automaton, xs, K, weigh), k, distinct == "strings")
    return [path for path, _ in zip(search.run(), range(k), strict=False)]


class _Search(Generic[V]):
    """Best-first search; an entry holds one node, or for strings every node that its string can be in."""

    def __init__(self, lattice: Lattice[V], k: int, strings: bool) -> None:
        self.lattice, self.k, self.strings = lattice, k, strings
        self.K = lattice.K
        self.heap: list[tuple[Any, int, _Entry[V]]] = []
        self.number = count()
        self.rank = _rank(lattice.K)
        self.expanded: dict[Node, int] = {}

    def run(self) -> Iterator[Path[V]]:
        """The accepted entries, best first."""
        start = {n: Step(w, None, None) for n, w in self.lattice.start.items() if n in self.lattice.ahead}
        for group in [self._close(start)] if self.strings else [{node: step} for node, step in start.items()]:
            self._offer(group)
        while self.heap:
            entry = heapq.heappop(self.heap)[2]
            if entry.done is not None:
                node, weight = entry.done
                yield unwind(weight, node.state, entry.places[node])
            elif self._wanted(entry.places):
                self._finish(entry.places)
                for group in self._after(entry.places):
                    self._offer(group)

    def _wanted(self, places: Places[V]) -> bool:
        """A single node is left k times at most: the k best ways into it are enough."""
        if self.strings:
            return True
        (node,) = places
        self.expanded[node] = self.expanded.get(node, 0) + 1
        return self.expanded[node] <= self.k

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
        """What follows: one entry per edge, or for strings one per symbol."""
        if not self.strings:
            ((node, step),) = places.items()
            return [{edge.target: self._take(step, edge)} for edge in self._edges(node)]
        labels = {edge.arc.label for node in places for edge in self._edges(node)} - {EPSILON}
        if self.lattice.reads is not None:  # one sequence: everything reads its next symbol
            return [self._close(self._read(places, None))] if labels else []
        symbols = labels | self.lattice.named if ANY in labels else labels
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
                if label is EPSILON or not (symbol is None or label is ANY or label == symbol):
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


def _rank(K: Semiring[V]) -> Callable[[V], Any]:
    """The key by which better elements come first: for numbers a number."""
    if K.arrays is not None:
        sign = 1 if K.arrays.plus is np.minimum else -1
        return lambda weight: sign * weight  # type: ignore[operator]  # those of arrays are numbers

    def compare(a: V, b: V) -> int:
        return 0 if a == b else -1 if K.better(a, b) else 1

    return cmp_to_key(compare)
