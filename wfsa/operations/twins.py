"""The twins property: the reason why a weighted automaton has a deterministic equal, or has none."""

from collections import deque
from collections.abc import Hashable, Mapping
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from wfsa.automaton import WFSA, State
from wfsa.components import components
from wfsa.index import index_of
from wfsa.operations.rational import atoms
from wfsa.semirings.base import Semiring, as_semiring

V = TypeVar("V")
Pair = tuple[State, State]

_MOVES = 20
"""Moves that are looked at for every pair that may be."""


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
    there the test decides nothing. The weights must be elements of K, without epsilon arcs.

    Raises:
        SemiringError: K does not divide.

    Cost: O(|arcs|²), but no more than `max_pairs` pairs and 20 moves for each of them.
    Source: Mohri (1997); Allauzen and Mohri (2003), "Efficient algorithms for testing the twins property", here without
    their restriction to the tropical semiring.
    """
    as_semiring(K).needs("divide", "the twins test")
    (automaton,) = atoms(automaton)
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
    """Pair → what both can read, for as many pairs, and `_MOVES` times as many moves."""
    arcs, leaving, cyclic = automaton.arcs, index_of(automaton).leaving, _before_cycles(automaton)
    starts = [state for state in automaton.initial if state in cyclic]
    todo = deque((p, q) for p in starts for q in starts if p < q)
    todo.extend((p, p) for p in starts)
    found: dict[Pair, list[_Move[V]]] = {}
    left = _MOVES * max_pairs
    while todo and len(found) < max_pairs and left > 0:
        pair = todo.popleft()
        if pair in found:
            continue
        one, two = (
            {
                label: [arcs[number] for number in numbers if arcs[number].target in cyclic]
                for label, numbers in leaving[state].labelled.items()
            }
            for state in pair
        )
        ways = ((a, b) for label, here in one.items() for a in here for b in two.get(label, ()))
        found[pair] = [_Move(a.label, (a.target, b.target), (a.weight, b.weight)) for a, b in islice(ways, left)]
        left -= len(found[pair])
        todo.extend(move.target for move in found[pair])
    return found


def _before_cycles(automaton: WFSA) -> set[State]:
    """The states from which a cycle can be reached; no others have twins to be compared."""
    arcs, leaving = automaton.arcs, index_of(automaton).leaving
    after = {state: [arcs[number].target for number in leaving.numbers(state)] for state in automaton.states}
    found: set[State] = set()
    for states in reversed(components(after)):  # successors first
        if len(states) > 1 or any(target in found or target == states[0] for target in after[states[0]]):
            found.update(states)
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
