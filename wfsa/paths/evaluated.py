"""Automata with every weight read: elements of a semiring, and nothing that adds 0̄."""

from typing import TypeVar

from wfsa.automaton import WFSA, as_automaton
from wfsa.paths.forward import Weigh
from wfsa.semirings.base import Semiring
from wfsa.structure import trim
from wfsa.weights.evaluate import constant, lifted

V = TypeVar("V")


def evaluated(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> WFSA:
    """The trimmed automaton with every weight an element of K; arcs and ends of weight 0̄ are dropped."""
    value = lifted(weigh, K)
    initial = {state: value(weight, None) for state, weight in as_automaton(automaton).initial.items()}
    final = {state: value(weight, None) for state, weight in automaton.final.items()}
    arcs = (arc._replace(weight=value(arc.weight, arc.label)) for arc in automaton.arcs)
    return trim(
        WFSA(
            {state: weight for state, weight in initial.items() if weight != K.zero},
            tuple(arc for arc in arcs if arc.weight != K.zero),
            {state: weight for state, weight in final.items() if weight != K.zero},
        )
    )
