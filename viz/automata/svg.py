"""Automata as SVG, in pure Python: no Graphviz needed.

States stand in layers, so a chain is one row from left to right. Self-loops
go above their state. Kept states are bold, deleted ones grey and dashed; lines are as wide as arcs weigh; colours
follow light or dark mode; text that is cut short is whole in the arc's title, which a pointer over it shows.
"""

import math
from collections.abc import Mapping
from html import escape

from viz.automata.drawing import ArcSize, ArcText, Drawing, Edge, Node, allowed, draw
from viz.automata.layering import layers
from wfsa import WFSA, State

_RADIUS, _LINE, _CHARACTER, _CLIP, _ROW = 18, 14, 6.4, 42, 110.0
# Every rule is scoped: inside an HTML page a style element speaks to the whole page.
_STYLE = """
  .wfsa text { font: 11px sans-serif; fill: #1a1a1a; text-anchor: middle; }
  .wfsa .arc text { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
  .wfsa .state text { font-size: 13px; dominant-baseline: central; }
  .wfsa circle { fill: #ffffff; stroke: #1a1a1a; stroke-width: 2.4; }
  .wfsa path { fill: none; stroke: #1a1a1a; stroke-width: 1.8; }
  .wfsa .head { fill: #1a1a1a; stroke: none; }
  .wfsa .deleted circle, .wfsa .deleted path { stroke: #8a8a8a; stroke-width: 1.2; stroke-dasharray: 4 3; }
  .wfsa .deleted text, .wfsa .deleted .head { fill: #767676; } .wfsa .deleted .head { stroke: none; }
  @media (prefers-color-scheme: dark) {
    .wfsa text { fill: #e8e8e8; } .wfsa .arc text { stroke: #1b1b1b; }
    .wfsa circle { fill: #1b1b1b; stroke: #e8e8e8; } .wfsa path { stroke: #e8e8e8; }
    .wfsa .head { fill: #e8e8e8; } .wfsa .deleted text, .wfsa .deleted .head { fill: #9a9a9a; }
  }
"""

Point = tuple[float, float]


def to_svg(
    automaton: WFSA,
    title: str = "",
    before: WFSA | None = None,
    text: ArcText | None = None,
    size: ArcSize | None = None,
) -> str:
    """An SVG picture of `automaton`; args as in `viz.draw`. The same automaton gives the same bytes."""
    return render_svg(draw(automaton, title, before, text, size))


def render_svg(drawing: Drawing) -> str:
    """An SVG picture of a drawing."""
    places = _places(drawing)
    top = 34 + _LINE * max((len(edge.lines) for edge in drawing.edges if edge.source == edge.target), default=0)
    bends = [(_bend(edge, places), len(edge.lines)) for edge in drawing.edges if edge.source != edge.target]
    up, down = max([0.0, *(-bend for bend, _ in bends)]), max([0.0, *(bend for bend, _ in bends)])
    below = _LINE * max([1, *(lines for bend, lines in bends if bend > 0)])  # the text under curves that swing down
    width = max((x for x, _ in places.values()), default=0.0) + 70
    shift = top + up / 2 + 30
    height = max((y for _, y in places.values()), default=0.0) + shift + down / 2 + 40 + below - _LINE
    at = {state: (x, y + shift) for state, (x, y) in places.items()}
    title = drawing.title or "weighted automaton"
    body = [_edge(edge, drawing.width(edge), at) for edge in drawing.edges] + [
        _node(node, at[node.state]) for node in drawing.nodes
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" class="wfsa" role="img">',
            f"<title>{_clean(title)}</title>",
            f"<desc>{_clean(_description(drawing))}</desc>",
            f"<style>{_STYLE}</style>",
            *body,
            "</svg>",
            "",
        ]
    )


def _description(drawing: Drawing) -> str:
    kept = [str(node.state) for node in drawing.nodes if node.kept]
    gone = [str(node.state) for node in drawing.nodes if not node.kept]
    return f"States kept: {', '.join(kept) or 'none'}." + (f" States deleted: {', '.join(gone)}." if gone else "")


def _places(drawing: Drawing) -> Mapping[State, Point]:
    """state → (x, y), the uppermost at y = 0."""
    found = layers(drawing)
    steps = _columns(drawing, {state: column for state, (column, _) in found.items()})
    top = min((row for _, row in found.values()), default=0.0)
    return {state: (60 + steps[column], _ROW * (row - top)) for state, (column, row) in found.items()}


def _columns(drawing: Drawing, column: Mapping[State, int]) -> list[float]:
    """The x of every column: as far apart as the longest text between them, or above two neighbours, asks."""
    gaps = [90.0] * (max(column.values(), default=0) + 1)
    loops = [0.0] * len(gaps)
    for edge in drawing.edges:
        need = 40 + 2 * _RADIUS + _CHARACTER * max((min(len(line), _CLIP) for line in edge.lines), default=0)
        left, right = sorted((column[edge.source], column[edge.target]))
        if left == right:
            loops[left] = max(loops[left], need)
        elif right == left + 1:
            gaps[left] = max(gaps[left], need)
    places = [loops[0] / 2] if loops else [0.0]
    for i in range(1, len(gaps)):
        places.append(places[-1] + max(gaps[i - 1], (loops[i - 1] + loops[i]) / 2))
    return [*places, places[-1] + max(gaps[-1], loops[-1] / 2)]


