"""Do two automata give every string the same weight, and how far are they apart?"""

import math
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from wfsa.automaton import WFSA, State
from wfsa.errors import DivergenceError, RangeError, SizeError
from wfsa.labels import ANY, NoneOf
from wfsa.operations import sparse_basis
from wfsa.operations.determinize import determinize, is_deterministic
from wfsa.operations.epsilon_remove import plain
from wfsa.operations.matrices import (
    FINAL,
    INITIAL,
    Matrices,
    Span,
    beside,
    follower,
    named,
    reduced,
    scaled,
    to_matrices,
    units,
)
from wfsa.operations.rational import atoms
from wfsa.paths.forward import Weigh, pathsum
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.float_stars import real_matrix_star
from wfsa.structure import trim
from wfsa.weights.evaluate import constant
from wfsa.weights.multiply import divide_within, times_within

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
    K: Semiring[Any],
    tolerance: float = 1e-9,
    weigh: Weigh = constant,
    max_states: int | None = None,
) -> Literal[True] | CounterExample:
    """True when every string has the same pathsum in both, else a string that has not.

    Where sums of K are sums of numbers: by linear algebra. The forward vectors of both, side by side, span a space of
    at most |Q_a| + |Q_b| dimensions; the automata are equal when they agree on the strings of a basis. They disagree on
    a string where the pathsums differ by more than `tolerance`, as a share of the lengths of its forward and of the
    final vector; steps below 1e-12 of their symbol's largest are rounding. Else: both are determinised and read side by
    side, to nine digits; and so are large deterministic ones in LOG, whose weights' exponentials need not be doubles.

    Raises:
        SizeError: K has no `real`, and determinisation needs more than `max_states` states.
        SemiringError: K has no `real` and does not divide.
        DivergenceError: the sum around an epsilon cycle has no value.

    Cost: O(symbols · n³) time and O(symbols · n²) memory for n states together; from 300 on what the entries of a basis
    of forward vectors cost.
    Source: Schützenberger (1961), Tzeng (1992), Mohri (2009).
    """
    if as_semiring(K).real is None:
        sides = atoms(*(plain(automaton, K, weigh) for automaton in (a, b)))
        left, right = (trim(determinize(side, K, max_states)) for side in sides)
        return _walk(left, right, K)
    sides = [plain(automaton, K, weigh) for automaton in (a, b)]
    symbols, unit = named(*sides), units(sides, K)
    if sum(len(side.states) for side in sides) >= sparse_basis.FROM:
        own = atoms(*sides)
        if K.from_real is None and all(map(is_deterministic, own)):  # logarithms of any size
            return _walk(own[0], own[1], K)
        large = [sparse_basis.system_of(side, K, symbols, unit) for side in sides]
        difference, _ = sparse_basis.scaled(sparse_basis.beside(large[0], large[1], len(sides[0].states)))
        string = sparse_basis.told_apart(difference, tolerance)
        return True if string is None else CounterExample(string)
    system, _ = scaled(beside(*(to_matrices(side, K, symbols, unit) for side in sides)))
    return _compare(system, tolerance)


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

    Each pair of states has the quotient of its weights so far, left ⊘ right. A pair that two strings reach at different
    quotients is a difference, since something is accepted there.
    """
    K.needs("divide", "comparing deterministic automata")
    p, q = _only(a), _only(b)
    if p is None or q is None:
        side, state = (a, p) if p is not None else (b, q)
        return True if state is None else CounterExample(_accepted(side, state))
    first: dict[tuple[State, State], tuple[V, Word]] = {(p, q): (divide_within(a.initial[p], b.initial[q], K), ())}
    todo = deque(first)
    while todo:
        p, q = todo.popleft()
        quotient, word = first[p, q]
        if not K.near(_times(quotient, a.final.get(p), K), b.final.get(q, K.zero)):
            return CounterExample(word)
        left, right = ({arc.label: arc for arc in m.leaving[s]} for m, s in ((a, p), (b, q)))
        for symbol in sorted(left.keys() | right.keys(), key=repr):
            one, two = left.get(symbol), right.get(symbol)
            longer = (*word, _as_read(symbol))
            if one is None or two is None:
                side, arc = (a, one) if one is not None else (b, two)
                assert arc is not None
                return CounterExample((*longer, *_accepted(side, arc.target)))
            pair = one.target, two.target
            after = divide_within(times_within(quotient, one.weight, K), two.weight, K)
            if pair not in first:
                first[pair] = after, longer
                todo.append(pair)
            elif not K.near(after, first[pair][0]):
                return _told_apart((a, b), pair, [first[pair], (after, longer)], K)
    return True


def _as_read(label: Hashable) -> Hashable:
    """What stands in a string: ANY for a symbol that no arc names."""
    return ANY if isinstance(label, NoneOf) else label


def _times(quotient: V, weight: V | None, K: Semiring[V]) -> V:
    return K.zero if weight is None else K.times(quotient, weight)


def _told_apart(
    sides: tuple[WFSA, WFSA], pair: tuple[State, State], ways: list[tuple[V, Word]], K: Semiring[V]
) -> CounterExample:
    """Of two strings that reach a pair at different quotients, one is weighed differently once it is completed."""
    end = _accepted(sides[0], pair[0])
    weights = [_read_from(side, state, end, K) for side, state in zip(sides, pair, strict=True)]
    words = [(*word, *end) for quotient, word in ways if not K.near(K.times(quotient, weights[0]), weights[1])]
    return CounterExample(words[0] if words else (*ways[-1][1], *end))


def _read_from(automaton: WFSA, state: State, word: Word, K: Semiring[V]) -> V:
    return pathsum(WFSA({state: K.one}, automaton.arcs, automaton.final), word, K)


def _only(automaton: WFSA) -> State | None:
    return next(iter(automaton.initial), None)


def _accepted(automaton: WFSA, state: State) -> Word:
    """A shortest string from `state` to a final state of a trimmed automaton."""
    words: dict[State, Word] = {state: ()}
    for reached in (todo := [state]):  # grows while it is walked
        if reached in automaton.final:
            return words[reached]
        for arc in automaton.leaving[reached]:
            if arc.target not in words:
                words[arc.target] = (*words[reached], _as_read(arc.label))
                todo.append(arc.target)
    raise AssertionError("a trimmed automaton accepts something from every state")


def distance(a: WFSA, b: WFSA, K: Semiring[Any], weigh: Weigh = constant) -> float:
    """The Euclidean distance of the two weightings, √ Σ_x (pathsum_a(x) − pathsum_b(x))², over all strings x.

    ANY counts as one more symbol. With the reduced difference (λ, M, ρ): the square is λ G λᵀ where
    G = ρρᵀ + Σ_s M_s G M_sᵀ, a linear system.

    Raises:
        SemiringError: K has no `real`.
        DivergenceError: the sum of squares has no value.
        RangeError: a square is too large for doubles, or all are too small.
        SizeError: the reduced difference has more than 32 states.

    Cost: O(n⁶) for n states of the reduced difference. Source: Cortes, Mohri and Rastogi (2007), "Lp distance and
    equivalence of probabilistic automata".
    """
    sides = [plain(automaton, K, weigh) for automaton in (a, b)]
    symbols = named(*sides)
    whole, scales = scaled(beside(*(to_matrices(side, K, symbols) for side in sides)))
    system = reduced(whole)
    steps = {symbol: step * scales[symbol] for symbol, step in system.steps.items()}
    system = Matrices(system.initial, steps, system.final)
    size = len(system.initial)
    if size > _LARGEST:
        raise SizeError(f"a distance is solved for up to {_LARGEST} states of the reduced difference (needs {size}).")
    if size == 0:
        return 0.0
    square = _squared_length(system)
    found = math.sqrt(max(0.0, square)) * scales[INITIAL] * scales[FINAL]
    if not math.isfinite(square) or math.isinf(found) or (found == 0 <= square and not _compare(whole, 1e-9)):
        raise RangeError(
            "a distance needs squares of weights within the doubles (got one that is too small or too large); scale "
            "the weights."
        )
    return found


def _squared_length(system: Matrices) -> float:
    """λ G λᵀ; not finite where a square lies beyond the doubles."""
    size = len(system.initial)
    with np.errstate(over="ignore", invalid="ignore"):
        squared = sum((np.kron(step, step) for step in system.steps.values()), np.zeros((size * size,) * 2))
        if not np.isfinite(squared).all():
            return math.inf
        try:
            gram = real_matrix_star(squared) @ np.kron(system.final, system.final)
        except DivergenceError as error:
            raise DivergenceError(f"the sum of squared differences has no value: {error}") from None
        return float(np.kron(system.initial, system.initial) @ gram)
