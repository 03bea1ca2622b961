"""The best weight from every state to the end: Dijkstra where no weight is better than 1̄, else Bellman and Ford."""

from typing import Any

import numpy as np

from wfsa.arrays import best, walks
from wfsa.arrays.graph import Array, Graph
from wfsa.errors import DivergenceError
from wfsa.semirings.base import Semiring

_SLACK = 1e-12
"""A cycle that gains no more than this gains by rounding."""


def best_to_end(graph: Graph, K: Semiring[Any]) -> Array:
    """[place]: ⊕ over all paths from there to the end, in a semiring that selects.

    Raises:
        DivergenceError: a cycle improves paths without end; the message names states of its component.

    Cost: O(a log a) for a arcs where no weight is better than 1̄; else a times the rounds that a component needs, at
    most its states. Source: Dijkstra (1959); Bellman (1958) and Ford (1956); components by Tarjan (1972).
    """
    assert K.arrays is not None
    multiplies, sign = K.arrays.times is np.multiply, 1.0 if K.arrays.plus is np.minimum else -1.0
    zero, one = float(K.zero), float(K.one)
    found = graph.end.copy()
    edges = graph.backward
    if not (sign * edges.weight < sign * one).any():
        best.dijkstra(*edges.parts, found, zero, multiplies, sign)
        return found
    edges = graph.forward
    order, starts = walks.components(edges.first, edges.target)
    for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        members = order[begin:end]
        if not best.relax(*edges.parts, members, found, zero, multiplies, sign, end - begin, _SLACK):
            raise DivergenceError(
                f"around state {graph.names(members)}: a cycle improves paths without end in {K}; scale the weights of "
                "that cycle."
            )
    return found
