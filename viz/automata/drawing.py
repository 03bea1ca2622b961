"""What a picture of an automaton shows, before it is DOT, SVG or JSON."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

from viz.automata.texts import isolated
from viz.errors import VizError
from wfsa import ANY, EPSILON, WFSA, Arc, Const, Expression, Semiring, SemiringError, State, Weight, children

ArcText = Callable[[Arc], Sequence[str]]
"""An arc → the lines that stand beside it."""

ArcSize = Callable[[Arc], float | None]
"""An arc → how much it weighs, at least 0, for the width of its line; None where that means nothing."""

_THIN, _PLAIN, _THICK = 1.0, 1.8, 4.0
"""Widths of lines: of the least weight, of all arcs where weights say nothing, of the greatest."""


@dataclass(frozen=True)
class Node:
    """A state; `kept` is false for one that was deleted.

    `initial_text` and `final_text` are its initial and its final weight; "" where it has none or it says nothing: one.
    `weights` are the two themselves, None for none.
    """

    state: State
    initial: bool
    final: bool
    kept: bool
    initial_text: str = ""
    final_text: str = ""
    weights: tuple[Weight | None, Weight | None] = (None, None)


@dataclass(frozen=True)
class Edge:
    """All arcs from one state to another; `kept` is false when they were deleted. `lines` stand beside it.

    `size` is the greatest size of the arcs; None where none has any. `arcs` are the kept ones themselves.
    """

    source: State
    target: State
    lines: tuple[str, ...]
    kept: bool
    size: float | None = None
    arcs: tuple[Arc, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A titled graph: nodes in ascending order of their states, edges in arc order."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def folded(self) -> "Drawing":
        """The drawing without what was deleted."""
        nodes = tuple(node for node in self.nodes if node.kept)
        return Drawing(self.title, nodes, tuple(edge for edge in self.edges if edge.kept))

    def width(self, edge: Edge) -> float:
        """The width of an edge's line: 1 … 4 in proportion to its size; 1.8 where sizes are missing or all alike."""
        if edge.size is None or not edge.kept or len(self._sizes) < 2:
            return _PLAIN
        return _THIN + (_THICK - _THIN) * edge.size / max(self._sizes)

    @cached_property
    def _sizes(self) -> frozenset[float]:
        found = {edge.size for edge in self.edges if edge.size is not None and edge.kept}
        return frozenset(found if len(found) < 3 else (min(found), max(found)))


def draw(
    automaton: WFSA,
    title: str = "",
    before: WFSA | None = None,
    text: ArcText | None = None,
    size: ArcSize | None = None,
    K: Semiring[Any] | None = None,
) -> Drawing:
    """The drawing of `automaton`.

    Args:
        before: the automaton before states were deleted; what is in it and not in `automaton` is drawn as deleted.
        text: the lines beside an arc; by default its label and its weight.
        size: the size of an arc, which its line is as wide as; by default `arc_sizes` in K.
        K: the semiring that the weights are in. Initial and final weights of one are left out. By default nobody knows:
            all of them are written, and all lines are alike.

    Raises:
        VizError: a size is negative or not finite.
    """
    whole = automaton if before is None else before
    nodes = []
    for state in sorted(set(whole.states) | set(automaton.states)):
        kept = state in automaton.states
        shown = automaton if kept else whole
        weights = shown.initial.get(state), shown.final.get(state)
        first, last = ("" if weight is None else _end_text(weight, K) for weight in weights)
        nodes.append(Node(state, state in shown.initial, state in shown.final, kept, first, last, weights))
    kept_arcs = set(automaton.arcs)
    text, size = text or arc_text, size or arc_sizes(automaton.arcs, K)
    counts = Counter(automaton.arcs)
    merged: dict[tuple[State, State, bool], list[Arc]] = {}
    for arc in dict.fromkeys((*automaton.arcs, *whole.arcs)):
        merged.setdefault((arc.source, arc.target, arc in kept_arcs), []).append(arc)
    edges = []
    for (source, target, kept), arcs in merged.items():
        sizes = [found for arc in arcs if (found := size(arc)) is not None]
        if not all(0 <= found < math.inf for found in sizes):
            raise VizError(f"the size of an arc is a finite number of at least 0, or None (got {sizes}).")
        lines = tuple(line for arc in arcs for line in text(arc))
        every = (arc for arc in arcs for _ in range(counts[arc]))
        edges.append(Edge(source, target, lines, kept, max(sizes, default=None), tuple(every)))
    return Drawing(title, tuple(nodes), tuple(edges))


def arc_sizes(arcs: Sequence[Arc], K: Semiring[Any] | None) -> ArcSize:
    """arc → how much it weighs in K, where its weight is a number that K knows; None elsewhere, and without a K.

    |w| where arcs are multiplied; exp(c − c(w)) with the cost c(w) and the least cost c of all arcs where costs or
    logarithms are added: what costs most weighs least, and an impossible arc, of weight zero of K, nothing.
    """
    if K is None:
        return lambda arc: None
    if not K.additive or K.cost is None:
        return lambda arc: _magnitude(arc.weight, K)
    costs = {arc: cost for arc in arcs if (cost := _cost(arc.weight, K)) is not None}
    least = min((cost for cost in costs.values() if cost < math.inf), default=0.0)
    return lambda arc: math.exp(least - costs[arc]) if arc in costs else None


def _element(weight: Weight, K: Semiring[Any]) -> Any:
    """What a weight that is a number stands for in K; None for others."""
    number = weight.value if isinstance(weight, Const) else weight
    try:
        return K.lift(number) if isinstance(number, Real) and not isinstance(number, bool) else None
    except (OverflowError, SemiringError):  # it has no value there
        return None


def _magnitude(weight: Weight, K: Semiring[Any]) -> float | None:
    found = _element(weight, K)
    return abs(float(found)) if isinstance(found, Real) and math.isfinite(found) else None


def _cost(weight: Weight, K: Semiring[Any]) -> float | None:
    """What a weight costs, ∞ for zero of K; None where it is no number or its cost has no end the other way."""
    found = _element(weight, K)
    if found == K.zero:
        return math.inf
    cost = None if found is None or K.cost is None else K.cost(found)
    return float(cost) if cost is not None and math.isfinite(cost) else None


def _end_text(weight: Weight, K: Semiring[Any] | None) -> str:
    """An initial or a final weight, written where it is not known to be one."""
    return "" if K is not None and _element(weight, K) == K.one else formula(weight)


def arc_text(arc: Arc) -> tuple[str, ...]:
    """One line: label / weight."""
    label = {ANY: "any", EPSILON: "ε"}.get(arc.label, str(arc.label))  # type: ignore[call-overload]  # any hashable
    return (f"{isolated(label)} / {formula(arc.weight)}",)


def formula(weight: Weight) -> str:
    """A weight as a person writes it: 0.5, σ(a), (1 − σ(a)) · w."""
    if isinstance(weight, Expression):
        return weight.text([formula(child) for child in children(weight)])
    return f"{weight:.4g}" if isinstance(weight, int | float) and not isinstance(weight, bool) else str(weight)
