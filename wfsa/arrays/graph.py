"""An automaton over a semiring of plain numbers as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wfsa.arrays import walks
from wfsa.automaton import WFSA, State, as_automaton
from wfsa.collector import paused
from wfsa.semirings.base import Semiring
from wfsa.weights.evaluate import lifted

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Rows:
    """Edges, sorted by the place that they leave. Axes: place, edge.

    Attributes:
        first: [place + 1]: where the edges of a place begin.
        target, weight: [edge].
    """

    first: Array
    target: Array
    weight: Array

    def weighing(self, weight: Array) -> "Rows":
        """The same edges with other weights."""
        return Rows(self.first, self.target, weight)

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """What kernels take."""
        return self.first, self.target, self.weight


@dataclass(frozen=True)
class Graph:
    """What lies on accepting paths of weights other than 0̄; states have places, in ascending order.

    Attributes:
        states: [place].
        start, end: [place]: initial and final weights, 0̄ where there is none.
        forward, backward: the arcs, by source, and turned round, by target.
    """

    states: Array
    start: Array
    end: Array
    forward: Rows
    backward: Rows

    def turned(self) -> "Graph":
        """The graph that is walked from the other end."""
        return Graph(self.states, self.end, self.start, self.backward, self.forward)

    def names(self, places: Array) -> str:
        """The first five of the states at these places, for a message."""
        found = self.states[np.sort(places)[:5]].tolist()
        return ", ".join(map(str, found)) + (", …" if len(places) > 5 else "")


@paused()
def graph(automaton: WFSA, K: Semiring[Any], weigh: Any) -> Graph:
    """The graph of an automaton whose elements of K are numbers.

    Raises: what `weigh` and the `lift` of K do.

    Cost: O(|arcs|), about 90 bytes for each.
    """
    arcs, value = as_automaton(automaton).arcs, lifted(weigh, K)
    weights = np.array([value(arc.weight, arc.label) for arc in arcs], np.float64)
    source, target = (np.fromiter((arc[end] for arc in arcs), np.int64, len(arcs)) for end in (0, 2))
    initial, final = (_ends(ends, value) for ends in (automaton.initial, automaton.final))
    states, places = np.unique(np.concatenate([source, target, initial[0], final[0]]), return_inverse=True)
    cuts = np.cumsum([len(arcs), len(arcs), len(initial[0])])
    source, target, at_start, at_end = np.split(places.reshape(-1), cuts)
    start, end = (np.full(len(states), float(K.zero)) for _ in range(2))
    start[at_start], end[at_end] = initial[1], final[1]
    alive = weights != K.zero
    source, target, weights = source[alive], target[alive], weights[alive]
    useful = _reached(start != K.zero, source, target) & _reached(end != K.zero, target, source)
    kept = useful[source] & useful[target]
    new = np.cumsum(useful) - 1
    source, target, weights = new[source[kept]], new[target[kept]], weights[kept]
    count = int(useful.sum())
    return Graph(
        states[useful], start[useful], end[useful],
        _rows(source, target, weights, count), _rows(target, source, weights, count),
    )  # fmt: skip


def _ends(ends: Mapping[State, Any], value: Any) -> tuple[Array, Array]:
    weights = np.array([value(weight, None) for weight in ends.values()], np.float64)
    return np.fromiter(ends, np.int64, len(ends)), weights


def _rows(source: Array, target: Array, weight: Array, count: int) -> Rows:
    first, order = walks.rows(source, count)
    return Rows(first, target[order], weight[order])


def _reached(found: Array, source: Array, target: Array) -> Array:
    first, order = walks.rows(source, len(found))
    walks.reached(first, target[order], found)
    return found
