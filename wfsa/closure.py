"""The closure over epsilon arcs: what can be reached, and at what weight, without reading a symbol."""

from collections.abc import Callable
from typing import Any, TypeVar

from wfsa.automaton import EPSILON, WFSA, State
from wfsa.errors import DivergenceError
from wfsa.semiring import Semiring
from wfsa.weights import Weight

V = TypeVar("V")
Matrix = dict[State, dict[State, V]]


def epsilon_closure(automaton: WFSA, K: Semiring[V], value: Callable[[Weight, Any], V]) -> Matrix[V]:
    """E* for the matrix E of epsilon weights, as rows over the states that have an epsilon arc.

    A state that is not a key only reaches itself, at weight one. Epsilon cycles are summed exactly by `star`.

    Raises:
        DivergenceError: the sum around an epsilon cycle has no value; the message names the state.

    Cost: O(m³) for m states that touch an epsilon arc. Source: Lehmann (1977).
    """
    epsilons = [arc for arc in automaton.arcs if arc.label is EPSILON]
    touched = sorted({end for arc in epsilons for end in (arc.source, arc.target)})
    rows: Matrix[V] = {state: {} for state in touched}
    for arc in epsilons:
        row = rows[arc.source]
        row[arc.target] = K.plus(row.get(arc.target, K.zero), value(arc.weight, EPSILON))
    for pivot in touched:
        _eliminate(rows, pivot, K)
    for state in touched:
        rows[state][state] = K.plus(rows[state].get(state, K.zero), K.one)
    return rows


def _eliminate(rows: Matrix[V], pivot: State, K: Semiring[V]) -> None:
    """One round of Lehmann's recursion: V[i,k] ⊕= V[i,j] ⊗ V[j,j]* ⊗ V[j,k] for the pivot j."""
    try:
        around = K.star(rows[pivot].get(pivot, K.zero))
    except DivergenceError as error:
        raise DivergenceError(f"at state {pivot}: {error}") from None
    through = {k: K.times(around, weight) for k, weight in rows[pivot].items()}
    for row in list(rows.values()):
        into = row.get(pivot)
        if into is None:
            continue
        for k, weight in through.items():
            row[k] = K.plus(row.get(k, K.zero), K.times(into, weight))
