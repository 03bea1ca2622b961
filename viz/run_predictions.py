"""predictions.csv: what the chosen model says of the test texts."""

from pathlib import Path

import numpy as np

from viz.errors import VizError
from viz.plots.quality_plot import Predictions
from viz.read_files import SHARE, read_cells

_SLACK = 1e-3
"""Probabilities add up to one but for this."""


def read_predictions(place: Path) -> Predictions:
    """Per text a row label, predicted, p(class) for every class.

    Raises:
        VizError: columns, a class or a number are not what they should be.
    """
    head, *rows = read_cells(place) or [[]]
    rows = [[*map(_named, row[:2]), *row[2:]] for row in rows]
    names = [name[2:-1] for name in head[2:]]
    if not names or head != ["label", "predicted", *(f"p({name})" for name in names)] or len(set(names)) < len(names):
        raise VizError(f"{place} must have the columns label, predicted, p(class) … (got {', '.join(head)[:80]!r}).")
    numbers = {name: number for number, name in enumerate(names)}
    labels, chances = np.empty(len(rows), np.int64), np.empty((len(rows), len(names)))
    for at, row in enumerate(rows):
        shares = [_number(cell) for cell in row[2:]]
        known = len(row) == len(head) and row[0] in numbers and row[1] in numbers
        if not known or not all(map(SHARE.holds, shares)) or abs(sum(shares) - 1) > _SLACK:
            raise VizError(
                f"{place}: row {at + 2} must be label, predicted, and probabilities of the {len(names)} classes that "
                f"add up to 1 (got {', '.join(row)[:80]!r})."
            )
        labels[at], chances[at] = numbers[row[0]], shares
    return Predictions(tuple(names), labels, chances)


def _named(cell: str) -> str:
    """A class name without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell.removeprefix("'")


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan
