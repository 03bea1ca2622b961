"""The closure over epsilon arcs: what can be reached, and at what weight, without reading a symbol."""

from collections.abc import Callable
from typing import Any, TypeVar

from wfsa.automaton import EPSILON, WFSA, State
from wfsa.semirings.base import Semiring
from wfsa.semirings.stars import Star, Vector, add
from wfsa.structure import accessible, coaccessible
from wfsa.weights.expressions import Weight

V = TypeVar("V")


def epsilon_closure(automaton: WFSA, K: Semiring[V], value: Callable[[Weight, Any], V]) -> dict[State, Vector[V]]:
    """E* for the matrix E of epsilon weights, as rows over the states that have an epsilon arc.

    A state that is not a key only reaches itself, at weight one. Epsilon cycles are summed exactly. Arcs that no
    accepting path can use are left out.

    Raises:
        DivergenceError: the sum around an epsilon cycle has no value; the message names its states.

    Cost: O(m³) for m states that touch an epsilon arc.
    """
    rows: dict[State, Vector[V]] = {}
    epsilons = [arc for arc in automaton.arcs if arc.label is EPSILON]
    useful = accessible(automaton) & coaccessible(automaton) if epsilons else frozenset()
    for arc in epsilons:
        if arc.source in useful and arc.target in useful:
            add(rows.setdefault(arc.source, {}), arc.target, value(arc.weight, EPSILON), K)
    star = Star(rows, K)
    touched = sorted(set(rows) | {state for row in rows.values() for state in row})
    return {state: star.left({state: K.one}) for state in touched}
