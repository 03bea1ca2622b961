"""Weight pushing: the same automaton with its weight as early as possible."""

from typing import TypeVar

from wfsa.automaton import WFSA, Arc
from wfsa.errors import SemiringError
from wfsa.forward import Weigh
from wfsa.semiring import Semiring
from wfsa.structure import trim
from wfsa.total import totals_to_end
from wfsa.weights import constant, lifted

V = TypeVar("V")


def evaluated(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> WFSA:
    """The trimmed automaton with every weight an element of K; arcs and ends of weight 0̄ are dropped."""
    value = lifted(weigh, K)
    initial = {state: value(weight, None) for state, weight in automaton.initial.items()}
    final = {state: value(weight, None) for state, weight in automaton.final.items()}
    arcs = (arc._replace(weight=value(arc.weight, arc.label)) for arc in automaton.arcs)
    return trim(
        WFSA(
            {state: weight for state, weight in initial.items() if weight != K.zero},
            tuple(arc for arc in arcs if arc.weight != K.zero),
            {state: weight for state, weight in final.items() if weight != K.zero},
        )
    )


def push(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> WFSA:
    """Equal pathsums, with d[p] = ⊕ over all ways from p to the end moved as early as possible.

    λ'[p] = λ[p] ⊗ d[p], w' = (w ⊗ d[q]) ⊘ d[p] for an arc p → q, ρ'[p] = ρ[p] ⊘ d[p]. After that the weights that
    leave a state, its final one included, sum to 1̄: in REAL they are probabilities. The result is trimmed.

    Raises:
        SemiringError: K does not divide, or signed weights cancel to d[p] = 0̄.
        DivergenceError: the sum around a cycle has no value.

    Cost: that of `total_weight`. Source: Mohri (2009), §7.
    """
    divide = K.needs("divide", "pushing")
    useful = evaluated(automaton, K, weigh)
    ahead = totals_to_end(useful, K)
    for state in useful.states:
        if ahead.get(state, K.zero) == K.zero:
            raise SemiringError(f"pushing needs paths from a state that do not cancel (got a sum of 0̄ at {state}).")
    arcs = tuple(
        Arc(arc.source, arc.label, arc.target, divide(K.times(arc.weight, ahead[arc.target]), ahead[arc.source]))
        for arc in useful.arcs
    )
    initial = {state: K.times(weight, ahead[state]) for state, weight in useful.initial.items()}
    return WFSA(initial, arcs, {state: divide(weight, ahead[state]) for state, weight in useful.final.items()})
