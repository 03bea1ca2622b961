"""How the files of a run directory are read and checked; whatever is wrong with one is said in one sentence."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viz.errors import VizError

_LARGEST = 1e12
"""Numbers in a table are smaller: strengths are below 1e9."""


@dataclass(frozen=True)
class Number:
    """A kind of number: from `low` to `high`, both finite or an end of the doubles; `whole` without a fraction."""

    low: float = -1.7e308
    high: float = 1.7e308
    whole: bool = False

    def holds(self, value: Any) -> bool:
        """Is it such a number? True and false are none, nor is NaN."""
        kinds = int if self.whole else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and self.low <= value <= self.high

    def __str__(self) -> str:
        name = "whole number" if self.whole else "number"
        return name if self == FINITE else f"{name} from {self.low:g} to {self.high:g}"


FINITE = Number()
SHARE = Number(0, 1)
COUNT = Number(0, 1e9, whole=True)
STRENGTH = Number(0, _LARGEST)


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
    return _tree(read_text(place), shape, str(place))


def read_json_lines(place: Path, shape: Mapping[str, Any]) -> list[Any]:
    """The trees in a file of a JSON tree per line; see `expect`."""
    return [_tree(line, shape, f"{place}:{number}") for number, line in enumerate(io.StringIO(read_text(place)), 1)]


def _tree(text: str, shape: Mapping[str, Any], place: str) -> Any:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:  # an int of thousands of digits is a ValueError of its own
        raise VizError(f"{place} must be JSON (got {error}).") from None
    expect(tree, shape, place)
    return tree


def read_cells(place: Path) -> list[list[str]]:
    """The rows of a table, its head the first."""
    reader = csv.reader(io.StringIO(read_text(place), newline=""))
    try:
        return [*reader]
    except csv.Error as error:
        raise VizError(f"{place}:{reader.line_num}: rows are cells with commas between (got {error}).") from None


def read_numbers(
    place: Path, columns: Mapping[str, Number], may_lack: Set[str] = frozenset(), whole: bool = False
) -> Sequence[Mapping[str, float]]:
    """A table of numbers with these columns at least, and such a number in each but those that a row `may_lack`.

    Empty cells of other columns are left out, or refused where the table is `whole`; numbers there are finite.
    """
    head, *cells = read_cells(place) or [[]]
    if len(set(head)) < len(head) or not columns.keys() <= set(head):
        raise VizError(f"{place} must have the columns {', '.join(sorted(columns))}, each once (got {_short(head)}).")
    must = set(head) if whole else columns.keys() - may_lack
    rows = []
    for number, row in enumerate(cells, 2):
        if row:
            rows.append(_numbers(dict(zip(head, row, strict=False)), columns, f"{place}: row {number}"))
            if len(row) > len(head) or not must <= rows[-1].keys():
                raise VizError(f"{place}: row {number} must have a number in every cell (got {_short(row)}).")
    return rows


def _numbers(row: Mapping[str, str], columns: Mapping[str, Number], place: str) -> dict[str, float]:
    found = {}
    for column, cell in row.items():
        if cell:
            kind = columns.get(column, Number(-_LARGEST, _LARGEST))
            try:
                value = float(cell)
            except ValueError:
                value = math.nan
            if not kind.holds(int(value) if kind.whole and value.is_integer() else value):
                raise VizError(f"{place}: {column} must be a {kind} (got {cell[:40]!r}).")
            found[column] = value
    return found


def _short(cells: Sequence[str]) -> str:
    return repr(", ".join(cells)[:80])


def expect_items(items: Any, kind: Any, place: str) -> None:
    """Is `items` a list of such, or an object of such values?"""
    values = items.values() if isinstance(items, dict) else items
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise VizError(f"{place} must hold several of the kind {_name(kind)} (got {type(items).__name__}).")
    for value in values:
        if not _is(value, kind):
            raise VizError(f"{place} must hold only the kind {_name(kind)} (got {_got(value)}).")


def expect(tree: Any, shape: Mapping[str, Any], place: str) -> None:
    """Is `tree` an object with these fields, of these types or numbers or, for a mapping, again such objects?"""
    if not isinstance(tree, dict):
        raise VizError(f"{place} must hold an object (got {type(tree).__name__}).")
    for key, kind in shape.items():
        value = tree.get(key)
        if isinstance(kind, Mapping):
            expect(value, kind, f"{place}: {key}")
        elif not _is(value, kind):
            raise VizError(f"{place} must have {key}, a {_name(kind)} (got {_got(value)}).")


def _is(value: Any, kind: Any) -> bool:
    """Is it of this type, or such a number? A text is one that UTF-8 can write."""
    if isinstance(kind, Number):
        return kind.holds(value)
    return isinstance(value, kind) and not (kind is str and any("\ud800" <= c <= "\udfff" for c in value))


def _name(kind: Any) -> str:
    return {str: "text", list: "list", dict: "object"}.get(kind) or str(kind)


def _got(value: Any) -> str:
    return f"{value!r:.40}" if isinstance(value, int | float | str) else type(value).__name__
