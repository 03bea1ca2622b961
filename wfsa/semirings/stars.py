"""Linear algebra over a semiring: stars of sparse matrices, component by component.

A matrix is a mapping of rows, state → {state: weight}; what is absent is 0̄. Cycles lie inside strongly connected
components, so only each component needs a star; between components weights are passed on once.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np

from wfsa.automaton import State
from wfsa.errors import DivergenceError, SizeError
from wfsa.semirings.base import Semiring

V = TypeVar("V")
Vector = dict[State, V]
Matrix = Mapping[State, Mapping[State, V]]

_LARGEST, _LARGEST_BY_HAND = 1500, 250
"""States of a component, by numpy and without: a star of more takes minutes."""

_MOST_PAIRS = 4_000_000
"""Entries of a closure: about a gigabyte."""


class Star(Generic[V]):
    """M* for a sparse matrix M: `star.left(x)` is x · M*, `star.right(y)` is M* · y.

    Raises:
        DivergenceError: the sum around some cycle has no value; the message names the states of its component.
        SizeError: a component has more than 1,500 states, or 250 in a semiring without `matrix_star`.

    Cost: O(Σ n³) over the components of n states, once. Source: Mohri (2002), Lehmann (1977).
    """

    def __init__(self, matrix: Matrix[V], K: Semiring[V]) -> None:
        self._matrix = matrix
        self._K = K
        self._components = components(matrix)
        self._number = {state: n for n, states in enumerate(self._components) for state in states}
        self._stars = [self._block_star(states) for states in self._components]

    def _block_star(self, states: tuple[State, ...]) -> Matrix[V]:
        """The star of the block of one component; empty, for "one", where a single state has no loop."""
        if len(states) == 1 and states[0] not in self._matrix.get(states[0], {}):
            return {}
        largest = _LARGEST if self._K.matrix_star is not None else _LARGEST_BY_HAND
        if len(states) > largest:
            raise SizeError(
                f"the sums around cycles in {self._K} need components of at most {largest} states (got {len(states)} "
                f"that lie on cycles through each other, among them state {states[0]}); make the automaton smaller."
            )
        rows = [[self._matrix.get(p, {}).get(q, self._K.zero) for q in states] for p in states]
        try:
            closed = [[self._K.star(rows[0][0])]] if len(states) == 1 else dense_star(rows, self._K)
        except DivergenceError as error:
            named = ", ".join(map(str, states[:5])) + (", …" if len(states) > 5 else "")
            raise DivergenceError(f"around state {named}: {error}") from None
        return {
            p: {q: weight for q, weight in zip(states, row, strict=True) if weight != self._K.zero}
            for p, row in zip(states, closed, strict=True)
        }

    @property
    def states(self) -> tuple[State, ...]:
        """The states that the matrix knows, in ascending order."""
        return tuple(sorted(self._number))

    def rows(self, states: Iterable[State]) -> dict[State, Vector[V]]:
        """The rows of M* of these states.

        Raises:
            SizeError: they have more than 4,000,000 entries together.
        """
        found: dict[State, Vector[V]] = {}
        entries = 0
        for state in states:
            found[state] = self.left({state: self._K.one})
            entries += len(found[state])
            if entries > _MOST_PAIRS:
                raise SizeError(
                    f"a closure holds at most {_MOST_PAIRS:,} pairs of states of which one reaches the other (got more "
                    f"from {len(found)} of the states); ask for pathsum or total_weight, which need no pairs."
                )
        return found

    def reached(self, state: State) -> set[State]:
        """The states that entries of the matrix that are not 0̄ lead to from here, itself among them.

        M* is 0̄ there where signs cancel, or by rounding.
        """
        found = {state}
        for p in (todo := [state]):  # grows while it is walked
            for q, weight in self._matrix.get(p, {}).items():
                if q not in found and weight != self._K.zero:
                    found.add(q)
                    todo.append(q)
        return found

    def left(self, x: Mapping[State, V]) -> Vector[V]:
        """x · M*."""
        K = self._K
        waiting: Vector[V] = dict(x)
        found: Vector[V] = {}
        todo = [self._number[p] for p in x if p in self._number]
        heapq.heapify(todo)
        last = -1
        while todo:
            number = heapq.heappop(todo)
            if number == last:
                continue
            last, states, star = number, self._components[number], self._stars[number]
            for p in states:
                if p in waiting:
                    for q, weight in star.get(p, {p: K.one}).items():
                        add(found, q, K.times(waiting[p], weight), K)
            for p in states:
                if p in found:
                    for q, weight in self._matrix.get(p, {}).items():
                        if self._number[q] != number:
                            add(waiting, q, K.times(found[p], weight), K)
                            heapq.heappush(todo, self._number[q])
        # States that the matrix does not know are only reached by starting there.
        found.update({p: weight for p, weight in waiting.items() if p not in self._number})
        return found

    def right(self, y: Mapping[State, V]) -> Vector[V]:
        """M* · y."""
        K = self._K
        found: Vector[V] = {p: weight for p, weight in y.items() if p not in self._number}
        for states, star in zip(reversed(self._components), reversed(self._stars), strict=True):
            inside = set(states)
            here: Vector[V] = {p: y[p] for p in states if p in y}
            for p in states:
                for q, weight in self._matrix.get(p, {}).items():
                    if q not in inside and q in found:
                        add(here, p, K.times(weight, found[q]), K)
            for p in states:
                for q, weight in star.get(p, {p: K.one}).items():
                    if q in here:
                        add(found, p, K.times(weight, here[q]), K)
        return found


def dense_star(rows: Sequence[Sequence[V]], K: Semiring[V]) -> list[list[V]]:
    """The star of a square matrix of elements, by whatever K has for it.

    Raises:
        DivergenceError: it has no value.
    """
    if K.block_star is not None:
        return K.block_star(rows)
    if K.matrix_star is not None:
        closed = K.matrix_star(np.array(rows, dtype=np.float64))
        return [[K.lift(weight) for weight in row] for row in closed.tolist()]
    return _by_pivots([list(row) for row in rows], K)


def _by_pivots(rows: list[list[V]], K: Semiring[V]) -> list[list[V]]:
    """Lehmann's recursion, V[i,k] ⊕= V[i,j] ⊗ V[j,j]* ⊗ V[j,k] for each pivot j."""
    for j in range(len(rows)):
        around = K.star(rows[j][j])
        through = [K.times(around, weight) for weight in rows[j]]
        for row in rows:
            if row[j] != K.zero:
                into = row[j]
                row[:] = [K.plus(weight, K.times(into, more)) for weight, more in zip(row, through, strict=True)]
    for j, row in enumerate(rows):
        row[j] = K.plus(row[j], K.one)
    return rows


