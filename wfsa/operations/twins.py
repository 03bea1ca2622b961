"""The twins property: the reason why a weighted automaton has a deterministic equal, or has none."""

from collections import deque
from collections.abc import Hashable, Mapping
from typing import Generic, NamedTuple, TypeVar

from wfsa.automaton import WFSA, State
from wfsa.components import components
from wfsa.semirings.base import Semiring, as_semiring

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


def twins_violation(automaton: WFSA, K: Semiring[V], max_pairs: int = 50_000) -> Violation[V] | None:
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
    as_semiring(K).needs("divide", "the twins test")
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
    """Walk the component from `root` with the quotient left ⊘ right of the way to each pair.

    Where a second way has another quotient, one of the two ways closes a cycle of unequal weights.
    """
    divide = K.needs("divide", "the twins test")
    quotients: dict[Pair, V] = {root: K.one}
    parents: dict[Pair, tuple[Pair, _Move[V]]] = {}
    todo = deque([root])
    while todo:
        pair = todo.popleft()
        for move in moves[pair]:
            if move.target not in inside:
                continue
            quotient = divide(K.times(quotients[pair], move.weights[0]), move.weights[1])
            if move.target not in quotients:
                quotients[move.target] = quotient
                parents[move.target] = pair, move
                todo.append(move.target)
            elif not K.near(quotient, quotients[move.target]):
                back = _way_back(move.target, root, inside, moves)
                ways = [[*_way_to(pair, parents), move], _way_to(move.target, parents)]
                return _worse([[*way, *back] for way in ways], root, K)
    return None


def _worse(cycles: list[list[_Move[V]]], root: Pair, K: Semiring[V]) -> Violation[V]:
    """The cycle whose two weights differ; the last where rounding hides which."""
    violations = []
    for cycle in cycles:
        left, right = K.one, K.one
        for move in cycle:
            left, right = K.times(left, move.weights[0]), K.times(right, move.weights[1])
        violations.append(Violation(root, tuple(move.symbol for move in cycle), (left, right)))
        if not K.near(left, right):
            break
    return violations[-1]


def _way_to(pair: Pair, parents: Mapping[Pair, tuple[Pair, _Move[V]]]) -> list[_Move[V]]:
    way: list[_Move[V]] = []
    while pair in parents:
        pair, move = parents[pair]
        way.append(move)
    return way[::-1]


def _way_back(start: Pair, end: Pair, inside: set[Pair], moves: Mapping[Pair, list[_Move[V]]]) -> list[_Move[V]]:
    parents: dict[Pair, tuple[Pair, _Move[V]]] = {}
    seen = {start}
    todo = deque([start])
    while end not in seen:
        pair = todo.popleft()
        for move in moves[pair]:
            if move.target in inside and move.target not in seen:
                seen.add(move.target)
                parents[move.target] = pair, move
                todo.append(move.target)
    return _way_to(end, parents)
