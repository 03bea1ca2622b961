"""Sums over all paths of large automata, as `wfsa.paths.total` gives them."""

from typing import Any

from wfsa.arrays.graph import Array, Graph, graph
from wfsa.arrays.selective import best_to_end
from wfsa.arrays.sums import sums_to_end
from wfsa.automaton import WFSA, State
from wfsa.semirings.base import Semiring


def to_end(automaton: WFSA, K: Semiring[Any], weigh: Any) -> dict[State, Any]:
    """State → ⊕ over all paths from there to the end, for states on accepting paths. Raises as `sums_to_end` does."""
    own = graph(automaton, K, weigh)
    return _named(own, _to_end(own, K), K)


def from_start(automaton: WFSA, K: Semiring[Any], weigh: Any) -> dict[State, Any]:
    """State → ⊕ over all paths from the start to it."""
    own = graph(automaton, K, weigh).turned()
    return _named(own, _to_end(own, K), K)


def total(automaton: WFSA, K: Semiring[Any], weigh: Any) -> Any:
    """⊕ over all accepting paths."""
    assert K.arrays is not None
    own = graph(automaton, K, weigh)
    starts = own.start != K.zero
    return K.sum(_elements(K.arrays.times(own.start[starts], _to_end(own, K)[starts]), K))


def _to_end(own: Graph, K: Semiring[Any]) -> Array:
    return best_to_end(own, K) if K.selective else sums_to_end(own, K)


def _named(own: Graph, values: Array, K: Semiring[Any]) -> dict[State, Any]:
    return dict(zip(own.states.tolist(), _elements(values, K), strict=True))


def _elements(values: Array, K: Semiring[Any]) -> Any:
    """As elements of K, which are doubles or truth values."""
    return values.astype(type(K.one)).tolist()