def dense_product(a: Sequence[Sequence[V]], b: Sequence[Sequence[V]], K: Semiring[V]) -> list[list[V]]:
    """The product of two square matrices of elements."""
    columns = list(zip(*b, strict=True))
    return [[K.sum(K.times(x, y) for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


def add(vector: Vector[V], state: State, weight: V, K: Semiring[V]) -> None:
    """vector[state] ⊕= weight, in place."""
    vector[state] = K.plus(vector[state], weight) if state in vector else weight


def components(matrix: Matrix[V]) -> list[tuple[State, ...]]:
    """The strongly connected components, each before those that it leads to.

    Cost: O(entries). Source: Tarjan (1972), without recursion.
    """
    found: list[tuple[State, ...]] = []
    index: dict[State, int] = {}
    low: dict[State, int] = {}
    stack: list[State] = []
    on_stack: set[State] = set()
    for root in sorted(set(matrix) | {q for row in matrix.values() for q in row}):
        if root in index:
            continue
        work = [(root, iter(_after(matrix, root)))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            state, rest = work[-1]
            successor = next(rest, None)
            if successor is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[state])
                if low[state] == index[state]:
                    found.append(_pop_component(stack, on_stack, state))
            elif successor not in index:
                index[successor] = low[successor] = len(index)
                stack.append(successor)
                on_stack.add(successor)
                work.append((successor, iter(_after(matrix, successor))))
            elif successor in on_stack:
                low[state] = min(low[state], index[successor])
    return found[::-1]


def _after(matrix: Matrix[V], state: State) -> Iterable[State]:
    return sorted(matrix.get(state, {}))


def _pop_component(stack: list[State], on_stack: set[State], root: State) -> tuple[State, ...]:
    states = [stack.pop()]
    while states[-1] != root:
        states.append(stack.pop())
    on_stack.difference_update(states)
    return tuple(sorted(states))
