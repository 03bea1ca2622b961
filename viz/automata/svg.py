"""Automata as SVG, in pure Python: no Graphviz needed.

States stand in layers, so a chain is one row from left to right or, in a picture that runs down, from top to bottom.
Self-loops go above or to the left of their state. Kept states are bold, deleted ones grey and dashed; lines are as wide
as arcs weigh. No text lies on another text or state, or outside. Colours follow light or dark mode on a ground of their
own; text that is cut short is whole in the arc's title, which a pointer over it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viz.automata.boxes import FAR, Box, Sheet, around
from viz.automata.drawing import ArcSize, ArcText, Drawing, Node, draw
from viz.automata.places import LINE, RADIUS, Curve, Point, along, curve, places, toward, width_of
from viz.automata.texts import clean, shortened
from wfsa import WFSA, Semiring, State

_CLIP, _MOST = 40.0, 20
"""Columns of a line, and lines of an arc, that are shown."""
# Every rule is scoped: inside an HTML page a style element speaks to the whole page.
_STYLE = """
  .wfsa text { font: 11px sans-serif; fill: #1a1a1a; text-anchor: middle; }
  .wfsa.down .beside text { text-anchor: start; }
  .wfsa .beside text { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
  .wfsa .state > text { font-size: 13px; dominant-baseline: central; }
  .wfsa .paper { fill: #ffffff; } .wfsa circle { fill: #ffffff; stroke: #1a1a1a; stroke-width: 2.4; }
  .wfsa path { fill: none; stroke: #1a1a1a; stroke-width: 1.8; }
  .wfsa .head { fill: #1a1a1a; stroke: none; } .wfsa path.leader { stroke: #8a8a8a; stroke-width: .7; }
  .wfsa .deleted circle, .wfsa .deleted path { stroke: #8a8a8a; stroke-width: 1.2; stroke-dasharray: 4 3; }
  .wfsa .deleted text, .wfsa .deleted .head { fill: #767676; } .wfsa .deleted .head { stroke: none; }
  @media (prefers-color-scheme: dark) {
    .wfsa text { fill: #e8e8e8; } .wfsa .beside text { stroke: #161616; } .wfsa .paper { fill: #161616; }
    .wfsa circle { fill: #161616; stroke: #e8e8e8; } .wfsa path { stroke: #e8e8e8; }
    .wfsa .head { fill: #e8e8e8; } .wfsa .deleted text, .wfsa .deleted .head { fill: #9a9a9a; }
  }
"""


def to_svg(
    automaton: WFSA,
    title: str = "",
    before: WFSA | None = None,
    text: ArcText | None = None,
    size: ArcSize | None = None,
    K: Semiring[Any] | None = None,
) -> str:
    """An SVG picture of `automaton`; args as in `viz.draw`. The same automaton gives the same bytes."""
    return render_svg(draw(automaton, title, before, text, size, K))


def render_svg(drawing: Drawing, down: bool = False) -> str:
    """An SVG picture of a drawing; `down`: narrow, from top to bottom."""
    return picture(drawing, down).svg


@dataclass(frozen=True)
class Picture:
    """An SVG picture and how wide it is, in pixels."""

    svg: str
    width: float


def picture(drawing: Drawing, down: bool = False) -> Picture:
    """An SVG picture of a drawing with its width; see `render_svg`."""
    body, frame = _Canvas(drawing, down).drawn()
    width, height = frame.right - frame.left, frame.bottom - frame.top
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{frame.left:.0f} {frame.top:.0f} {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" class="wfsa{" down" if down else ""}" role="img">',
        f"<title>{clean(drawing.title or 'weighted automaton')}</title>",
        f"<desc>{clean(_description(drawing))}</desc>",
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" x="{frame.left:.0f}" y="{frame.top:.0f}" width="{width:.0f}" height="{height:.0f}"/>',
        *body,
        "</svg>",
        "",
    ]
    return Picture("\n".join(lines), width)


def _description(drawing: Drawing) -> str:
    kept = [str(node.state) for node in drawing.nodes if node.kept]
    gone = [str(node.state) for node in drawing.nodes if not node.kept]
    return f"States kept: {', '.join(kept) or 'none'}." + (f" States deleted: {', '.join(gone)}." if gone else "")


class _Canvas:
    """A picture while it is drawn: where states stand, and which boxes are taken."""

    def __init__(self, drawing: Drawing, down: bool) -> None:
        self._drawing, self._down = drawing, down
        self._lines = [_shown(edge.lines) for edge in drawing.edges]
        self._at = places(drawing, self._lines, down)
        self._sheet = Sheet([self._place(state) for state in self._at], RADIUS + 1)

    def drawn(self) -> tuple[list[str], Box]:
        """The elements, and the box that holds them all."""
        for state in self._at:
            self._take([_corner(self._place(state), RADIUS + 2), _corner(self._place(state), -RADIUS - 2)])
        kept = {(edge.source, edge.target) for edge in self._drawing.edges if edge.kept}
        curves = [
            curve(edge, self._at, not edge.kept and (edge.source, edge.target) in kept) for edge in self._drawing.edges
        ]
        for number, (edge, found) in enumerate(zip(self._drawing.edges, curves, strict=True)):
            self._sheet.draw(map(self._turned, along(found)), number)
            if edge.source == edge.target:
                self._take([*map(self._turned, found.points[:1]), self._turned((found.points[2][0], found.middle[1]))])
        nodes = [self._node(node) for node in self._drawing.nodes]
        arcs = [self._edge(number, found) for number, found in enumerate(curves)]
        reached = [Box(*self._turned(point) * 2) for found in curves for point in (found.middle, found.tip)]
        texts = [text for _, text in arcs if text]
        return [*(line for line, _ in arcs), *nodes, *texts], around(
            [*self._sheet.taken, *reached, Box(0, 0, 0, 0)], 10
        )

    def _turned(self, point: Point) -> Point:
        """(along, across) → (x, y)."""
        return (point[1], point[0]) if self._down else point

    def _place(self, state: State) -> Point:
        return self._turned(self._at[state])

    def _take(self, corners: Sequence[Point]) -> None:
        (x0, y0), (x1, y1) = corners
        self._sheet.take(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def _edge(self, number: int, found: Curve) -> tuple[str, str]:
        """Its line, and its text, which goes over all lines."""
        edge, lines = self._drawing.edges[number], self._lines[number]
        points = [f"{x:.1f} {y:.1f}" for x, y in map(self._turned, found.points)]
        way = f"M {points[0]} {'C' if len(points) == 4 else 'Q'} {' '.join(points[1:])}"
        name = f"<title>{clean(f'{edge.source} → {edge.target}: ' + '; '.join(edge.lines))}</title>"
        gone = "" if edge.kept else " deleted"
        stroke = f' style="stroke-width: {self._drawing.width(edge):.2f}"' if edge.kept else ""
        x, y = belongs = self._turned(found.middle)
        height = LINE * len(lines)
        if self._down:
            if edge.source == edge.target:  # on the other side of its state than the loop
                x, y = belongs = self._place(edge.source)[0] + RADIUS + 2, y
            x, y = x + (6 if edge.source == edge.target else 8), y - height / 2
        else:  # above a line and above a curve that swings up; below one that swings down
            y = y + 4 if found.bend > 0 else y - 6 - height
        head = _head(self._turned(found.back), self._turned(found.tip))
        text, leader = self._text(lines, (x, y), belongs, number, gone, name)
        line = f'<g class="arc{gone}">{name}<path d="{way}"{stroke}/><path class="head" d="{head}"/>{leader}</g>'
        return line, text

    def _text(
        self,
        lines: Sequence[str],
        at: Point,
        belongs: Point | None = None,
        owner: int = -1,
        kind: str = "",
        name: str = "",
    ) -> tuple[str, str]:
        """Lines of text from the top `at`, in the middle there or, in a picture that runs down, to the right of it.

        And a leader from them to where they belong, if that is far. `owner`: the number of their arc.
        """
        if not lines:
            return "", ""
        width = width_of(lines)
        left = at[0] - (0 if self._down else width / 2)
        wished = Box(left, at[1], left + width, at[1] + LINE * len(lines))
        box = self._sheet.place(wished, belongs, owner)
        x = at[0] + box.left - left
        rows = "".join(
            f'<text x="{x:.1f}" y="{box.top + 11 + LINE * i:.1f}">{clean(line)}</text>' for i, line in enumerate(lines)
        )
        leader = ""
        if belongs is not None and box.distance(wished) > FAR:
            start = box.nearest(belongs)
            leader = f'<path class="leader" d="M {start[0]:.1f} {start[1]:.1f} L {belongs[0]:.1f} {belongs[1]:.1f}"/>'
        return f'<g class="beside{kind}">{name}{rows}</g>', leader

    def _node(self, node: Node) -> str:
        x, y = self._place(node.state)
        rings = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:.0f}"/>']
        if node.final:
            rings.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS - 4:.0f}"/>')
        name = str(node.state)
        small = f' style="font-size: {52 / len(name):.1f}px"' if len(name) > 4 else ""
        start = self._start(node, (x, y)) if node.initial else ""
        final = _shown([f"final {node.final_text}"] if node.final_text else [])
        below = (x + RADIUS + 8, y + RADIUS - LINE) if self._down else (x, y + RADIUS + 4)
        return (
            f'<g class="{"state" if node.kept else "state deleted"}">{start}{"".join(rings)}'
            f'<text x="{x:.1f}" y="{y:.1f}"{small}>{name}</text>{self._text(final, below)[0]}</g>'
        )

    def _start(self, node: Node, at: Point) -> str:
        """The arrow from nowhere."""
        along, across = self._at[node.state]
        tail, stop, tip = ((along - off, across) for off in (RADIUS + 28, RADIUS + 9, RADIUS + 2))
        (x0, y0), (x1, y1) = self._turned(tail), self._turned(stop)
        self._sheet.take(Box(x0 - 1, y0 - 1, x1 + 1, y1 + 1))
        text = _shown([f"initial {node.initial_text}"] if node.initial_text else [])
        beside = (x0 + 8, y0) if self._down else (at[0] - RADIUS - 4 - width_of(text) / 2, y0 + 6)
        return (
            f'<path d="M {x0:.1f} {y0:.1f} L {x1:.1f} {y1:.1f}"/>'
            f'<path class="head" d="{_head(self._turned(tail), self._turned(tip))}"/>{self._text(text, beside)[0]}'
        )


def _shown(lines: Sequence[str]) -> list[str]:
    """The lines as far as they are drawn."""
    rest = [f"… and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return [shortened(" ".join(line.split()), _CLIP) for line in lines[:_MOST]] + rest


def _corner(point: Point, off: float) -> Point:
    return point[0] + off, point[1] + off


def _head(start: Point, tip: Point) -> str:
    """An arrow head at `tip`, pointing away from `start`."""
    back = toward(tip, start, 9)
    dx, dy = (tip[1] - back[1]) * 0.45, (back[0] - tip[0]) * 0.45
    return (
        f"M {tip[0]:.1f} {tip[1]:.1f} L {back[0] + dx:.1f} {back[1] + dy:.1f} L {back[0] - dx:.1f} {back[1] - dy:.1f} Z"
    )
