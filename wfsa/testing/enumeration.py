"""Answers from the definitions: by listing all paths, and by plain linear algebra. None of the package's algorithms."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from wfsa.automaton import WFSA
from wfsa.labels import ANY, EPSILON, NoneOf, OneOf
from wfsa.semirings.base import Semiring

Array = np.ndarray[Any, np.dtype[np.float64]]


def paths(automaton: WFSA, xs: Sequence[Any]) -> Iterator[list[Any]]:
    """Every accepting path that reads xs, as the list of its weights, initial and final ones included.

    Never ends where an epsilon cycle makes infinitely many.
    """

    def walk(state: int, position: int, weights: list[Any]) -> Iterator[list[Any]]:
        if position == len(xs) and state in automaton.final:
            yield [*weights, automaton.final[state]]
        for arc in automaton.arcs:
            if arc.source == state and arc.label is EPSILON:
                yield from walk(arc.target, position, [*weights, arc.weight])
            elif arc.source == state and position < len(xs) and _reads(arc.label, xs[position]):
                yield from walk(arc.target, position + 1, [*weights, arc.weight])

    for state, weight in automaton.initial.items():
        yield from walk(state, 0, [weight])


def _reads(label: Any, symbol: Any) -> bool:
    if isinstance(label, OneOf | NoneOf):
        return (symbol in label.symbols) == isinstance(label, OneOf)
    return label is ANY or label == symbol


def listed_pathsum(automaton: WFSA, xs: Sequence[Any], K: Semiring[Any]) -> Any:
    """⊕ over the listed paths of ⊗ along them."""
    found = []
    for weights in paths(automaton, xs):
        product = K.one
        for weight in weights:
            product = K.times(product, K.lift(weight))
        found.append(product)
    return K.sum(found)


def strings(symbols: str, length: int) -> list[str]:
    """All strings of at most `length` symbols, shortest first."""
    found = [""]
    for string in found:
        if len(string) < length:
            found += [string + symbol for symbol in symbols]
    return found


def matrices(automaton: WFSA, size: int) -> tuple[Array, Mapping[Any, Array], Array]:
    """(initial vector, label → matrix, final vector) of an automaton of numbers with states 0 … size − 1."""
    initial, final = np.zeros(size), np.zeros(size)
    for vector, ends in ((initial, automaton.initial), (final, automaton.final)):
        for state, weight in ends.items():
            vector[state] = weight
    table: dict[Any, Array] = {}
    for arc in automaton.arcs:
        table.setdefault(arc.label, np.zeros((size, size)))[arc.source, arc.target] += arc.weight
    return initial, table, final


def matrix_pathsum(automaton: WFSA, xs: Sequence[Any], size: int = 4) -> float:
    """The REAL pathsum by linear algebra; epsilon arcs, cycles included, by inverting I − E."""
    initial, table, final = matrices(automaton, size)
    zero = np.zeros((size, size))
    closure = np.linalg.inv(np.eye(size) - table.get(EPSILON, zero))
    row = initial @ closure
    for symbol in xs:
        row = row @ (table.get(symbol, zero) + table.get(ANY, zero)) @ closure
    return float(row @ final)
