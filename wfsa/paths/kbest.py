"""The k best paths, or the k best strings, best first."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from wfsa.automaton import WFSA
from wfsa.errors import SemiringError
from wfsa.paths.best_strings import BestStrings
from wfsa.paths.forward import Symbols, Weigh
from wfsa.paths.lattice import Lattice, Node
from wfsa.paths.ranks import rank
from wfsa.paths.underflow import vanished_error, warn_of_range
from wfsa.paths.viterbi import Path, Step, unwind
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.scalars import MIN_PLUS
from wfsa.weights.evaluate import constant, lifted

V = TypeVar("V")


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
    lattice = Lattice(automaton, xs, K, weigh)
    search: Iterable[Path[V]] = BestStrings(lattice) if distinct == "strings" else BestPaths(lattice, k)
    return list(islice(search, k))


class _Entry(NamedTuple, Generic[V]):
    """A way into a node; sorted by what the best path by it weighs, of equals the longest way first.

    Attributes:
        before: minus the arcs on the way.
    """

    key: Any
    before: int
    number: int
    node: Node
    step: Step[V]
    done: bool


class BestPaths(Generic[V]):
    """The paths, best first; a node is left k times at most, since the k best ways into it are enough."""

    def __init__(self, lattice: Lattice[V], k: int) -> None:
        self.lattice, self.k, self.K = lattice, k, lattice.K
        self._rank, self._number = rank(lattice.K), count()
        self._heap: list[_Entry[V]] = []

    def __iter__(self) -> Iterator[Path[V]]:
        lattice, K, left = self.lattice, self.K, Counter[Node]()
        for node, weight in lattice.start.items():
            if node in lattice.ahead:
                self._offer(K.times(weight, lattice.ahead[node]), 0, node, Step(weight, None, None))
        while self._heap:
            _, before, _, node, step, done = heapq.heappop(self._heap)
            if done:
                yield unwind(K.times(step.weight, lattice.end[node]), node.state, step)
                continue
            left[node] += 1
            if left[node] > self.k:
                continue
            if node in lattice.end:
                self._offer(K.times(step.weight, lattice.end[node]), before - 1, node, step, True)
            for edge in lattice.edges(node):
                if edge.target in lattice.ahead:
                    weight = K.times(step.weight, edge.weight)
                    guide = K.times(weight, lattice.ahead[edge.target])
                    self._offer(guide, before - 1, edge.target, Step(weight, edge.arc, step))

    def _offer(self, guide: V, before: int, node: Node, step: Step[V], done: bool = False) -> None:
        if guide != self.K.zero:
            entry = _Entry(self._rank(guide), before, next(self._number), node, step, done)
            heapq.heappush(self._heap, entry)
