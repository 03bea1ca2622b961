"""What a picture of an automaton shows, before it is DOT, SVG or JSON."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wfsa import (
    ANY,
    EPSILON,
    WFSA,
    Arc,
    Complement,
    Const,
    Linear,
    Log,
    Lookup,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    State,
    Sum,
    Weight,
)

ArcText = Callable[[Arc], Sequence[str]]
"""An arc → the lines that stand beside it."""


@dataclass(frozen=True)
class Node:
    """A state; `kept` is false for one that was deleted."""

    state: State
    initial: bool
    final: bool
    kept: bool


@dataclass(frozen=True)
class Edge:
    """All arcs from one state to another; `kept` is false when they were deleted. `lines` stand beside it."""

    source: State
    target: State
    lines: tuple[str, ...]
    kept: bool


@dataclass(frozen=True)
class Drawing:
    """A titled graph: nodes in ascending order of their states, edges in arc order."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(automaton: WFSA, title: str = "", before: WFSA | None = None, text: ArcText | None = None) -> Drawing:
    """The drawing of `automaton`.

    Args:
        before: the automaton before states were deleted; what is in it and not in `automaton` is drawn as deleted.
        text: the lines beside an arc; by default its label and its weight.
    """
    whole = automaton if before is None else before
    nodes = []
    for state in sorted(set(whole.states) | set(automaton.states)):
        kept = state in automaton.states
        shown = automaton if kept else whole
        nodes.append(Node(state, state in shown.initial, state in shown.final, kept))
    kept_arcs = set(automaton.arcs)
    text = text or arc_text
    merged: dict[tuple[State, State, bool], list[str]] = {}
    for arc in dict.fromkeys((*automaton.arcs, *whole.arcs)):
        merged.setdefault((arc.source, arc.target, arc in kept_arcs), []).extend(text(arc))
    edges = (Edge(source, target, tuple(lines), kept) for (source, target, kept), lines in merged.items())
    return Drawing(title, tuple(nodes), tuple(edges))


def arc_text(arc: Arc) -> tuple[str, ...]:
    """One line: label / weight."""
    label = {ANY: "any", EPSILON: "ε"}.get(arc.label, str(arc.label))  # type: ignore[call-overload]  # any hashable
    return (f"{label} / {formula(arc.weight)}",)


def formula(weight: Weight) -> str:
    """A weight as a person writes it: 0.5, σ(a), (1 − σ(a)) · w."""
    match weight:
        case Const(value):
            return formula(value)
        case Linear(name) | Lookup(name) | Scalar(name):
            return name
        case Sigmoid(argument):
            return f"σ({formula(argument)})"
        case Complement(argument):
            return f"(1 − {formula(argument)})"
        case Product(factors):
            return " · ".join(formula(factor) for factor in factors) or "1"
        case Sum(terms):
            return f"({' + '.join(map(formula, terms))})" if terms else "0"
        case Softmax(terms, place):
            return f"softmax({formula(terms[place])})"
        case Log(argument):
            return f"log {formula(argument)}"
        case bool() | str():
            return str(weight)
        case int() | float():
            return f"{weight:.4g}"
    return str(weight)
