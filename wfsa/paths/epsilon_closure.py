"""Epsilon arcs: what can be reached, and at what weight, without reading a symbol."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.index import Side, index_of
from wfsa.labels import EPSILON
from wfsa.semirings.base import Semiring
from wfsa.semirings.stars import Star, Vector, add
from wfsa.weights.expressions import Weight

V = TypeVar("V")


class EpsilonStar(Generic[V]):
    """E* for the matrix E of epsilon weights: x · E* and E* · y. Arcs that no accepting path can use are left out.

    Cost: O(|arcs|) once per automaton that has epsilon arcs; then what can be reached by epsilons, see `Star`.
    """

    def __init__(self, automaton: WFSA, K: Semiring[V], value: Callable[[Weight, Any], V]) -> None:
        self._automaton, self._index = as_automaton(automaton), index_of(automaton)
        self._K, self._value = K, value
        self.forward: Star[V] = Star(_Rows(self._leaving).__getitem__, K)
        self._backward: Star[V] = Star(_Rows(self._entering).__getitem__, K, turned=True)

    def left(self, x: Vector[V]) -> Vector[V]:
        """x · E*.

        Raises:
            DivergenceError: the sum around an epsilon cycle that is reached has no value; the message names its states.
            SizeError: too many states lie on cycles through each other, see `Star`.
        """
        return self.forward.left(x) if _any(self._index.leaving, x) else x

    def right(self, y: Vector[V]) -> Vector[V]:
        """E* · y; raises as `left` does."""
        return self._backward.left(y) if _any(self._index.entering, y) else y

    def _leaving(self, state: State) -> Vector[V]:
        return self._row(self._index.leaving, state, lambda arc: arc.target)

    def _entering(self, state: State) -> Vector[V]:
        return self._row(self._index.entering, state, lambda arc: arc.source)

    def _row(self, side: Side, state: State, end: Callable[[Arc], State]) -> Vector[V]:
        row: Vector[V] = {}
        for number in side[state].epsilons:
            arc = self._automaton.arcs[number]
            useful = arc.source in self._index.useful and arc.target in self._index.useful
            if useful and (weight := self._value(arc.weight, EPSILON)) != self._K.zero:
                add(row, end(arc), weight, self._K)
        return row


class _Rows(dict[State, Vector[V]]):
    """State → its row, made when it is first asked for."""

    def __init__(self, make: Callable[[State], Vector[V]]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, state: State) -> Vector[V]:
        self[state] = row = self._make(state)
        return row


def _any(side: Side, vector: Vector[V]) -> bool:
    return any(side[state].epsilons for state in vector)


def epsilon_closure(automaton: WFSA, K: Semiring[V], value: Callable[[Weight, Any], V]) -> dict[State, Vector[V]]:
    """E* for the matrix E of epsilon weights, as rows over the states that have an epsilon arc.

    A state that is not a key only reaches itself, at weight one. Epsilon cycles are summed exactly. Arcs that no
    accepting path can use are left out.

    Raises:
        DivergenceError: the sum around an epsilon cycle has no value; the message names its states.
        SizeError: more than 4,000,000 pairs of states reach each other, or see `Star`.

    Cost: O(|arcs| + pairs + Σ n³) over the cyclic components of n states.
    """
    star = EpsilonStar(automaton, K, value)
    return star.forward.rows(epsilon_states(automaton))


def epsilon_states(automaton: WFSA) -> list[State]:
    """The states on accepting paths that have an epsilon arc to or from another such, in ascending order."""
    useful = index_of(automaton).useful if any(arc.label is EPSILON for arc in automaton.arcs) else frozenset()
    ends = {
        end
        for arc in automaton.arcs
        if arc.label is EPSILON and arc.source in useful and arc.target in useful
        for end in (arc.source, arc.target)
    }
    return sorted(ends)
