"""Minimisation: the smallest automaton of equal pathsums."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from wfsa.automaton import WFSA, Arc, State
from wfsa.labels import ANY
from wfsa.operations import sparse_basis
from wfsa.operations.classes import classes
from wfsa.operations.determinize import determinize
from wfsa.operations.epsilon_remove import plain
from wfsa.operations.matrices import FINAL, INITIAL, Matrices, named, reduced, scaled, to_matrices
from wfsa.operations.push import push
from wfsa.paths.forward import Weigh
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.stars import add
from wfsa.weights.evaluate import constant

V = TypeVar("V")

_NOISE = 1e-12
"""An entry below this share of the largest of its symbol is rounding."""


def minimize(automaton: WFSA, K: Semiring[V], max_states: int | None = None, weigh: Weigh = constant) -> WFSA:
    """The smallest automaton with the same pathsums.

    Over a field: the smallest of all, deterministic or not, by linear algebra; always ends. Its weights may be
    negative, and weights of states that differ by more than nine orders of magnitude may be lost.
    Else: the smallest deterministic one, by determinising, pushing and merging; needs K to divide.

    Raises:
        SizeError: no field, and determinisation needs more than `max_states` states.
        SemiringError: K is no field and does not divide.
        DivergenceError: no field, and the sum over all strings has no value.

    Cost: O(symbols · n³) over a field, from 300 states on what the entries of a basis of forward vectors cost; else
    those of `determinize`, `push` and `classes`.
    Source: Schützenberger (1961); Mohri (2009), §8.
    """
    if as_semiring(K).from_real is None:
        return merged(push(determinize(automaton, K, max_states, weigh), K), K)
    source = plain(automaton, K, weigh)
    if len(source.states) >= sparse_basis.FROM:
        return sparse_basis.minimized(source, K)
    system, scales = scaled(to_matrices(source, K, named(source)))
    system = reduced(system)
    # As many states as there were: theirs are as good as any, and their arcs fewer than those of a new basis.
    return source if len(system.initial) == len(source.states) else _from_matrices(system, scales, K)


def _from_matrices(system: Matrices, scales: Mapping[Hashable, float], K: Semiring[V]) -> WFSA:
    """One arc per entry; a named symbol carries what it does beyond ANY."""
    number = K.needs("from_real", "an automaton from matrices")
    others = _cleaned(system.steps[ANY]) * scales[ANY]
    arcs = []
    for symbol, step in system.steps.items():
        whole = _cleaned(step) * scales[symbol]
        beyond = whole if symbol is ANY else whole - others
        arcs += [Arc(int(p), symbol, int(q), number(float(beyond[p, q]))) for p, q in np.argwhere(beyond)]
    initial = _ends(system.initial, scales[INITIAL], K)
    return WFSA(initial, tuple(arcs), _ends(system.final, scales[FINAL], K))


def _cleaned(values: np.ndarray) -> np.ndarray:
    return np.where(np.abs(values) > _NOISE * np.abs(values).max(initial=0.0), values, 0.0)


def _ends(vector: np.ndarray, scale: float, K: Semiring[V]) -> dict[State, V]:
    number = K.needs("from_real", "an automaton from matrices")
    return {q: number(float(weight) * scale) for q, weight in enumerate(_cleaned(vector)) if weight}


def merged(automaton: WFSA, K: Semiring[V]) -> WFSA:
    """Merge the states of a deterministic, pushed automaton that no string tells apart."""
    block = classes(automaton, K)
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
