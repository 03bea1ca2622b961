"""Sums over all strings: the weight of everything an automaton accepts, and of everything between two states."""

from importlib import import_module
from types import ModuleType
from typing import TypeVar

from wfsa.automaton import WFSA, State, as_automaton
from wfsa.paths.evaluated import evaluated
from wfsa.paths.forward import Weigh
from wfsa.paths.underflow import vanished, warn_of_range
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.stars import Matrix, Star, Vector, add
from wfsa.weights.evaluate import constant, lifted

V = TypeVar("V")

LARGE = 500
"""Arcs from which on semirings of plain numbers are run as arrays."""


def step_matrix(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> Matrix[V]:
    """Rows of ⊕ over all arcs from p to q, whatever they read; an ANY arc counts once."""
    value = lifted(weigh, K)
    rows: dict[State, Vector[V]] = {}
    for arc in as_automaton(automaton).arcs:
        add(rows.setdefault(arc.source, {}), arc.target, value(arc.weight, arc.label), K)
    return rows


def total_weight(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> V:
    """⊕ over all accepting paths, of all strings: λ · M* · ρ with M the sum of all arcs. An ANY arc counts once.

    Warns (RangeWarning) as `pathsum` does, where products are too small or too large for doubles.

    Raises:
        DivergenceError: the sum around a cycle has no value; the message names its states.

    Cost: O(|arcs| + Σ n³) over the strongly connected components of n states. Source: Mohri (2002), Lehmann (1977).
    """
    total = quiet_total(automaton, K, weigh)
    warn_of_range(total, K, lambda: total_vanished(automaton, K, weigh))
    return total


def total_vanished(automaton: WFSA, K: Semiring[V], weigh: Weigh) -> bool:
    """Is a total weight that is 0̄ so by rounding?"""
    return vanished(automaton, None, K, weigh, lambda other: quiet_total(automaton, K, other))


def quiet_total(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> V:
    """`total_weight` without warnings, for those who raise."""
    if _is_large(automaton, K):
        found: V = _arrays().total(automaton, K, weigh)
        return found
    useful = evaluated(automaton, K, weigh)
    reached = _star(step_matrix(useful, K), K).left(useful.initial)
    return K.sum(K.times(reached[state], weight) for state, weight in useful.final.items() if state in reached)


def totals_from_start(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> Vector[V]:
    """λ · M*: state → ⊕ over all paths that end there, of all strings; for the states on accepting paths.

    Raises:
        DivergenceError: the sum around a cycle has no value.
    """
    if _is_large(automaton, K):
        found: Vector[V] = _arrays().from_start(automaton, K, weigh)
        return found
    useful = evaluated(automaton, K, weigh)
    return _star(step_matrix(useful, K), K).left(useful.initial)


def totals_to_end(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> Vector[V]:
    """M* · ρ: state → ⊕ over all paths from there that are accepted, of all strings; for states on accepting paths.

    Raises:
        DivergenceError: the sum around a cycle has no value.
    """
    if _is_large(automaton, K):
        found: Vector[V] = _arrays().to_end(automaton, K, weigh)
        return found
    useful = evaluated(automaton, K, weigh)
    return _star(_columns(step_matrix(useful, K)), K, turned=True).left(useful.final)


def kleene_closure(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> dict[State, Vector[V]]:
    """M*: p → q → ⊕ over all paths from p to q, the empty one included; initial and final weights play no part.

    Raises:
        DivergenceError: the sum around a cycle has no value; the message names its states.
        SizeError: more than 4,000,000 pairs of states reach each other, or see `Star`.

    Cost: O(|Q|·|arcs| + Σ n³). Source: Lehmann (1977), component by component.
    """
    return _star(step_matrix(automaton, K, weigh), K).rows(automaton.states)


def _is_large(automaton: WFSA, K: Semiring[V]) -> bool:
    return as_semiring(K).arrays is not None and len(as_automaton(automaton).arcs) >= LARGE


def _arrays() -> ModuleType:
    """What large automata are run on; loading numba takes longer than running a small one."""
    return import_module("wfsa.arrays.totals")


def _star(matrix: Matrix[V], K: Semiring[V], turned: bool = False) -> Star[V]:
    return Star(lambda state: matrix.get(state, {}), K, turned)


def _columns(matrix: Matrix[V]) -> Matrix[V]:
    """q → {p: entry [p, q]}."""
    found: dict[State, Vector[V]] = {}
    for p, row in matrix.items():
        for q, weight in row.items():
            found.setdefault(q, {})[p] = weight
    return found
