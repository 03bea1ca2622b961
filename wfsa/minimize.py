"""Minimisation: the smallest automaton of equal pathsums."""

from collections.abc import Hashable
from typing import TypeVar

import numpy as np

from wfsa.automaton import ANY, WFSA, Arc, State
from wfsa.determinize import determinize
from wfsa.forward import Weigh
from wfsa.linear import add
from wfsa.matrices import Matrices, named, plain, reduced, to_matrices
from wfsa.push import push
from wfsa.semiring import Semiring
from wfsa.weights import constant

V = TypeVar("V")

_NOISE = 1e-12
"""An entry below this share of the largest in its matrix is rounding."""


def minimize(automaton: WFSA, K: Semiring[V], max_states: int = 10_000, weigh: Weigh = constant) -> WFSA:
    """The smallest automaton with the same pathsums.

    Over a field: the smallest of all, deterministic or not, by linear algebra; always ends. Its weights may be
    negative, and weights of states that differ by more than nine orders of magnitude may be lost.
    Else: the smallest deterministic one, by determinising, pushing and merging; needs K to divide.

    Raises:
        SizeError: no field, and determinisation needs more than `max_states` states.
        SemiringError: K is no field and does not divide.
        DivergenceError: no field, and the sum over all strings has no value.

    Cost: O(symbols · n³) over a field. Source: Schützenberger (1961); Mohri (2009), §8.
    """
    if K.from_real is None:
        return _merged(push(determinize(automaton, K, max_states, weigh), K), K)
    source = plain(automaton, K, weigh)
    system = reduced(to_matrices(source, K, named(source)))
    # As many states as there were: theirs are as good as any, and their arcs fewer than those of a new basis.
    return source if len(system.initial) == len(source.states) else _from_matrices(system, K)


def _from_matrices(system: Matrices, K: Semiring[V]) -> WFSA:
    """One arc per entry; a named symbol carries what it does beyond ANY."""
    number = K.needs("from_real", "an automaton from matrices")
    others = _cleaned(system.steps[ANY], system)
    arcs = []
    for symbol, step in system.steps.items():
        beyond = others if symbol is ANY else _cleaned(step - system.steps[ANY], system)
        arcs += [Arc(int(p), symbol, int(q), number(float(beyond[p, q]))) for p, q in np.argwhere(beyond)]
    return WFSA(_ends(system.initial, K), tuple(arcs), _ends(system.final, K))


def _cleaned(step: np.ndarray, system: Matrices) -> np.ndarray:
    largest = max((float(np.abs(m).max(initial=0.0)) for m in system.steps.values()), default=0.0)
    return np.where(np.abs(step) > _NOISE * largest, step, 0.0)


def _ends(vector: np.ndarray, K: Semiring[V]) -> dict[State, V]:
    number = K.needs("from_real", "an automaton from matrices")
    largest = float(np.abs(vector).max(initial=0.0))
    return {q: number(float(weight)) for q, weight in enumerate(vector) if abs(weight) > _NOISE * largest}


def _merged(automaton: WFSA, K: Semiring[V]) -> WFSA:
    """Merge the states of a deterministic, pushed automaton that no string tells apart (Moore 1956)."""

    def signature(q: State, block: dict[State, int]) -> Hashable:
        end = K.key(automaton.final[q]) if q in automaton.final else None
        return end, frozenset((arc.label, K.key(arc.weight), block[arc.target]) for arc in automaton.leaving[q])

    block = dict.fromkeys(automaton.states, 0)
    count = 0
    while count < (count := len(set(block.values()))):
        numbers: dict[Hashable, int] = {}
        block = {q: numbers.setdefault(signature(q, block), len(numbers)) for q in automaton.states}
    first = {number: q for q, number in reversed(block.items())}
    arcs = tuple(
        Arc(block[arc.source], arc.label, block[arc.target], arc.weight)
        for arc in automaton.arcs
        if first[block[arc.source]] == arc.source
    )
    initial: dict[State, V] = {}
    for q, weight in automaton.initial.items():
        add(initial, block[q], weight, K)
    return WFSA(initial, arcs, {block[q]: weight for q, weight in automaton.final.items() if first[block[q]] == q})
