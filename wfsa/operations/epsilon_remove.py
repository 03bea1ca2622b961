"""Removing epsilon arcs."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.errors import DivergenceError
from wfsa.labels import EPSILON
from wfsa.paths.epsilon_closure import EpsilonStar, epsilon_states
from wfsa.paths.evaluated import evaluated
from wfsa.paths.forward import Weigh
from wfsa.paths.underflow import sizes, vanished_error
from wfsa.semirings.base import Semiring
from wfsa.semirings.stars import Star, Vector, add
from wfsa.weights.evaluate import constant, lifted
from wfsa.weights.multiply import multiply, times_within

V = TypeVar("V")


def epsilon_remove(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> WFSA:
    """The same pathsums without epsilon arcs: p –a/(E*[p,q] ⊗ w)→ r for every arc q –a/w→ r, and final weights E* · ρ.

    Epsilon cycles are summed exactly. With a `weigh` of your own, every weight is evaluated. Without one, weights of
    epsilon arcs and final weights behind them are, and all others may stay symbolic. States keep their numbers; those
    that only epsilon arcs enter are left out.

    Raises:
        DivergenceError: the sum around an epsilon cycle has no value.
        RangeError: a product of weights on the way is too small or too large for doubles.
        SizeError: more than 4,000,000 pairs of states reach each other by epsilons, or see `Star`.
        AutomatonError: the weight of an epsilon arc is symbolic, and `weigh` has no parameters.

    Cost: O(pairs of states of which one reaches the other by epsilons + |arcs of the result|).
    Source: Mohri (2002), "Generic epsilon-removal".
    """
    if weigh is not constant:
        automaton = evaluated(automaton, K, weigh)
        weigh = constant
    if not any(arc.label is EPSILON for arc in as_automaton(automaton).arcs):
        return automaton
    value = lifted(weigh, K)
    star = EpsilonStar(as_automaton(automaton), K, value).forward
    states = epsilon_states(automaton)
    entered = {arc.target for arc in automaton.arcs if arc.label is not EPSILON} | set(automaton.initial)
    closure = star.rows(state for state in states if state in entered)
    if K.integral:
        _check(closure, star, K, lambda: EpsilonStar(automaton, K, sizes(value, K)).forward)
    behind = set(states) - entered
    arcs: list[Arc] = []
    final: dict[State, Any] = {}
    for state in automaton.states:
        if state in behind:
            continue
        if state not in closure:
            arcs += [arc for arc in automaton.leaving[state] if arc.label is not EPSILON]
            if state in automaton.final:
                final[state] = automaton.final[state]
            continue
        for between, through in closure[state].items():
            arcs += [
                Arc(state, arc.label, arc.target, multiply(through, arc.weight, K))
                for arc in automaton.leaving[between]
                if arc.label is not EPSILON
            ]
            if between in automaton.final:
                add(final, state, times_within(through, value(automaton.final[between], None), K), K)
    return WFSA(automaton.initial, tuple(arcs), final)


def plain(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> WFSA:
    """The same pathsums with elements of K for weights, without epsilon arcs, trimmed.

    Raises:
        DivergenceError: the sum around an epsilon cycle has no value.
    """
    source = evaluated(automaton, K, weigh)
    without = epsilon_remove(source, K)
    return source if without is source else evaluated(without, K)


def _check(closure: Mapping[State, Vector[V]], star: Star[V], K: Semiring[V], sized: Callable[[], Star[V]]) -> None:
    """Is an entry of E* 0̄ by rounding? In a field signs may cancel to 0̄, and the sizes of the weights tell."""
    for state, row in closure.items():
        lost = [between for between in star.reached(state) if row.get(between, K.zero) == K.zero]
        if not lost:
            continue
        if K.from_real is not None:
            try:
                sums = sized().left({state: K.one})
            except DivergenceError:  # it only converges by its signs
                continue
            lost = [between for between in lost if sums.get(between, K.zero) == K.zero]
        if lost:
            raise vanished_error("removing epsilons", K)
