"""What is drawn and compared of each data set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sparsify.curve.area import Area, areas
from sparsify.curve.comparisons import Comparison, compare
from sparsify.curve.points import Point, points_of
from sparsify.errors import RunError
from sparsify.paper.outcome import Outcome

_LONGEST = 100
"""Characters of a name."""


@dataclass(frozen=True)
class Panel:
    """The models of one data set.

    Attributes:
        data: what it is called.
        outcomes: of the study; final ones are drawn.

    Raises:
        RunError: a name could steer a terminal or a spreadsheet, or the outcomes do not belong together.
    """

    data: str
    outcomes: Sequence[Outcome]

    def __post_init__(self) -> None:
        for name in (self.data, *dict.fromkeys(one.arm for one in self.outcomes)):
            # So no terminal and no spreadsheet takes one for a command.
            if not (name.isprintable() and name[:1].isalnum() and len(name) <= _LONGEST):
                raise RunError(
                    f"names of data sets and arms are printable, of at most {_LONGEST} characters, and begin with a "
                    f"letter or a digit (got {name[:40]!a}); rename the file, folder or arm."
                )
        _ = self.points

    @cached_property
    def points(self) -> list[Point]:
        """In the order of arms, each from small to large; levels have one."""
        return points_of(self.outcomes, self.data)

    @property
    def texts(self) -> int:
        """How many test texts there are."""
        return len(self.points[0].outcomes[0].right)

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Of every arm that has two sizes."""
        curves: dict[str, tuple[list[float], list[float]]] = {}
        for point in self.points:
            if point.transitions:
                sizes, accuracies = curves.setdefault(point.arm, ([], []))
                sizes.append(point.transitions.mean)
                accuracies.append(point.test.mean)
        return areas(curves)

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """At equal size, and against every baseline."""
        return compare(self.points)


def check_titles(panels: Iterable[Panel]) -> None:
    """Has every data set a name of its own?

    Raises:
        RunError: two are called alike.
    """
    seen = set()
    for panel in panels:
        if panel.data in seen:
            raise RunError(
                f"every data set must have a name of its own (got {panel.data} twice); rename a file or folder, or put "
                "the lines of one study into one file."
            )
        seen.add(panel.data)
