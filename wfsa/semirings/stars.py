"""Linear algebra over a semiring: stars of sparse matrices, component by component.

A matrix is given by its rows, state → {state: weight}; what is absent is 0̄. Cycles lie inside strongly connected
components, so only each component needs a star; between components weights are passed on once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np

from wfsa.automaton import State
from wfsa.components import Components, Descending
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
    """x · M* for a sparse matrix M, of which no more is looked at than x reaches.

    Args:
        after: p → row p of M.
        turned: M is the transpose of the matrix that is meant, and products are taken the other way round: `left(y)` is
            then M* · y of that matrix.

    Cost: O(entries that are reached + Σ n³) over their components of n states. Source: Mohri (2002), Lehmann (1977).
    """

    def __init__(self, after: Callable[[State], Mapping[State, V]], K: Semiring[V], turned: bool = False) -> None:
        self._after, self._K, self._turned = after, K, turned
        self._components = Components(after)
        self._stars: dict[int, Matrix[V]] = {}

    def left(self, x: Mapping[State, V]) -> Vector[V]:
        """x · M*.

        Raises:
            DivergenceError: the sum around some cycle that x reaches has no value; the message names the states of its
                component.
            SizeError: a component has more than 1,500 states, or 250 in a semiring without `matrix_star`.
        """
        K, components = self._K, self._components
        waiting: Vector[V] = dict(x)
        found: Vector[V] = {}
        todo = Descending(map(components.of, x))
        for number in todo:
            states, star = components.states(number), self._star(number)
            for p in states:
                if p in waiting:
                    for q, weight in star.get(p, {p: K.one}).items():
                        add(found, q, self._times(waiting[p], weight), K)
            for p in states:
                if p in found:
                    for q, weight in self._after(p).items():
                        if (target := components.of(q)) != number:
                            add(waiting, q, self._times(found[p], weight), K)
                            todo.add(target)
        return found

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
            for q, weight in self._after(p).items():
                if q not in found and weight != self._K.zero:
                    found.add(q)
                    todo.append(q)
        return found

    def _times(self, before: V, weight: V) -> V:
        return self._K.times(weight, before) if self._turned else self._K.times(before, weight)

    def _star(self, number: int) -> Matrix[V]:
        if number not in self._stars:
            self._stars[number] = self._block_star(self._components.states(number))
        return self._stars[number]

    def _block_star(self, states: tuple[State, ...]) -> Matrix[V]:
        """The star of the block of one component; empty, for "one", where a single state has no loop."""
        if len(states) == 1 and states[0] not in self._after(states[0]):
            return {}
        largest = _LARGEST if self._K.matrix_star is not None else _LARGEST_BY_HAND
        if len(states) > largest:
            raise SizeError(
                f"the sums around cycles in {self._K} need components of at most {largest} states (got {len(states)} "
                f"that lie on cycles through each other, among them state {states[0]}); make the automaton smaller."
            )
        rows = self._turn([[self._after(p).get(q, self._K.zero) for q in states] for p in states])
        try:
            closed = [[self._K.star(rows[0][0])]] if len(states) == 1 else dense_star(rows, self._K)
        except DivergenceError as error:
            named = ", ".join(map(str, states[:5])) + (", …" if len(states) > 5 else "")
            raise DivergenceError(f"around state {named}: {error}") from None
        return {
            p: {q: weight for q, weight in zip(states, row, strict=True) if weight != self._K.zero}
            for p, row in zip(states, self._turn(closed), strict=True)
        }

    def _turn(self, rows: list[list[V]]) -> list[list[V]]:
        return [list(column) for column in zip(*rows, strict=True)] if self._turned else rows


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
