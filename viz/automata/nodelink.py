"""Automata as node-link JSON: the shape that D3, Cytoscape and networkx read."""

from typing import Any

from viz.automata.drawing import ArcSize, ArcText, Drawing, draw
from wfsa import WFSA, Semiring


def to_node_link(
    automaton: WFSA,
    title: str = "",
    before: WFSA | None = None,
    text: ArcText | None = None,
    size: ArcSize | None = None,
    K: Semiring[Any] | None = None,
) -> Any:
    """A JSON tree of nodes {id, initial, final, kept, initial_text, final_text} and links.

    These are {source, target, lines, kept, size}.

    Args as in `viz.draw`; a size is null where it means nothing.

    `networkx.node_link_graph(tree, edges="links")` reads it.
    """
    return render_node_link(draw(automaton, title, before, text, size, K))


def render_node_link(drawing: Drawing) -> Any:
    """The node-link tree of a drawing."""
    return {
        "directed": True,
        "multigraph": True,
        "graph": {"title": drawing.title},
        "nodes": [
            {
                "id": node.state,
                "initial": node.initial,
                "final": node.final,
                "kept": node.kept,
                "initial_text": node.initial_text,
                "final_text": node.final_text,
            }
            for node in drawing.nodes
        ],
        "links": [
            {
                "source": edge.source,
                "target": edge.target,
                "lines": list(edge.lines),
                "kept": edge.kept,
                "size": edge.size,
            }
            for edge in drawing.edges
        ],
    }
