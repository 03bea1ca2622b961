"""The accepting paths of an automaton as a graph: those that read one sequence, or all of them.

A node is (t, q): in state q after t symbols. Where no sequence is given, t stays 0 and the nodes are the states.
"""

from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.index import index_of
from wfsa.labels import EPSILON
from wfsa.paths.forward import Symbols, Weigh, pathsum_vanished, quiet_backward, quiet_forward, sequence
from wfsa.paths.total import total_vanished, totals_from_start, totals_to_end
from wfsa.semirings.base import Semiring
from wfsa.structure import coaccessible
from wfsa.weights.evaluate import lifted

V = TypeVar("V")


class Node(NamedTuple):
    """In `state`, after `position` symbols."""

    position: int
    state: State


class Edge(NamedTuple, Generic[V]):
    """One use of the arc with this number: its weight, and the node after it."""

    number: int
    arc: Arc
    weight: V
    target: Node


class Lattice(Generic[V]):
    """The paths of `automaton` that read `xs`, or all paths when `xs` is None, with their weights in K."""

    def __init__(self, automaton: WFSA, xs: Symbols | None, K: Semiring[V], weigh: Weigh) -> None:
        self.K = K
        self._automaton = as_automaton(automaton)
        self._xs = None if xs is None else sequence(xs)
        self._weigh = weigh
        self._value = lifted(weigh, K)
        self._index = index_of(automaton)
        self._edges: dict[Node, list[Edge[V]]] = {}

    @property
    def reads(self) -> Symbols | None:
        """The sequence; None for all strings."""
        return self._xs

    @property
    def states(self) -> tuple[State, ...]:
        """The states of the automaton."""
        return self._automaton.states

    @property
    def named(self) -> frozenset[Hashable]:
        """The symbols that arcs name."""
        return self._index.named

    @cached_property
    def start(self) -> dict[Node, V]:
        """Node → initial weight."""
        return {Node(0, state): self._value(weight, None) for state, weight in self._automaton.initial.items()}

    @cached_property
    def end(self) -> dict[Node, V]:
        """Node → final weight."""
        last = 0 if self._xs is None else len(self._xs)
        return {Node(last, state): self._value(weight, None) for state, weight in self._automaton.final.items()}

    @cached_property
    def ahead(self) -> dict[Node, V]:
        """Node → ⊕ over the paths from it to the end; nodes without one are left out.

        Raises:
            DivergenceError: the sum around a cycle has no value.
        """
        if self._xs is None:
            charts = [totals_to_end(self._automaton, self.K, self._weigh)]
        else:
            charts = quiet_backward(self._automaton, self._xs, self.K, self._weigh)
        return {
            Node(t, state): weight
            for t, chart in enumerate(charts)
            for state, weight in chart.items()
            if weight != self.K.zero
        }

    @cached_property
    def total(self) -> V:
        """⊕ over all paths."""
        ahead, K = self.ahead, self.K
        return K.sum(K.times(weight, ahead[node]) for node, weight in self.start.items() if node in ahead)

    @property
    def vanished(self) -> bool:
        """Is a total that is 0̄ so by rounding?"""
        if self._xs is None:
            return total_vanished(self._automaton, self.K, self._weigh)
        return pathsum_vanished(self._automaton, self._xs, self.K, self._weigh)

    def edges(self, node: Node) -> list[Edge[V]]:
        """The uses of arcs that leave `node`, in arc order."""
        if node not in self._edges:
            self._edges[node] = list(self._find_edges(node))
        return self._edges[node]

    def _find_edges(self, node: Node) -> Iterator[Edge[V]]:
        side, xs, position = self._index.leaving, self._xs, node.position
        if xs is None:
            numbers = side.numbers(node.state)
        elif position < len(xs):
            numbers = sorted(side[node.state].epsilons + side[node.state].reading(xs[position]))
        else:
            numbers = side[node.state].epsilons
        for number in numbers:
            arc = self._automaton.arcs[number]
            reads = xs is not None and arc.label is not EPSILON
            weight = self._value(arc.weight, xs[position] if xs is not None and reads else arc.label)
            yield Edge(number, arc, weight, Node(position + reads, arc.target))

    @cached_property
    def behind(self) -> dict[Node, V]:
        """Node → ⊕ over the paths from the start to it."""
        if self._xs is None:
            charts = [totals_from_start(self._automaton, self.K, self._weigh)]
        else:
            charts = quiet_forward(self._automaton, self._xs, self.K, self._weigh)
        return {Node(t, state): weight for t, chart in enumerate(charts) for state, weight in chart.items()}

    def reachable(self, cancelled: bool = False) -> list[Node]:
        """The nodes that lie on a path of non-zero weight, from the start on.

        Args:
            cancelled: also nodes from which the paths to the end sum to 0̄, as signs can.
        """
        useful = coaccessible(self._automaton) if cancelled else frozenset[State]()

        def counts(node: Node, weight: V) -> bool:
            return weight != self.K.zero and (node.state in useful if cancelled else node in self.ahead)

        found = [node for node, weight in self.start.items() if counts(node, weight)]
        seen = set(found)
        for node in found:  # grows while it is walked
            for edge in self.edges(node):
                if edge.target not in seen and counts(edge.target, edge.weight):
                    seen.add(edge.target)
                    found.append(edge.target)
        return found
