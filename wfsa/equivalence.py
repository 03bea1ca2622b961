"""Do two automata give every string the same weight, and how far are they apart?"""

import math
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from wfsa.automaton import WFSA, Arc, State
from wfsa.determinize import determinize
from wfsa.errors import DivergenceError, SizeError
from wfsa.forward import Weigh, pathsum
from wfsa.matrices import Matrices, Span, beside, follower, named, plain, reduced, to_matrices, units
from wfsa.scalars import REAL
from wfsa.semiring import Semiring
from wfsa.structure import trim
from wfsa.weights import constant

V = TypeVar("V")
Word = tuple[Hashable, ...]

_LARGEST = 32
"""States of the reduced difference up to which its distance is solved for: a dense system of their squares."""


@dataclass(frozen=True)
class CounterExample:
    """A string that two automata weigh differently. It is false, so that `if equivalent(a, b)` reads as it should.

    Attributes:
        string: the symbols; ANY stands for any symbol that no arc names.
    """

    string: Word

    def __bool__(self) -> bool:
        return False


def equivalent(
    a: WFSA,
    b: WFSA,
    K: Semiring[Any] = REAL,
    tolerance: float = 1e-9,
    weigh: Weigh = constant,
    max_states: int = 10_000,
) -> Literal[True] | CounterExample:
    """True when every string has the same pathsum in both, else a string that has not.

    Where sums of K are sums of numbers: by linear algebra. The forward vectors of both, side by side, span a space of
    at most |Q_a| + |Q_b| dimensions; the automata are equal when they agree on the strings of a basis. They disagree on
    a string where the pathsums differ by more than `tolerance`, as a share of the lengths of its forward and of the
    final vector; steps below 1e-12 of their symbol's largest are rounding. Else: both are determinised and read side by
    side.

    Raises:
        SizeError: K has no `real`, and determinisation needs more than `max_states` states.
        SemiringError: K has no `real` and does not divide.
        DivergenceError: the sum around an epsilon cycle has no value.

    Cost: O(symbols · n³) for n states together. Source: Schützenberger (1961), Tzeng (1992), Mohri (2009).
    """
    if K.real is None:
        left, right = (trim(determinize(automaton, K, max_states, weigh)) for automaton in (a, b))
        return _walk(left, right, K)
    sides = [plain(automaton, K, weigh) for automaton in (a, b)]
    symbols, unit = named(*sides), units(sides, K)
    return _compare(_balanced(*(to_matrices(side, K, symbols, unit) for side in sides)), tolerance)


def _balanced(a: Matrices, b: Matrices) -> Matrices:
    """a − b with the matrices of every symbol, and both ends, scaled to 1 at most: differences stay."""
    system = beside(a, b)

    def scaled(values: np.ndarray) -> np.ndarray:
        largest = float(np.abs(values).max(initial=0.0))
        return values / largest if largest > 0 else values

    steps = {symbol: scaled(step) for symbol, step in system.steps.items()}
    return Matrices(scaled(system.initial), steps, scaled(system.final))


def _compare(system: Matrices, tolerance: float) -> Literal[True] | CounterExample:
    span, after = Span(len(system.initial)), follower(system)
    todo: deque[tuple[np.ndarray, Word]] = deque([(system.initial, ())])
    allowed = tolerance * float(np.linalg.norm(system.final))
    while todo:
        vector, word = todo.popleft()
        if span.add(vector) is None:
            continue
        unit = vector / np.linalg.norm(vector)
        if abs(float(unit @ system.final)) > allowed:
            return CounterExample(word)
        todo.extend((reached, (*word, symbol)) for symbol, reached in after(unit).items())
    return True


