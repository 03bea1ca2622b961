"""Sums over all paths that read a sequence: forward, backward, pathsum.

A path's weight is initial ⊗ arcs ⊗ final; the pathsum is ⊕ over the accepting paths. `xs` is the sequence that is
read: words, or vectors for patterns with symbolic weights. `weigh(weight, symbol)` gives the value of an arc; leave it
out for numeric weights, pass `wfsa.evaluator(parameters)` for learned ones. Every value goes through K's `lift`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.errors import AutomatonError
from wfsa.index import Side, index_of
from wfsa.paths.epsilon_closure import EpsilonStar
from wfsa.paths.underflow import sizes, vanished, warn_of_range
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

    Warns (RangeWarning) where all of the last chart is 0̄ by rounding.

    Cost: O(arcs that leave live states and read their symbol), and what those states reach by epsilons, see
    `EpsilonStar`; the automaton is indexed once.
    """
    charts = quiet_forward(automaton, xs, K, weigh)
    _warn_of_lost(charts[-1], K, lambda: quiet_forward(automaton, xs, K, sizes(weigh, K))[-1])
    return charts


def quiet_forward(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh) -> list[Chart[V]]:
    """`forward` without warnings."""
    value = lifted(weigh, K)
    epsilons = EpsilonStar(as_automaton(automaton), K, value)
    start = _ends(automaton.initial, value, K)
    charts = [epsilons.left(start)]
    rows: _Rows[V] = _Rows(automaton.arcs, index_of(automaton).leaving, value, K.zero)
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

    Warns (RangeWarning) where all of the first chart is 0̄ by rounding.

    Cost: that of `forward`.
    """
    charts = quiet_backward(automaton, xs, K, weigh)
    _warn_of_lost(charts[0], K, lambda: quiet_backward(automaton, xs, K, sizes(weigh, K))[0])
    return charts


def quiet_backward(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh) -> list[Chart[V]]:
    """`backward` without warnings."""
    value = lifted(weigh, K)
    epsilons = EpsilonStar(as_automaton(automaton), K, value)
    end = _ends(automaton.final, value, K)
    charts = [epsilons.right(end)]
    rows: _Rows[V] = _Rows(automaton.arcs, index_of(automaton).entering, value, K.zero)
    for symbol in reversed(sequence(xs)):
        row = rows.of(symbol)
        chart: Chart[V] = {}
        for target, weight in charts[-1].items():
            for arc, through in row[target]:
                add(chart, arc.source, K.times(through, weight), K)
        charts.append(epsilons.right(chart))
    return charts[::-1]


def pathsum(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh = constant) -> V:
    """⊕ over all accepting paths that read `xs` of initial ⊗ arcs ⊗ final; 0̄ when there is none.

    Warns (RangeWarning) where it is 0̄ though there is a path, all of whose products are too small for doubles; where it
    is subnormal and so has lost digits; and where it is too large. A product that is too small on the way to a sum that
    is not costs it at most as much as that product, and is not said.
    """
    total = quiet_pathsum(automaton, xs, K, weigh)
    warn_of_range(total, K, lambda: pathsum_vanished(automaton, xs, K, weigh))
    return total


def quiet_pathsum(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh = constant) -> V:
    """`pathsum` without warnings, for those who raise."""
    last = quiet_forward(automaton, xs, K, weigh)[-1]
    value = lifted(weigh, K)
    ended = index_of(automaton).ended(last)
    return K.sum(K.times(last[state], value(automaton.final[state], None)) for state in ended)


def pathsum_vanished(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh) -> bool:
    """Is a pathsum that is 0̄ so by rounding?"""
    return vanished(automaton, xs, K, weigh, lambda other: quiet_pathsum(automaton, xs, K, other))


def _ends(ends: Mapping[State, Weight], value: Callable[[Weight, Any], V], K: Semiring[V]) -> Chart[V]:
    found = {state: value(weight, None) for state, weight in ends.items()}
    return {state: weight for state, weight in found.items() if weight != K.zero}


def _warn_of_lost(chart: Chart[V], K: Semiring[V], sized: Callable[[], Chart[V]]) -> None:
    """A chart names states that weights reach which are not 0̄: where all of it is, that is rounding, or signs."""

    def lost(values: Iterable[V]) -> bool:
        return all(weight == K.zero for weight in values)

    if chart and K.integral and lost(chart.values()):
        warn_of_range(K.zero, K, lambda: K.from_real is None or lost(sized().values()), 4)


class _Row(dict[State, list[tuple[Arc, V]]]):
    """What one symbol does: state → its arcs that read the symbol, with their values but 0̄, found when asked for."""

    def __init__(self, rows: "_Rows[V]", symbol: Any) -> None:
        super().__init__()
        self._rows, self._symbol = rows, symbol

    def __missing__(self, state: State) -> list[tuple[Arc, V]]:
        rows, symbol = self._rows, self._symbol
        arcs = [rows.arcs[number] for number in rows.side[state].reading(symbol)]
        found = [(arc, rows.value(arc.weight, symbol)) for arc in arcs]
        self[state] = [(arc, weight) for arc, weight in found if weight != rows.zero]
        return self[state]


class _Rows(dict[Any, _Row[V]]):
    """Symbol → its row, kept since symbols recur; a vector, which cannot be a key, gets a new row."""

    def __init__(self, arcs: tuple[Arc, ...], side: Side, value: Callable[[Weight, Any], V], zero: V) -> None:
        super().__init__()
        self.arcs, self.side, self.value, self.zero = arcs, side, value, zero

    def of(self, symbol: Any) -> _Row[V]:
        """The row of `symbol`."""
        try:
            known = symbol in self
        except TypeError:  # no hash: an array, or a tuple that holds one
            return _Row(self, symbol)
        if not known:
            self[symbol] = _Row(self, symbol)
        return self[symbol]
