"""The twins property: the reason why a weighted automaton has a deterministic equal, or has none."""

from collections import deque
from collections.abc import Hashable, Mapping
from typing import Generic, NamedTuple, TypeVar

from wfsa.automaton import WFSA, State
from wfsa.linear import components
from wfsa.semiring import Semiring

V = TypeVar("V")
Pair = tuple[State, State]


class Violation(NamedTuple, Generic[V]):
    """Two states that one string reaches, and a cycle that both can read, at different weights."""

    states: Pair
    cycle: tuple[Hashable, ...]
    weights: tuple[V, V]


class _Move(NamedTuple, Generic[V]):
    symbol: Hashable
    target: Pair
    weights: tuple[V, V]


def twins_violation(automaton: WFSA, K: Semiring[V], max_pairs: int = 20_000) -> Violation[V] | None:
    """A pair of siblings that are no twins; None where all are, or none was found among the first `max_pairs` pairs.

    Siblings are states that the same string reaches from initial states; they are twins when every cycle that both can
    read has the same weight at both. Where all siblings are twins, `determinize` ends; where they are not and no string
    has two paths, no deterministic automaton exists. Cycles that one state reads in two ways are passed over, since
    there the test decides nothing. The weights must be elements of K, without epsilon arcs, and ANY stands for itself.

    Raises:
        SemiringError: K does not divide.

    Cost: O(|arcs|²). Source: Mohri (1997); Allauzen and Mohri (2003), "Efficient algorithms for testing the twins
    property", here without their restriction to the tropical semiring.
    """
    K.needs("divide", "the twins test")
    moves: dict[Pair, list[_Move[V]]] = _pair_moves(automaton, max_pairs)
    numbers = {pair: number for number, pair in enumerate(moves)}
    pairs = list(moves)
    rows = {
        numbers[pair]: {numbers[move.target]: True for move in found if move.target in numbers}
        for pair, found in moves.items()
    }
    for component in components(rows):
        inside = {pairs[number] for number in component}
        if any(p == q for p, q in inside):
            continue
        violation = _unequal_cycle(pairs[component[0]], inside, moves, K)
        if violation is not None:
            return violation
    return None


def _pair_moves(automaton: WFSA, max_pairs: int) -> dict[Pair, list[_Move[V]]]:
    todo = deque((p, q) for p in automaton.initial for q in automaton.initial if p < q)
    todo.extend((p, p) for p in automaton.initial)
    found: dict[Pair, list[_Move[V]]] = {}
    while todo and len(found) < max_pairs:
        pair = todo.popleft()
        if pair in found:
            continue
        found[pair] = [
            _Move(one.label, (one.target, two.target), (one.weight, two.weight))
            for one in automaton.leaving[pair[0]]
            for two in automaton.leaving[pair[1]]
            if one.label == two.label
        ]
        todo.extend(move.target for move in found[pair])
    return found


def _unequal_cycle(
    root: Pair, inside: set[Pair], moves: Mapping[Pair, list[_Move[V]]], K: Semiring[V]
) -> Violation[V] | None:
    """Walk the component from `root`; two ways to a pair whose weights have different quotients close such a cycle."""
    ways: dict[Pair, tuple[_Move[V], ...]] = {root: ()}
    todo = deque([root])
    while todo:
        pair = todo.popleft()
        for move in moves[pair]:
            if move.target not in inside:
                continue
            way = (*ways[pair], move)
            if move.target not in ways:
                ways[move.target] = way
                todo.append(move.target)
            elif not _same_quotient(_weights(way, K), _weights(ways[move.target], K), K):
                back = _way_back(move.target, root, inside, moves)
                cycles = [(*start, *back) for start in (way, ways[move.target])]
                cycle = next(c for c in cycles if not _same_quotient(_weights(c, K), (K.one, K.one), K))
                return Violation(root, tuple(step.symbol for step in cycle), _weights(cycle, K))
    return None


def _weights(way: tuple[_Move[V], ...], K: Semiring[V]) -> tuple[V, V]:
    left, right = K.one, K.one
    for move in way:
        left, right = K.times(left, move.weights[0]), K.times(right, move.weights[1])
    return left, right


def _same_quotient(a: tuple[V, V], b: tuple[V, V], K: Semiring[V]) -> bool:
    """a₀ ⊘ a₁ = b₀ ⊘ b₁, without a quotient: a₀ ⊗ b₁ = b₀ ⊗ a₁."""
    return K.near(K.times(a[0], b[1]), K.times(b[0], a[1]))


def _way_back(start: Pair, end: Pair, inside: set[Pair], moves: Mapping[Pair, list[_Move[V]]]) -> tuple[_Move[V], ...]:
    ways: dict[Pair, tuple[_Move[V], ...]] = {start: ()}
    todo = deque([start])
    while end not in ways:
        pair = todo.popleft()
        for move in moves[pair]:
            if move.target in inside and move.target not in ways:
                ways[move.target] = (*ways[pair], move)
                todo.append(move.target)
    return ways[end]
