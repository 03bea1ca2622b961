"""How the files of a run directory are read and checked; whatever is wrong with one is said in one sentence."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from viz.errors import VizError

_LARGEST = 1e12
"""Numbers in a table are smaller: strengths are below 1e9."""


def read_text(place: Path) -> str:
    """The text of a file, its line ends as they stand."""
    try:
        with place.open(encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise VizError(f"{place} must be UTF-8 (got {error}).") from None
    except OSError as error:
        raise no_run(place.parent, error) from None


def no_run(folder: Path, error: OSError) -> VizError:
    """What is said where a file is missing."""
    return VizError(f"{folder} must be a run directory (got {error}); name one that training wrote.")


def read_json(place: Path, shape: Mapping[str, Any]) -> Any:
    """The tree in a file of JSON; see `expect`."""
    try:
        tree = json.loads(read_text(place))
    except (json.JSONDecodeError, RecursionError) as error:
        raise VizError(f"{place} must be JSON (got {error}).") from None
    expect(tree, shape, str(place))
    return tree


def read_json_lines(place: Path, shape: Mapping[str, Any]) -> list[Any]:
    """The trees in a file of a JSON tree per line; see `expect`."""
    rows = []
    for number, line in enumerate(io.StringIO(read_text(place)), 1):
        try:
            rows.append(json.loads(line))
        except (json.JSONDecodeError, RecursionError) as error:
            raise VizError(f"{place}:{number}: every line must be JSON (got {error}).") from None
        expect(rows[-1], shape, f"{place}:{number}")
    return rows


def read_cells(place: Path) -> list[list[str]]:
    """The rows of a table, its head the first."""
    return [*csv.reader(io.StringIO(read_text(place), newline=""))]


def read_numbers(
    place: Path, columns: Set[str], may_lack: Set[str] = frozenset(), whole: bool = False
) -> Sequence[Mapping[str, float]]:
    """A table of numbers with these columns at least, and a number in each but those that a row `may_lack`.

    Empty cells of other columns are left out, or refused where the table is `whole`.
    """
    reader = csv.DictReader(io.StringIO(read_text(place), newline=""))
    try:
        rows = [{k: float(v) for k, v in row.items() if v} for row in reader]
    except (TypeError, ValueError) as error:
        raise VizError(f"{place}:{reader.line_num}: cells are numbers (got {error}).") from None
    if whole and any(len(row) != len(reader.fieldnames or ()) for row in rows):
        raise VizError(f"{place} must have a number in every cell (got fewer in a row).")
    missing = columns - set(reader.fieldnames or ())
    if missing:
        raise VizError(f"{place} must have the columns {', '.join(sorted(missing))} (got none).")
    for number, row in enumerate(rows, 2):
        found = [row.get(column, 0.0 if column in may_lack else math.nan) for column in columns]
        if not all(abs(value) < _LARGEST for value in found):
            named = ", ".join(sorted(columns))
            raise VizError(f"{place}: row {number}: {named} are numbers below {_LARGEST:g} in size (got {row}).")
    return rows


def expect_items(items: Any, kind: type, place: str) -> None:
    """Is `items` a list of such, or an object of such values?"""
    values = items.values() if isinstance(items, dict) else items
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise VizError(f"{place} must hold several {kind.__name__} (got {type(items).__name__}).")
    for value in values:
        if not _is(value, kind):
            raise VizError(f"{place} must hold {kind.__name__} only (got {type(value).__name__}).")


def expect(tree: Any, shape: Mapping[str, Any], place: str) -> None:
    """Is `tree` an object with these fields, of these types or, for a mapping, again such objects?"""
    if not isinstance(tree, dict):
        raise VizError(f"{place} must hold an object (got {type(tree).__name__}).")
    for key, kind in shape.items():
        value = tree.get(key)
        if isinstance(kind, Mapping):
            expect(value, kind, f"{place}: {key}")
        elif not _is(value, kind):
            got = value if isinstance(value, float) else type(value).__name__
            raise VizError(f"{place} must have {key}, a {kind.__name__} (got {got}).")


def _is(value: Any, kind: type) -> bool:
    """Is it of this type? Of numbers only finite ones."""
    return isinstance(value, int | float) and math.isfinite(value) if kind is float else isinstance(value, kind)
