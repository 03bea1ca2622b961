"""Files of texts with labels: a line each, columns with tabs between, and no quoting."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sparsify.errors import DataError

COLUMNS = ("label", "text")
"""What the columns hold where nothing else is said."""

_OPEN = re.compile(r'"(?:[^"]|"")*')
"""A quoted field whose end is missing."""


@dataclass(frozen=True)
class Table:
    """One file: (label, text) for every line that is not blank, and the number of each of these lines."""

    path: Path
    rows: list[tuple[str, str]]
    lines: list[int]

    def place(self, row: int) -> str:
        """Where a row stands, as messages begin."""
        return f"{self.path}:{self.lines[row]}"


def check_columns(columns: Sequence[str]) -> None:
    """Do columns name one of labels and one of texts?

    Raises:
        DataError: no.
    """
    if isinstance(columns, str):
        raise DataError(f"columns must be a list of names (got the string {columns!r:.60}); part it at its commas.")
    if any(list(columns).count(name) != 1 for name in COLUMNS):
        raise DataError(f"columns must name label once and text once, without blanks (got {[*columns]!r:.80}).")


def read_table(path: Path, header: bool = False, columns: Sequence[str] = COLUMNS) -> Table:
    """Read a file. The last column goes to the end of the line, tabs included.

    Args:
        header: leave the first line out.
        columns: the names of the columns in their order; those but label and text are left out.

    Raises:
        DataError: the file is not UTF-8, or a line has too few columns, no label or no text; the message names it.
    """
    rows: list[tuple[str, str]] = []
    lines = []
    label, text = columns.index("label"), columns.index("text")
    for number, line in _lines(path)[header:]:
        fields = line.split("\t", len(columns) - 1)
        if len(fields) < len(columns) or not fields[label].strip() or not fields[text].strip():
            raise DataError(
                f"{path}:{number}: a line is {'<TAB>'.join(columns)}, neither label nor text empty (got {line[:60]!r})"
                f"{_hint(fields, rows)}"
            )
        rows.append((fields[label].strip(), fields[text].strip()))
        lines.append(number)
    return Table(path, rows, lines)


def _lines(path: Path) -> list[tuple[int, str]]:
    """(number, line) for every line that is not blank."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} must be a readable file (got {error}).") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path}:1: lines are UTF-8 (got UTF-16); convert it with iconv -f UTF-16 -t UTF-8.")
    lines = []
    if b"\n" not in content and b"\r" in content.rstrip():
        raise DataError(
            rf"{path}:1: a line ends with \n or \r\n, not with \r alone (got no \n); convert it with mac2unix."
        )
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if b"\0" in raw:
            raise DataError(f"{path}:{number}: lines are text (got a NUL byte); leave it out, or convert UTF-16.")
        try:
            line = raw.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError:
            raise DataError(f"{path}:{number}: lines are UTF-8 (got other bytes); convert it with iconv.") from None
        if line.strip():
            lines.append((number, line))
    return lines


def _hint(fields: Sequence[str], rows: Sequence[tuple[str, str]]) -> str:
    """What a line without columns may come from."""
    if rows and _OPEN.fullmatch(rows[-1][1]):
        return "; a text in quotation marks that goes over several lines must be written in one, without them."
    if len(fields) == 1 and re.search("[,;]", fields[0]):
        return "; a table with commas or semicolons must be written with tabs, without quotation marks."
    return "."