def _walk(a: WFSA, b: WFSA, K: Semiring[V]) -> Literal[True] | CounterExample:
    """Two deterministic automata, trimmed, are equal when no string tells them apart, read side by side.

    A pair of states that two strings reach at different quotients is a difference, since something is accepted there.
    """
    start = _Pair(_only(a), _only(b), K.sum(a.initial.values()), K.sum(b.initial.values()), ())
    first = {(start.left, start.right): start}
    todo = deque([start])
    while todo:
        pair = todo.popleft()
        if not K.near(_ended(a, pair.left, pair.weight_left, K), _ended(b, pair.right, pair.weight_right, K)):
            return CounterExample(pair.word)
        left, right = _arcs(a, pair.left), _arcs(b, pair.right)
        for symbol in sorted(left.keys() | right.keys(), key=repr):
            word = (*pair.word, symbol)
            if symbol not in left or symbol not in right:
                side, arc = (a, left[symbol]) if symbol in left else (b, right[symbol])
                return CounterExample((*word, *_accepted(side, arc.target)))
            one, two = left[symbol], right[symbol]
            weights = K.times(pair.weight_left, one.weight), K.times(pair.weight_right, two.weight)
            after = _Pair(one.target, two.target, *weights, word)
            before = first.setdefault((one.target, two.target), after)
            if before is after:
                todo.append(after)
            elif not K.near(
                K.times(before.weight_left, after.weight_right), K.times(after.weight_left, before.weight_right)
            ):
                end = _accepted(a, one.target)
                words = [(*reached.word, *end) for reached in (before, after)]
                return CounterExample(next(w for w in words if not K.near(pathsum(a, w, K), pathsum(b, w, K))))
    return True


class _Pair(NamedTuple):
    """A state of each side, None where it has none, with the string that leads there and its weights so far."""

    left: State | None
    right: State | None
    weight_left: Any
    weight_right: Any
    word: Word


def _only(automaton: WFSA) -> State | None:
    return next(iter(automaton.initial), None)


def _ended(automaton: WFSA, state: State | None, weight: V, K: Semiring[V]) -> V:
    return K.times(weight, automaton.final[state]) if state is not None and state in automaton.final else K.zero


def _arcs(automaton: WFSA, state: State | None) -> dict[Hashable, Arc]:
    return {} if state is None else {arc.label: arc for arc in automaton.leaving[state]}


def _accepted(automaton: WFSA, state: State) -> Word:
    """A shortest string from `state` to a final state of a trimmed automaton."""
    words: dict[State, Word] = {state: ()}
    for reached in (todo := [state]):  # grows while it is walked
        if reached in automaton.final:
            return words[reached]
        for arc in automaton.leaving[reached]:
            if arc.target not in words:
                words[arc.target] = (*words[reached], arc.label)
                todo.append(arc.target)
    raise AssertionError("a trimmed automaton accepts something from every state")


def distance(a: WFSA, b: WFSA, K: Semiring[Any] = REAL, weigh: Weigh = constant) -> float:
    """The Euclidean distance of the two weightings, √ Σ_x (pathsum_a(x) − pathsum_b(x))², over all strings x.

    ANY counts as one more symbol. With the reduced difference (λ, M, ρ): the square is λ G λᵀ where
    G = ρρᵀ + Σ_s M_s G M_sᵀ, a linear system.

    Raises:
        SemiringError: K has no `real`.
        DivergenceError: the sum of squares has no value.
        SizeError: the reduced difference has more than 32 states.

    Cost: O(n⁶) for n states of the reduced difference. Source: Cortes, Mohri and Rastogi (2007), "Lp distance and
    equivalence of probabilistic automata".
    """
    sides = [plain(automaton, K, weigh) for automaton in (a, b)]
    symbols = named(*sides)
    system = reduced(beside(*(to_matrices(side, K, symbols) for side in sides)))
    size = len(system.initial)
    if size > _LARGEST:
        raise SizeError(f"a distance is solved for up to {_LARGEST} states of the reduced difference (needs {size}).")
    if size == 0:
        return 0.0
    squared = sum((np.kron(step, step) for step in system.steps.values()), np.zeros((size * size,) * 2))
    radius = float(np.abs(np.linalg.eigvals(squared)).max(initial=0.0))
    if not radius < 1:
        raise DivergenceError(f"the sum of squared differences needs a spectral radius below 1 (got {radius:.6g}).")
    gram = np.linalg.solve(np.eye(size * size) - squared, np.kron(system.final, system.final))
    return math.sqrt(max(0.0, float(np.kron(system.initial, system.initial) @ gram)))
