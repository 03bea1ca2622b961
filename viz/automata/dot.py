"""Automata as Graphviz DOT text."""

import json
from typing import Any

from viz.automata.drawing import ArcSize, ArcText, Drawing, draw
from wfsa import WFSA, FormatError, Semiring
from wfsa.formats.json_labels import label_to_json
from wfsa.formats.json_trees import weight_to_json


def to_dot(
    automaton: WFSA,
    title: str = "",
    before: WFSA | None = None,
    text: ArcText | None = None,
    size: ArcSize | None = None,
    K: Semiring[Any] | None = None,
) -> str:
    """DOT text of `automaton`: left to right, final states doubled, kept states bold, deleted ones grey and dashed.

    Args and conventions as in `viz.draw`. The same automaton gives the same bytes.
    """
    return render_dot(draw(automaton, title, before, text, size, K))


def render_dot(drawing: Drawing) -> str:
    """DOT text of a drawing."""
    lines = [
        f"digraph {_quote(drawing.title)} {{",
        "  rankdir=LR;",
        f"  label={_quote(drawing.title)}; wfsa=1;",
        '  node [shape=circle, fontname="Helvetica"];',
        '  edge [fontname="Helvetica", fontsize=10];',
    ]
    for node in drawing.nodes:
        name, rings = _quote(str(node.state)), 2 if node.final else 1
        under = f"{node.state}\nfinal {node.final_text}"
        label = f"label={_quote(under)}, " if node.final_text else ""
        kept = _exact(initial=node.weights[0], final=node.weights[1]) if node.kept else _DELETED
        lines.append(f"  {name} [{label}{_look(node.kept)}, peripheries={rings}{kept}];")
        if node.initial:
            start, text = _quote(f"start {node.state}"), f"initial {node.initial_text}"
            label = f" [label={_quote(text)}]" if node.initial_text else ""
            lines += [f'  {start} [shape=point, label=""];', f"  {start} -> {name}{label};"]
    for edge in drawing.edges:
        ends = f"{_quote(str(edge.source))} -> {_quote(str(edge.target))}"
        width = f", penwidth={drawing.width(edge):.2f}{_exact(arcs=edge.arcs)}" if edge.kept else _DELETED
        lines.append(f"  {ends} [label={_quote(chr(10).join(edge.lines))}, {_look(edge.kept)}{width}];")
    return "\n".join([*lines, "}", ""])


_DELETED, _INEXACT = ", deleted=1", ", inexact=1"


def _exact(**held: Any) -> str:
    """What `wfsa.from_dot` reads: attributes that Graphviz passes over; a mark where a file could not hold it."""
    try:
        trees = {
            name: [[label_to_json(arc.label, "arcs"), weight_to_json(arc.weight, "arcs")] for arc in value]
            if name == "arcs"
            else weight_to_json(value, name)
            for name, value in held.items()
            if value is not None
        }
    except FormatError:
        return _INEXACT
    return "".join(f", {name}={_quote(json.dumps(tree, ensure_ascii=False))}" for name, tree in trees.items())


def _look(kept: bool) -> str:
    return 'style=bold, color="black"' if kept else 'style=dashed, color="gray60", fontcolor="gray60"'


def _quote(text: str) -> str:
    """A DOT string: in it only the quote, the backslash and line ends mean anything."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", "\\n").replace("\0", "")
    return f'"{safe}"'
