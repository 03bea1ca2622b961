"""How the files of a run directory are read and checked; whatever is wrong with one is said in one sentence."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from viz.errors import VizError


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


def read_numbers(place: Path, columns: Set[str], whole: bool = False) -> Sequence[Mapping[str, float]]:
    """A table of numbers with these columns at least; empty cells are left out, or refused where it is `whole`."""
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
        if not all(math.isfinite(row.get(column, 0.0)) for column in columns):
            raise VizError(f"{place}: row {number}: {', '.join(sorted(columns))} are finite (got {row}).")
    return rows


def expect(tree: Any, shape: Mapping[str, Any], place: str) -> None:
    """Is `tree` an object with these fields, of these types or, for a mapping, again such objects?"""
    if not isinstance(tree, dict):
        raise VizError(f"{place} must hold an object (got {type(tree).__name__}).")
    for key, kind in shape.items():
        value = tree.get(key)
        if isinstance(kind, Mapping):
            expect(value, kind, f"{place}: {key}")
        elif not isinstance(value, (int, float) if kind is float else kind):
            raise VizError(f"{place} must have {key}, a {kind.__name__} (got {type(value).__name__}).")
