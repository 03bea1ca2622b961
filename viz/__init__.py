"""Pictures of automata and runs: DOT, SVG, node-link JSON, plots, an HTML report. Reads files; never loads torch."""

from viz.automata.dot import to_dot
from viz.automata.drawing import ArcSize, ArcText, Drawing, Edge, Node, arc_sizes, arc_text, draw, formula
from viz.automata.graphviz import render
from viz.automata.nodelink import to_node_link
from viz.automata.svg import to_svg
from viz.errors import VizError
from viz.notebook import register
from viz.run_files import Run, open_run
from viz.run_patterns import Pattern

register()

__all__ = [
    "ArcSize",
    "ArcText",
    "Drawing",
    "Edge",
    "Node",
    "Pattern",
    "Run",
    "VizError",
    "arc_sizes",
    "arc_text",
    "draw",
    "formula",
    "open_run",
    "render",
    "to_dot",
    "to_node_link",
    "to_svg",
]
