"""Epsilon arcs: what can be reached, and at what weight, without reading a symbol."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from wfsa.automaton import EPSILON, WFSA, Arc, State, as_automaton
from wfsa.semirings.base import Semiring
from wfsa.semirings.stars import Star, Vector, add, components
from wfsa.structure import accessible, coaccessible
from wfsa.weights.expressions import Weight

V = TypeVar("V")


def epsilon_star(automaton: WFSA, K: Semiring[V], value: Callable[[Weight, Any], V]) -> Star[V]:
    """E* for the matrix E of epsilon weights. Arcs that no accepting path can use are left out.

    Raises:
        DivergenceError: the sum around an epsilon cycle has no value; the message names its states.
        SizeError: too many states lie on cycles through each other, see `Star`.

    Cost: O(|epsilon arcs| + Σ n³) over the cyclic components of n states.
    """
    rows: dict[State, Vector[V]] = {}
    epsilons = [arc for arc in automaton.arcs if arc.label is EPSILON]
    useful = accessible(automaton) & coaccessible(automaton) if epsilons else frozenset()
    for arc in epsilons:
        if arc.source in useful and arc.target in useful and (weight := value(arc.weight, EPSILON)) != K.zero:
            add(rows.setdefault(arc.source, {}), arc.target, weight, K)
    return Star(rows, K)


def epsilon_closure(automaton: WFSA, K: Semiring[V], value: Callable[[Weight, Any], V]) -> dict[State, Vector[V]]:
    """E* for the matrix E of epsilon weights, as rows over the states that have an epsilon arc.

    A state that is not a key only reaches itself, at weight one. Epsilon cycles are summed exactly. Arcs that no
    accepting path can use are left out.

    Raises:
        DivergenceError: the sum around an epsilon cycle has no value; the message names its states.
        SizeError: more than 4,000,000 pairs of states reach each other, or see `Star`.

    Cost: that of `epsilon_star`, and O(pairs).
    """
    star = epsilon_star(automaton, K, value)
    return star.rows(star.states)


class EpsilonStep(NamedTuple):
    """The epsilon arcs into states that lie on epsilon cycles through each other, or into one state."""

    size: int
    arcs: tuple[Arc, ...]


def epsilon_steps(automaton: WFSA) -> list[EpsilonStep]:
    """The epsilon arcs, every one after those that can come before it but for cycles; in arc order within a step.

    Best ways are final when a step is done, so that chains of any length take one pass. Cost: O(|epsilon arcs|).
    """
    epsilons = [arc for arc in as_automaton(automaton).arcs if arc.label is EPSILON]
    after: dict[State, dict[State, bool]] = {}
    for arc in epsilons:
        after.setdefault(arc.source, {})[arc.target] = True
    groups = components(after)
    place = {state: number for number, states in enumerate(groups) for state in states}
    entering: list[list[Arc]] = [[] for _ in groups]
    for arc in epsilons:
        entering[place[arc.target]].append(arc)
    return [EpsilonStep(len(states), tuple(arcs)) for states, arcs in zip(groups, entering, strict=True) if arcs]
