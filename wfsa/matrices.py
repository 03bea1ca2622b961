"""Numeric automata as vectors and matrices: λ, one matrix per symbol, ρ."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from wfsa.automaton import ANY, WFSA, Special
from wfsa.epsilon import epsilon_remove
from wfsa.forward import Weigh
from wfsa.push import evaluated
from wfsa.semiring import Semiring
from wfsa.weights import constant

V = TypeVar("V")


@dataclass(frozen=True)
class Matrices:
    """pathsum(x₁…x_T) = initial · steps[x₁] ⋯ steps[x_T] · final, without epsilon arcs.

    Attributes:
        initial, final: [state].
        steps: symbol → [from, to]; ANY → what every symbol without a matrix of its own does.
    """

    initial: np.ndarray
    steps: Mapping[Hashable, np.ndarray]
    final: np.ndarray


def to_matrices(automaton: WFSA, K: Semiring[V], symbols: Iterable[Hashable], weigh: Weigh = constant) -> Matrices:
    """The automaton in real numbers, over `symbols` and ANY, which stands for all other symbols.

    Raises:
        SemiringError: K has no `real`.
        DivergenceError: the sum around an epsilon cycle has no value.
    """
    real = K.needs("real", "linear algebra")
    plain = evaluated(epsilon_remove(automaton, K, weigh), K, weigh)
    places = {state: place for place, state in enumerate(plain.states)}
    size = len(places)
    initial, final = np.zeros(size), np.zeros(size)
    for vector, ends in ((initial, plain.initial), (final, plain.final)):
        for state, weight in ends.items():
            vector[places[state]] = real(weight)
    steps = {symbol: np.zeros((size, size)) for symbol in (*symbols, ANY)}
    for arc in plain.arcs:
        for symbol in steps if arc.label is ANY else (arc.label,):
            steps[symbol][places[arc.source], places[arc.target]] += real(arc.weight)
    return Matrices(initial, steps, final)


def named(*automata: WFSA) -> tuple[Hashable, ...]:
    """The symbols that arcs name, in the order of their text."""
    labels = {arc.label for automaton in automata for arc in automaton.arcs}
    return tuple(sorted((label for label in labels if not isinstance(label, Special)), key=repr))


def beside(a: Matrices, b: Matrices) -> Matrices:
    """The difference a − b as one system: both side by side, the final weights of b negated."""
    n, m = len(a.initial), len(b.initial)
    steps = {}
    for symbol, step in a.steps.items():
        both = np.zeros((n + m, n + m))
        both[:n, :n], both[n:, n:] = step, b.steps[symbol]
        steps[symbol] = both
    return Matrices(np.concatenate([a.initial, b.initial]), steps, np.concatenate([a.final, -b.final]))


def reduced(system: Matrices) -> Matrices:
    """The smallest system of equal pathsums, unique up to a change of basis.

    First onto the space of all forward vectors λ·M_x, then onto the space of all backward vectors M_x·ρ. Directions
    below 1e-9 of a vector's length are taken for rounding.

    Cost: O(symbols · n³). Source: Schützenberger (1961); Kiefer (2020), "Notes on equivalence and minimization of
    weighted automata".
    """
    return _mirrored(_onto_forward(_mirrored(_onto_forward(system))))


def _mirrored(system: Matrices) -> Matrices:
    return Matrices(system.final, {symbol: step.T for symbol, step in system.steps.items()}, system.initial)


def _onto_forward(system: Matrices) -> Matrices:
    """The same pathsums on an orthonormal basis F of the forward space: λFᵀ, FMFᵀ, Fρ."""
    basis = np.zeros((0, len(system.initial)))
    todo = [system.initial]
    for vector in todo:  # grows while it is walked
        direction = new_direction(basis, vector)
        if direction is not None:
            basis = np.vstack([basis, direction])
            todo += [direction @ step for step in system.steps.values()]
    steps = {symbol: basis @ step @ basis.T for symbol, step in system.steps.items()}
    return Matrices(system.initial @ basis.T, steps, basis @ system.final)


_ROUNDING = 1e-9
"""A direction shorter than this share of its vector is rounding."""


def new_direction(basis: np.ndarray, vector: np.ndarray) -> np.ndarray | None:
    """The unit vector of what `vector` adds to the rows of `basis`, orthonormal; None where it adds nothing.

    Gram–Schmidt twice, which is enough (Kahan, in Parlett 1980).
    """
    length = float(np.linalg.norm(vector))
    if length == 0:
        return None
    rest = vector / length
    for _ in range(2):
        rest = rest - (basis @ rest) @ basis
    left = float(np.linalg.norm(rest))
    if left <= _ROUNDING:
        return None
    direction: np.ndarray = rest / left
    return direction