def _bend(edge: Edge, at: Mapping[State, Point]) -> float:
    """How far the middle of an edge swings from the straight line: 0 to the right where nothing stands between.

    Backwards and within a column it swings out, so that it is no other edge's line.
    """
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    if x1 <= x0:
        return -0.28 * (abs(x1 - x0) + abs(y1 - y0))
    between = (_off((x, y), (x0, y0), (x1, y1)) for x, y in at.values() if x0 < x < x1)
    return 0.28 * (x1 - x0 + abs(y1 - y0)) if any(off < _RADIUS + 6 for off in between) else 0.0


def _off(point: Point, start: Point, end: Point) -> float:
    """How far `point` lies from the line through `start` and `end`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return abs(dx * (point[1] - start[1]) - dy * (point[0] - start[0])) / max(1e-9, math.hypot(dx, dy))


def _edge(edge: Edge, width: float, at: Mapping[State, Point]) -> str:
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    if edge.source == edge.target:
        curve = f"M {x0 - 8:.1f} {y0 - 17:.1f} C {x0 - 30:.1f} {y0 - 56:.1f} {x0 + 30:.1f} {y0 - 56:.1f} "
        return _group(
            edge,
            width,
            f"{curve}{x0 + 10:.1f} {y0 - 21:.1f}",
            _head((x0 + 30, y0 - 56), (x0 + 8, y0 - 16)),
            (x0, y0 - 52 - _LINE * (len(edge.lines) - 1)),
        )
    bend = _bend(edge, at)
    length = max(1.0, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
    middle = ((x0 + x1) / 2 + (y1 - y0) / length * bend, (y0 + y1) / 2 + (x1 - x0) / length * abs(bend))
    start, end = _toward((x0, y0), middle, _RADIUS + 2), _toward((x1, y1), middle, _RADIUS + 3)
    stop = _toward((x1, y1), middle, _RADIUS + 10)
    curve = f"M {start[0]:.1f} {start[1]:.1f} Q {middle[0]:.1f} {middle[1]:.1f} {stop[0]:.1f} {stop[1]:.1f}"
    lift = 8 + _LINE * (len(edge.lines) - 1)
    label = ((start[0] + 2 * middle[0] + end[0]) / 4, (start[1] + 2 * middle[1] + end[1]) / 4)
    # Above a line and above a curve that swings up; below one that swings down.
    return _group(edge, width, curve, _head(middle, end), (label[0], label[1] + _LINE if bend > 0 else label[1] - lift))


def _toward(point: Point, other: Point, distance: float) -> Point:
    """The point at `distance` from `point` on the way to `other`."""
    length = max(1e-9, ((other[0] - point[0]) ** 2 + (other[1] - point[1]) ** 2) ** 0.5)
    return tuple(p + (o - p) / length * distance for p, o in zip(point, other, strict=True))


def _head(start: Point, tip: Point) -> str:
    """An arrow head at `tip`, pointing away from `start`."""
    back = _toward(tip, start, 9)
    dx, dy = (tip[1] - back[1]) * 0.45, (back[0] - tip[0]) * 0.45
    return (
        f"M {tip[0]:.1f} {tip[1]:.1f} L {back[0] + dx:.1f} {back[1] + dy:.1f} L {back[0] - dx:.1f} {back[1] - dy:.1f} Z"
    )


def _group(edge: Edge, width: float, curve: str, head: str, label: Point) -> str:
    lines = [
        f'<text x="{label[0]:.1f}" y="{label[1] + _LINE * i:.1f}">{_clean(_clip(line))}</text>'
        for i, line in enumerate(edge.lines)
    ]
    name = _clean(f"{edge.source} → {edge.target}: {'; '.join(edge.lines)}")
    stroke = f' style="stroke-width: {width:.2f}"' if edge.kept else ""
    return (
        f'<g class="{"arc" if edge.kept else "arc deleted"}"><title>{name}</title>'
        f'<path d="{curve}"{stroke}/>'
        f'<path class="head" d="{head}"/>{"".join(lines)}</g>'
    )


def _node(node: Node, at: Point) -> str:
    x, y = at
    rings = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}"/>']
    if node.final:
        rings.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS - 4}"/>')
    start = ""
    if node.initial:
        head = _head((x - 60, y), (x - _RADIUS - 2, y))
        start = f'<path d="M {x - 46:.1f} {y:.1f} H {x - _RADIUS - 9:.1f}"/><path class="head" d="{head}"/>'
    kind = "state" if node.kept else "state deleted"
    return f'<g class="{kind}">{start}{"".join(rings)}<text x="{x:.1f}" y="{y:.1f}">{node.state}</text></g>'


def _clip(text: str) -> str:
    return text if len(text) <= _CLIP else text[: _CLIP - 1] + "…"


def _clean(text: str) -> str:
    """Text that is safe in XML: markup escaped, characters that XML forbids replaced."""
    return escape(allowed(text))
