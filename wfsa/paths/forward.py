"""Sums over all paths that read a sequence: forward, backward, pathsum.

A path's weight is initial ⊗ arcs ⊗ final; the pathsum is ⊕ over the accepting paths. `xs` is the sequence that is
read: words, or vectors for patterns with symbolic weights. `weigh(weight, symbol)` gives the value of an arc; leave it
out for numeric weights, pass `wfsa.evaluator(parameters)` for learned ones. Every value goes through K's `lift`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from wfsa.automaton import WFSA, Arc, State
from wfsa.errors import AutomatonError
from wfsa.paths.epsilon_closure import epsilon_star
from wfsa.semirings.base import Semiring
from wfsa.semirings.stars import add
from wfsa.weights.evaluate import constant, lifted
from wfsa.weights.expressions import Weight

V = TypeVar("V")
Weigh = Callable[[Weight, Any], Any]
Chart = dict[State, V]
Symbols = Sequence[Any] | np.ndarray


def sequence(xs: Any) -> Symbols:
    """What is read, `xs` itself.

    Raises:
        AutomatonError: it is no sequence.
    """
    indexed = hasattr(xs, "__len__") and hasattr(xs, "__getitem__") and getattr(xs, "ndim", 1) > 0
    if not indexed or isinstance(xs, Mapping):
        raise AutomatonError(
            f"what is read is a sequence of symbols, a string, a list of words or vectors (got {xs!r:.60}); for all "
            "strings at once use total_weight, or k_best_paths with xs=None."
        )
    return xs  # type: ignore[no-any-return]  # a tensor of torch, too


def forward(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh = constant) -> list[Chart[V]]:
    """α[t][q] = ⊕ over paths from an initial state to q that read xs[:t]; T+1 charts, absent states are 0̄.

    Cost: O(T·|arcs|), plus the star of epsilon cycles once.
    """
    value = lifted(weigh, K)
    epsilons = epsilon_star(automaton, K, value)
    start = {state: value(weight, None) for state, weight in automaton.initial.items()}
    charts = [epsilons.left(start)]
    rows: _Rows[V] = _Rows(automaton.leaving, value)
    for symbol in sequence(xs):
        row = rows.of(symbol)
        chart: Chart[V] = {}
        for source, weight in charts[-1].items():
            for arc, through in row[source]:
                add(chart, arc.target, K.times(weight, through), K)
        charts.append(epsilons.left(chart))
    return charts


def backward(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh = constant) -> list[Chart[V]]:
    """β[t][q] = ⊕ over paths from q to the end of an accepting path that read xs[t:]; T+1 charts.

    Cost: O(T·|arcs|), plus the star of epsilon cycles once.
    """
    value = lifted(weigh, K)
    epsilons = epsilon_star(automaton, K, value)
    end = {state: value(weight, None) for state, weight in automaton.final.items()}
    charts = [epsilons.right(end)]
    rows: _Rows[V] = _Rows(automaton.entering, value)
    for symbol in reversed(sequence(xs)):
        row = rows.of(symbol)
        chart: Chart[V] = {}
        for target, weight in charts[-1].items():
            for arc, through in row[target]:
                add(chart, arc.source, K.times(through, weight), K)
        charts.append(epsilons.right(chart))
    return charts[::-1]


def pathsum(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh = constant) -> V:
    """⊕ over all accepting paths that read `xs` of initial ⊗ arcs ⊗ final; 0̄ when there is none."""
    last = forward(automaton, xs, K, weigh)[-1]
    value = lifted(weigh, K)
    return K.sum(
        K.times(last[state], value(weight, None)) for state, weight in automaton.final.items() if state in last
    )


class _Row(dict[State, list[tuple[Arc, V]]]):
    """What one symbol does: state → its arcs that read the symbol, with their values, found when asked for."""

    def __init__(self, arcs: Mapping[State, tuple[Arc, ...]], value: Callable[[Weight, Any], V], symbol: Any) -> None:
        super().__init__()
        self._arcs, self._value, self._symbol = arcs, value, symbol

    def __missing__(self, state: State) -> list[tuple[Arc, V]]:
        symbol = self._symbol
        self[state] = [(arc, self._value(arc.weight, symbol)) for arc in self._arcs[state] if arc.reads(symbol)]
        return self[state]


class _Rows(dict[Any, _Row[V]]):
    """Symbol → its row, kept since symbols recur; a vector, which cannot be a key, gets a new row."""

    def __init__(self, arcs: Mapping[State, tuple[Arc, ...]], value: Callable[[Weight, Any], V]) -> None:
        super().__init__()
        self._arcs, self._value = arcs, value

    def of(self, symbol: Any) -> _Row[V]:
        """The row of `symbol`."""
        try:
            known = symbol in self
        except TypeError:  # no hash: an array, or a tuple that holds one
            return _Row(self._arcs, self._value, symbol)
        if not known:
            self[symbol] = _Row(self._arcs, self._value, symbol)
        return self[symbol]
