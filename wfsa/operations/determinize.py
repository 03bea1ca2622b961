"""Weighted determinisation: at most one way to read every string."""

import math
from collections.abc import Hashable
from typing import Generic, TypeVar

from wfsa.automaton import WFSA, Arc, State
from wfsa.errors import SizeError
from wfsa.index import index_of
from wfsa.operations.epsilon_remove import plain
from wfsa.operations.rational import atoms
from wfsa.operations.twins import twins_violation
from wfsa.paths.forward import Weigh
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.float_stars import CANCELLED
from wfsa.semirings.stars import Vector, add
from wfsa.weights.evaluate import constant

V = TypeVar("V")

_MOST, _MOST_OF_NO_TWINS = 1_000_000, 10_000
"""States of a result where nothing else is asked for; and where there are siblings that are no twins."""

_SMALLEST = 1e-290
"""Below this, doubles lose digits."""


def determinize(automaton: WFSA, K: Semiring[V], max_states: int | None = None, weigh: Weigh = constant) -> WFSA:
    """An automaton with one initial state and at most one arc per state and symbol, of equal pathsums.

    Its states are sets of states with what each still owes: from {q: r_q}, over arcs that read a, what reaches q' is
    v_q' = ⊕ r_q ⊗ w(q, a, q'); the weight is w = ⊕ v_q', and v_q' ⊘ w is owed at q'. Over a field, where sums may
    cancel, w is the first v that is not 0̄. Epsilon arcs are removed first; what is deterministic then keeps its states.
    Labels of several symbols become the symbols that are named, and NoneOf those.
    Sets are the same where their `K.key`s are.

    Args:
        max_states: how many the result may have; None: 1,000,000, or 10,000 where siblings are found that are no twins.

    Raises:
        SizeError: more than `max_states` states are needed, or owed weights beyond the doubles; the message names
            siblings that are no twins, if there are.
        SemiringError: K does not divide.

    Cost: O(states of the result · |arcs|). Source: Mohri (1997), "Finite-state transducers in language and speech
    processing".
    """
    as_semiring(K).needs("divide", "determinisation")
    (source,) = atoms(plain(automaton, K, weigh))
    return source if is_deterministic(source) else _Subsets(source, K, max_states).build()


def is_deterministic(source: WFSA) -> bool:
    """At most one initial state, and one arc per state and label? Labels read different symbols, and no epsilons."""
    leaving = index_of(source).leaving
    steps = (numbers for state in source.states for numbers in leaving[state].labelled.values())
    return len(source.initial) <= 1 and all(len(numbers) == 1 for numbers in steps)


class _Subsets(Generic[V]):
    """The subset construction from one start."""

    def __init__(self, source: WFSA, K: Semiring[V], max_states: int | None) -> None:
        self.source, self.K, self.max_states = source, K, max_states
        self.numbers: dict[Hashable, State] = {}
        self._one = K.key(K.one)
        self.subsets: list[Vector[V]] = []

    def build(self) -> WFSA:
        if not self.source.initial:
            return WFSA({}, (), {})
        weight, start = self._split(dict(self.source.initial))
        initial = {self._number(start): weight}
        arcs: list[Arc] = []
        for number, subset in enumerate(self.subsets):  # grows while it is walked
            for symbol, reached in self._read(subset).items():
                weight, owed = self._split(reached)
                arcs.append(Arc(number, symbol, self._number(owed), weight))
        final: dict[State, V] = {}
        for number, subset in enumerate(self.subsets):
            for state, owed_there in subset.items():
                if state in self.source.final:
                    add(final, number, self.K.times(owed_there, self.source.final[state]), self.K)
        return WFSA(initial, tuple(arcs), {state: weight for state, weight in final.items() if weight != self.K.zero})

    def _read(self, subset: Vector[V]) -> dict[Hashable, Vector[V]]:
        """Symbol → where it leads, at which weights; what cancels to 0̄ leads nowhere."""
        found: dict[Hashable, dict[State, list[V]]] = {}
        for state, owed in subset.items():
            for arc in self.source.leaving[state]:
                terms = found.setdefault(arc.label, {}).setdefault(arc.target, [])
                terms.append(self.K.times(owed, arc.weight))
                if terms[-1] == self.K.zero and self.K.integral:  # no factor is 0̄
                    raise SizeError(self._too_large("weights that doubles can hold"))
        alive = {
            symbol: {state: self.K.sum(terms) for state, terms in row.items() if not self._cancels(terms)}
            for symbol, row in found.items()
        }
        return {symbol: row for symbol, row in alive.items() if row}

    def _cancels(self, terms: list[V]) -> bool:
        """Is their sum 0̄, or what rounding leaves of it where terms have signs?"""
        total = self.K.sum(terms)
        if self.K.from_real is None or self.K.real is None or len(terms) == 1:
            return total == self.K.zero
        return abs(self.K.real(total)) <= CANCELLED * sum(abs(self.K.real(term)) for term in terms)

    def _split(self, row: Vector[V]) -> tuple[V, Vector[V]]:
        """The common weight, and what is owed beyond it."""
        divide = self.K.needs("divide", "determinisation")
        if len(row) == 1 and self._holds(next(iter(row.values()))):
            (state, common), *_ = row.items()
            return common, {state: self.K.one}
        common = row[min(row)] if self.K.from_real is not None else self.K.sum(row.values())
        owed = {state: divide(weight, common) for state, weight in sorted(row.items())}
        if not all(map(self._holds, owed.values())):
            raise SizeError(self._too_large("weights that doubles can hold"))
        return common, owed

    def _holds(self, owed: V) -> bool:
        """Is it a weight that is neither lost nor about to be: overflown, or so small that its digits go?"""
        if owed in (self.K.zero, math.inf, -math.inf):
            return False
        return self.K.additive or not isinstance(owed, float) or abs(owed) > _SMALLEST

    def _number(self, subset: Vector[V]) -> State:
        one, of_one = self.K.one, self._one
        key = tuple((state, of_one if owed == one else self.K.key(owed)) for state, owed in subset.items())
        if key not in self.numbers:
            if len(self.subsets) == self.max_states:
                raise SizeError(self._too_large(f"{self.max_states} states"))
            if len(self.subsets) == _MOST_OF_NO_TWINS and self.max_states is None:
                self.max_states = _MOST
                if twins_violation(self.source, self.K) is not None:
                    raise SizeError(self._too_large(f"{_MOST_OF_NO_TWINS} states"))
            self.numbers[key] = len(self.subsets)
            self.subsets.append(subset)
        return self.numbers[key]

    def _too_large(self, allowed: str) -> str:
        text = f"determinisation in {self.K} may use {allowed} (needs more); raise max_states or scale the weights"
        violation = twins_violation(self.source, self.K)
        if violation is None:
            return text + "."
        p, q = violation.states
        v, w = violation.weights
        cycle = " ".join(map(str, violation.cycle))
        return (
            f"{text}, though it may never end: states {p} and {q} are reached by the same string but read the cycle "
            f"{cycle!r} at weights {v!r} and {w!r}, so they are no twins."
        )
