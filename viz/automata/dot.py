"""Automata as Graphviz DOT text."""

from typing import Any

from viz.automata.drawing import ArcSize, ArcText, Drawing, draw
from wfsa import WFSA, Semiring


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
        f"  label={_quote(drawing.title)};",
        '  node [shape=circle, fontname="Helvetica"];',
        '  edge [fontname="Helvetica", fontsize=10];',
    ]
    for node in drawing.nodes:
        name, rings = _quote(str(node.state)), 2 if node.final else 1
        under = f"{node.state}\nfinal {node.final_text}"
        label = f"label={_quote(under)}, " if node.final_text else ""
        lines.append(f"  {name} [{label}{_look(node.kept)}, peripheries={rings}];")
        if node.initial:
            start, text = _quote(f"start {node.state}"), f"initial {node.initial_text}"
            label = f" [label={_quote(text)}]" if node.initial_text else ""
            lines += [f'  {start} [shape=point, label=""];', f"  {start} -> {name}{label};"]
    for edge in drawing.edges:
        ends = f"{_quote(str(edge.source))} -> {_quote(str(edge.target))}"
        width = f", penwidth={drawing.width(edge):.2f}" if edge.kept else ""
        lines.append(f"  {ends} [label={_quote(chr(10).join(edge.lines))}, {_look(edge.kept)}{width}];")
    return "\n".join([*lines, "}", ""])


def _look(kept: bool) -> str:
    return 'style=bold, color="black"' if kept else 'style=dashed, color="gray60", fontcolor="gray60"'


def _quote(text: str) -> str:
    """A DOT string: in it only the quote, the backslash and line ends mean anything."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", "\\n").replace("\0", "")
    return f'"{safe}"'
