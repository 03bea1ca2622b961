"""Sums over all strings: the weight of everything an automaton accepts."""

from collections.abc import Mapping
from typing import TypeVar

from wfsa.automaton import WFSA, State
from wfsa.forward import Weigh
from wfsa.linear import Star, Vector, add
from wfsa.semiring import Semiring
from wfsa.weights import constant, lifted

V = TypeVar("V")


def step_matrix(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> Mapping[State, Vector[V]]:
    """Rows of ⊕ over all arcs from p to q, whatever they read; an ANY arc counts once."""
    value = lifted(weigh, K)
    rows: dict[State, Vector[V]] = {}
    for arc in automaton.arcs:
        add(rows.setdefault(arc.source, {}), arc.target, value(arc.weight, arc.label), K)
    return rows


def total_weight(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> V:
    """⊕ over all accepting paths, of all strings: λ · M* · ρ with M the sum of all arcs. An ANY arc counts once.

    Raises:
        DivergenceError: the sum around a cycle has no value; the message names its states.

    Cost: O(|arcs| + Σ n³) over the strongly connected components of n states. Source: Mohri (2002), Lehmann (1977).
    """
    value = lifted(weigh, K)
    start = {state: value(weight, None) for state, weight in automaton.initial.items()}
    reached = Star(step_matrix(automaton, K, weigh), K).left(start)
    return K.sum(
        K.times(reached[state], value(weight, None)) for state, weight in automaton.final.items() if state in reached
    )
