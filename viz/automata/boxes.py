"""Where text stands in a picture: boxes that do not overlap, and how large the picture is then."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import NamedTuple

_CELL = 64.0


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, down: float) -> "Box":
        """The box elsewhere."""
        return Box(self.left, self.top + down, self.right, self.bottom + down)

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
    """The boxes that are taken; a grid of cells finds those near a place."""

    def __init__(self) -> None:
        self.taken: list[Box] = []
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def take(self, box: Box) -> Box:
        """Put a box where it is, whatever is there."""
        self.taken.append(box)
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)
        return box

    def place(self, box: Box, step: float) -> Box:
        """Put a box at the nearest free place above or below its own, in steps; the first tried is its own."""
        for tries in count():
            down = step * ((tries + 1) // 2) * (1 if tries % 2 else -1)
            moved = box.moved(down)
            if not any(moved.meets(other) for cell in _cells(moved) for other in self._cells.get(cell, ())):
                return self.take(moved)
        raise AssertionError  # some place is free


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.left // _CELL), int(box.right // _CELL) + 1):
        for row in range(int(box.top // _CELL), int(box.bottom // _CELL) + 1):
            yield column, row
