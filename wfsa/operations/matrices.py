"""Numeric automata as vectors and matrices: λ, one matrix per symbol, ρ."""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from wfsa.automaton import WFSA, Arc
from wfsa.errors import SemiringError
from wfsa.labels import ANY, OneOf, is_wide, reads, symbols_of
from wfsa.semirings.base import Semiring
from wfsa.semirings.float_stars import CANCELLED

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


@dataclass(frozen=True)
class Units(Generic[V]):
    """What the numbers are multiples of, so that weights of any size have one: elements of K, 1̄ where none is given."""

    initial: V
    final: V
    arcs: Mapping[Hashable, V]


def units(automata: Sequence[WFSA], K: Semiring[V]) -> Units[V] | None:
    """Per symbol, and for both ends, ⊕ of all weights of `automata`; None over a field, where they might cancel."""
    if K.divide is None or K.from_real is not None:
        return None
    arcs: dict[Hashable, V] = {}
    symbols = (*named(*automata), ANY)
    for automaton in automata:
        for arc in automaton.arcs:
            for symbol in covered(arc, symbols):
                arcs[symbol] = K.plus(arcs.get(symbol, K.zero), arc.weight)
    return Units(
        K.sum(weight for automaton in automata for weight in automaton.initial.values()),
        K.sum(weight for automaton in automata for weight in automaton.final.values()),
        arcs,
    )


def numbers(K: Semiring[V], unit: Units[V] | None) -> Callable[[V, V], float]:
    """(weight, what it is a multiple of where there are units) → a real number.

    Raises:
        SemiringError: K has no `real`; the function: a weight is infinite.
    """
    real = K.needs("real", "linear algebra")

    def number(weight: V, of: V) -> float:
        found = float(real(weight if unit is None or K.divide is None else K.divide(weight, of)))
        if not math.isfinite(found):
            raise SemiringError(f"linear algebra needs finite numbers (got a weight of {weight!r}); bound the weights.")
        return found

    return number


def to_matrices(automaton: WFSA, K: Semiring[V], symbols: Iterable[Hashable], unit: Units[V] | None = None) -> Matrices:
    """A plain automaton in real numbers, over `symbols` and ANY, which stands for all other symbols.

    Raises:
        SemiringError: K has no `real`, or a weight is infinite.
    """
    number = numbers(K, unit)
    measure = unit or Units(K.one, K.one, {})
    places = {state: place for place, state in enumerate(automaton.states)}
    size = len(places)
    initial, final = np.zeros(size), np.zeros(size)
    for vector, ends, of in ((initial, automaton.initial, measure.initial), (final, automaton.final, measure.final)):
        for state, weight in ends.items():
            vector[places[state]] = number(weight, of)
    steps = {symbol: np.zeros((size, size)) for symbol in (*symbols, ANY)}
    sizes = {symbol: np.zeros((size, size)) for symbol in steps}
    for arc in automaton.arcs:
        for symbol in covered(arc, steps):
            weight = number(arc.weight, measure.arcs.get(symbol, K.one))
            steps[symbol][places[arc.source], places[arc.target]] += weight
            sizes[symbol][places[arc.source], places[arc.target]] += abs(weight)
    # Parallel arcs that cancel leave a rounding error, which is no weight.
    kept = {symbol: np.where(np.abs(step) > CANCELLED * sizes[symbol], step, 0.0) for symbol, step in steps.items()}
    return Matrices(initial, kept, final)


def named(*automata: WFSA) -> tuple[Hashable, ...]:
    """The symbols that arcs name, in the order of their text."""
    labels = {arc.label for automaton in automata for arc in automaton.arcs}
    return tuple(sorted(frozenset().union(*map(symbols_of, labels)), key=repr))


def covered(arc: Arc, symbols: Iterable[Hashable]) -> Iterable[Hashable]:
    """What the arc reads of them, ANY for all symbols that are not named."""
    if isinstance(arc.label, OneOf):
        return arc.label
    return [symbol for symbol in symbols if reads(arc.label, symbol)] if is_wide(arc.label) else (arc.label,)


