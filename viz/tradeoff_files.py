"""The figure of a folder that holds the points of several arms: curve.csv in, curve.svg and curve.png out."""

from collections.abc import Mapping
from pathlib import Path

from viz.errors import VizError
from viz.plots.tradeoff_plot import Panel, Point, tradeoff_png, tradeoff_svg
from viz.read_files import COUNT, SHARE, Number, read_cells

_COLUMNS: Mapping[str, Number | None] = {
    "data": None,
    "arm": None,
    "transitions_mean": Number(0, COUNT.high),
    "transitions_sd": Number(0, COUNT.high),
    "test_mean": SHARE,
    "test_sd": SHARE,
}
"""What is read, and which numbers it may be; None: text."""
_MAY_LACK = {"transitions_mean", "transitions_sd", "test_sd"}


def tradeoff_pictures(folder: Path) -> dict[Path, str | bytes]:
    """Place → content of the figure.

    Raises:
        VizError: curve.csv is missing or malformed.
    """
    panels = read_panels(folder / "curve.csv")
    return {folder / "curve.svg": tradeoff_svg(panels), folder / "curve.png": tradeoff_png(panels)}


def read_panels(place: Path) -> list[Panel]:
    """The arms of every data set, in the order of the table.

    Raises:
        VizError: it has other columns, a cell is not what it should be, or no row is there.
    """
    head, *rows = read_cells(place) or [[]]
    if not set(_COLUMNS) <= set(head) or len(set(head)) < len(head):
        raise VizError(
            f"{place} must have the columns {', '.join(_COLUMNS)}, each once (got {', '.join(head)[:80]!r}); name a "
            "folder that python -m sparsify.curve wrote."
        )
    panels: dict[str, dict[str, list[Point]]] = {}
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise VizError(f"{place}: row {number} must have {len(head)} cells (got {len(row)}).")
        cells = dict(zip(head, row, strict=True))
        arms = panels.setdefault(cells["data"], {})
        arms.setdefault(cells["arm"], []).append(_point(cells, f"{place}: row {number}"))
    if not panels:
        raise VizError(f"{place} must have a row (got none); draw a study that has finished models.")
    return [Panel(data, arms) for data, arms in panels.items()]


def _point(cells: Mapping[str, str], place: str) -> Point:
    found = {name: _number(cells[name], name, kind, place) for name, kind in _COLUMNS.items() if kind is not None}
    return Point(
        found["test_mean"] or 0.0, found["test_sd"] or 0.0, found["transitions_mean"], found["transitions_sd"] or 0.0
    )


def _number(cell: str, name: str, kind: Number, place: str) -> float | None:
    if not cell and name in _MAY_LACK:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not kind.holds(value):
        raise VizError(f"{place}: {name} must be a {kind} (got {cell[:40]!r}).")
    return value
