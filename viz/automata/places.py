"""Where the states of a picture stand, and how arcs run between them: as (along, across), whichever way it runs.

`along` leads from layer to layer, to the right or, in a picture that runs down, downwards; `across` is the other way.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from viz.automata.drawing import Drawing, Edge
from viz.automata.layering import layers
from viz.automata.texts import columns
from wfsa import State

RADIUS, LINE, CHARACTER = 18.0, 14.0, 6.7
"""Of a state; of a line of text; of a column of text."""
_ROW = 110.0

Point = tuple[float, float]
Lines = Sequence[Sequence[str]]
"""For every edge of a drawing the lines beside it."""


class Curve(NamedTuple):
    """How an arc runs: a path of two or three further points, the arrow's head, and where its text belongs."""

    points: tuple[Point, ...]
    back: Point
    tip: Point
    middle: Point
    bend: float


def width_of(lines: Sequence[str]) -> float:
    """How wide lines of text are, at most."""
    return CHARACTER * max(map(columns, lines), default=0.0)


def places(drawing: Drawing, lines: Lines, down: bool) -> Mapping[State, Point]:
    """state → where it stands: as far apart as the text between, above or beside asks."""
    found = layers(drawing)
    column = {state: place for state, (place, _) in found.items()}
    steps = (_down if down else _right)(drawing, lines, column)
    widest = max(map(width_of, lines), default=0.0)
    row = 2 * RADIUS + 30 + widest if down else _ROW + LINE * max([0, *(len(text) - 3 for text in lines)])
    return {state: (steps[place], row * at) for state, (place, at) in found.items()}


def _right(drawing: Drawing, lines: Lines, column: Mapping[State, int]) -> list[float]:
    """The longest text between two layers, or above two neighbours, fits."""
    gaps = [90.0] * (max(column.values(), default=0) + 1)
    loops = [0.0] * len(gaps)
    for edge, text in zip(drawing.edges, lines, strict=True):
        need = 40 + width_of(text)
        left, right = sorted((column[edge.source], column[edge.target]))
        if left == right:
            loops[left] = max(loops[left], need)
        elif right == left + 1:
            gaps[left] = max(gaps[left], need + 2 * RADIUS)
    return _sums([max(gap, (here + there) / 2) for gap, here, there in zip(gaps, loops, loops[1:], strict=False)])


def _down(drawing: Drawing, lines: Lines, column: Mapping[State, int]) -> list[float]:
    """The most lines beside two neighbours, and between them, fit."""
    gaps = [0.0] * (max(column.values(), default=0) + 1)
    loops = [2 * RADIUS] * len(gaps)
    for edge, text in zip(drawing.edges, lines, strict=True):
        left, right = sorted((column[edge.source], column[edge.target]))
        if left == right:
            loops[left] = max(loops[left], LINE * (len(text) + 1))
        elif right == left + 1:
            gaps[left] = max(gaps[left], LINE * len(text))
    return _sums([max(90.0, gap + 16 + (a + b) / 2) for gap, a, b in zip(gaps, loops, loops[1:], strict=False)])


def _sums(gaps: Sequence[float]) -> list[float]:
    found = [0.0]
    for gap in gaps:
        found.append(found[-1] + gap)
    return found


def curve(edge: Edge, at: Mapping[State, Point], twin: bool) -> Curve:
    """How an edge runs; `twin`: another one has the same ends, so it must run elsewhere."""
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    if edge.source == edge.target:
        reach = 80.0 if twin else 56.0
        turns = ((x0 - 8, y0 - 17), (x0 - 30, y0 - reach), (x0 + 30, y0 - reach), (x0 + 10, y0 - 21))
        return Curve(turns, (x0 + 30, y0 - 56), (x0 + 8, y0 - 16), (x0, y0 + 8 - reach), 0.0)
    bend = _bend(edge, at, twin)
    length = max(1.0, math.hypot(x1 - x0, y1 - y0))
    middle = ((x0 + x1) / 2 + (y1 - y0) / length * bend, (y0 + y1) / 2 + (x1 - x0) / length * abs(bend))
    start, tip = toward((x0, y0), middle, RADIUS + 2), toward((x1, y1), middle, RADIUS + 3)
    stop = toward((x1, y1), middle, RADIUS + 10)
    label = ((start[0] + 2 * middle[0] + tip[0]) / 4, (start[1] + 2 * middle[1] + tip[1]) / 4)
    return Curve((start, middle, stop), middle, tip, label, bend)


def along(found: Curve) -> list[Point]:
    """Points of the curve, about as near as letters are high: of the Bézier curve of two or three further points."""
    steps = 4 + int(sum(math.dist(a, b) for a, b in itertools.pairwise(found.points)) / 8)
    degree = len(found.points) - 1
    shares = [place / steps for place in range(steps + 1)]
    weights = [[math.comb(degree, k) * t**k * (1 - t) ** (degree - k) for k in range(degree + 1)] for t in shares]
    return [(_mean(row, [x for x, _ in found.points]), _mean(row, [y for _, y in found.points])) for row in weights]


def _mean(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def _bend(edge: Edge, at: Mapping[State, Point], twin: bool) -> float:
    """How far the middle of an edge swings from the straight line: 0 onwards where nothing stands between.

    Backwards and within a layer it swings out, so that it is no other edge's line.
    """
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    if x1 <= x0:
        return -(0.42 if twin else 0.28) * (abs(x1 - x0) + abs(y1 - y0))
    between = (_off((x, y), (x0, y0), (x1, y1)) for x, y in at.values() if x0 < x < x1)
    return 0.28 * (x1 - x0 + abs(y1 - y0)) if twin or any(off < RADIUS + 6 for off in between) else 0.0


def _off(point: Point, start: Point, end: Point) -> float:
    """How far `point` lies from the line through `start` and `end`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return abs(dx * (point[1] - start[1]) - dy * (point[0] - start[0])) / max(1e-9, math.hypot(dx, dy))


def toward(point: Point, other: Point, distance: float) -> Point:
    """The point at `distance` from `point` on the way to `other`."""
    length = max(1e-9, math.hypot(other[0] - point[0], other[1] - point[1]))
    share = distance / length
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share