def beside(a: Matrices, b: Matrices) -> Matrices:
    """The difference a − b as one system: both side by side, the final weights of b negated."""
    n, m = len(a.initial), len(b.initial)
    steps = {}
    for symbol, step in a.steps.items():
        both = np.zeros((n + m, n + m))
        both[:n, :n], both[n:, n:] = step, b.steps[symbol]
        steps[symbol] = both
    return Matrices(np.concatenate([a.initial, b.initial]), steps, np.concatenate([a.final, -b.final]))


INITIAL, FINAL = object(), object()
"""Names of the two ends among the scales of a system."""


def scaled(system: Matrices) -> tuple[Matrices, dict[Hashable, float]]:
    """The system with every part divided by its largest number, and those numbers, by symbol and for the two ends.

    No string's weight moves to or from 0, and no length of a vector is beyond the doubles.
    """
    scales: dict[Hashable, float] = {}

    def part(name: Hashable, values: np.ndarray) -> np.ndarray:
        largest = float(np.abs(values).max(initial=0.0))
        scales[name] = largest if largest > 0 else 1.0
        divided: np.ndarray = values / scales[name]
        return divided

    steps = {symbol: part(symbol, step) for symbol, step in system.steps.items()}
    return Matrices(part(INITIAL, system.initial), steps, part(FINAL, system.final)), scales


def reduced(system: Matrices) -> Matrices:
    """The smallest system of equal pathsums, unique up to a change of basis.

    First onto the space of all forward vectors λ·M_x, then onto the space of all backward vectors M_x·ρ. Directions
    below 1e-9 of a vector's length, and steps below 1e-12 of a symbol's, are taken for rounding.

    Cost: O(symbols · n³). Source: Schützenberger (1961); Kiefer (2020), "Notes on equivalence and minimization of
    weighted automata".
    """
    return _mirrored(_onto_forward(_mirrored(_onto_forward(system))))


def _mirrored(system: Matrices) -> Matrices:
    return Matrices(system.final, {symbol: step.T for symbol, step in system.steps.items()}, system.initial)


def _onto_forward(system: Matrices) -> Matrices:
    """The same pathsums on an orthonormal basis F of the forward space: λFᵀ, FMFᵀ, Fρ."""
    span, after = Span(len(system.initial)), follower(system)
    todo = [system.initial]
    for vector in todo:  # grows while it is walked
        direction = span.add(vector)
        if direction is not None:
            todo += after(direction).values()
    basis = span.basis
    steps = {symbol: basis @ step @ basis.T for symbol, step in system.steps.items()}
    return Matrices(system.initial @ basis.T, steps, basis @ system.final)


_ROUNDING, _NOTHING = 1e-9, 1e-12
"""A direction shorter than this share of its vector is rounding; so is a step shorter than this share of its matrix."""


def follower(system: Matrices) -> Callable[[np.ndarray], dict[Hashable, np.ndarray]]:
    """unit vector → symbol → unit · M; 0 where that is shorter than 1e-12 of M."""
    sizes = {symbol: float(np.linalg.norm(step)) for symbol, step in system.steps.items()}

    def after(unit: np.ndarray) -> dict[Hashable, np.ndarray]:
        found = {symbol: unit @ step for symbol, step in system.steps.items()}
        return {
            symbol: vector if np.linalg.norm(vector) > _NOTHING * sizes[symbol] else np.zeros_like(vector)
            for symbol, vector in found.items()
        }

    return after


class Span:
    """A growing space of vectors of `size` numbers, by an orthonormal basis."""

    def __init__(self, size: int) -> None:
        self._rows = np.zeros((size, size))
        self._count = 0

    @property
    def basis(self) -> np.ndarray:
        """[dimension, size]."""
        return self._rows[: self._count]

    def add(self, vector: np.ndarray) -> np.ndarray | None:
        """The unit vector of what `vector` adds to the space; None where it adds nothing.

        Gram–Schmidt twice, which is enough (Kahan, in Parlett 1980).
        """
        length = float(np.linalg.norm(vector))
        if length == 0 or self._count == len(self._rows):
            return None
        direction: np.ndarray = vector / length
        for _ in range(2):
            direction = direction - (self.basis @ direction) @ self.basis
        left = float(np.linalg.norm(direction))
        if left <= _ROUNDING:
            return None
        direction /= left
        self._rows[self._count] = direction
        self._count += 1
        return direction
