"""Where text stands in a picture: boxes that do not overlap, and how large the picture is then."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from math import hypot
from typing import NamedTuple

_CELL, _DOWN, _ACROSS = 64.0, 7.0, 14.0
_RINGS = 8
"""Steps to every side of its own place that a text is tried at."""
_SPOTS = sorted(
    ((x * _ACROSS, y * _DOWN) for x in range(-_RINGS, _RINGS + 1) for y in range(-2 * _RINGS, 2 * _RINGS + 1)),
    key=lambda spot: (hypot(2 * spot[0], spot[1]), spot),  # above and below before beside
)
FAR = 30.0
"""From here on a thin line, the leader, joins a text to where it belongs."""

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, across: float, down: float) -> "Box":
        """The box elsewhere."""
        return Box(self.left + across, self.top + down, self.right + across, self.bottom + down)

    def nearest(self, point: Point) -> Point:
        """The point of the box that is nearest to `point`."""
        return min(max(point[0], self.left), self.right), min(max(point[1], self.top), self.bottom)

    def distance(self, other: "Box") -> float:
        """How far it was moved from there."""
        return hypot(self.left - other.left, self.top - other.top)

    def meets(self, other: "Box") -> bool:
        """Have the two a point in common?"""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def around(boxes: Iterable[Box], margin: float) -> Box:
    """The smallest box around all, and as much more at every side."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts) - margin, min(tops) - margin, max(rights) + margin, max(bottoms) + margin)


class Sheet:
    """The boxes that are taken and the lines that are drawn; a grid of cells finds those near a place.

    Args:
        states: where states stand, and `radius`, how far no leader comes to them.
    """

    def __init__(self, states: Sequence[Point], radius: float) -> None:
        self.taken: list[Box] = []
        self._states, self._radius = states, radius
        self._cells: dict[tuple[int, int], list[Box]] = {}
        self._lines: dict[tuple[int, int], list[tuple[Point, int]]] = {}

    def take(self, box: Box) -> Box:
        """Put a box where it is, whatever is there."""
        self.taken.append(box)
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)
        return box

    def draw(self, points: Iterable[Point], owner: int) -> None:
        """A line along these points, on which only its own text should lie."""
        for x, y in points:
            self._lines.setdefault((int(x // _CELL), int(y // _CELL)), []).append(((x, y), owner))

    def place(self, box: Box, belongs: Point | None = None, owner: int = -1) -> Box:
        """Put a box at a free place near its own: best where no other line runs and no state is between it and its arc.

        Where all those near are taken, at the next one above or below.
        """
        best, worst = None, 3
        for spot in _SPOTS:
            moved = box.moved(*spot)
            if self._free(moved):
                crosses = belongs is not None and moved.distance(box) > FAR and self.crosses(moved, belongs)
                faults = 2 * crosses + self._lies_on_a_line(moved, owner)
                if faults < worst:
                    best, worst = moved, faults
                if not faults:
                    break
        return self.take(best or next(filter(self._free, _above_and_below(box))))

    def crosses(self, box: Box, belongs: Point) -> bool:
        """Would a leader from a box to where it belongs run through a state?"""
        return any(_off(state, box.nearest(belongs), belongs) < self._radius for state in self._states)

    def _free(self, box: Box) -> bool:
        return not any(box.meets(other) for cell in _cells(box) for other in self._cells.get(cell, ()))

    def _lies_on_a_line(self, box: Box, owner: int) -> bool:
        return any(
            own != owner and box.left < x < box.right and box.top < y < box.bottom
            for cell in _cells(box)
            for (x, y), own in self._lines.get(cell, ())
        )


def _above_and_below(box: Box) -> Iterator[Box]:
    return (box.moved(0, _DOWN * ((tries + 1) // 2) * (1 if tries % 2 else -1)) for tries in count())


def _off(point: Point, start: Point, end: Point) -> float:
    """How far `point` lies from the line between `start` and `end`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / max(1e-9, dx * dx + dy * dy)
    share = min(max(along, 0.0), 1.0)
    return hypot(point[0] - start[0] - share * dx, point[1] - start[1] - share * dy)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.left // _CELL), int(box.right // _CELL) + 1):
        for row in range(int(box.top // _CELL), int(box.bottom // _CELL) + 1):
            yield column, row
