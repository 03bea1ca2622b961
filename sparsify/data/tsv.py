"""Files of texts with labels: a line each, columns with tabs between, and no quoting."""

import re
from collections.abc import Sequence
from pathlib import Path

from sparsify.data.doubts import check_header
from sparsify.errors import DataError

COLUMNS = ("label", "text")
"""What the columns hold where nothing else is said."""

_OPEN = re.compile(r'"(?:[^"]|"")*')
"""A quoted field whose end is missing."""


def read_rows(path: Path, header: bool = False, columns: Sequence[str] = COLUMNS) -> list[tuple[str, str]]:
    """(label, text) for every line that is not blank. The last column goes to the end of the line, tabs included.

    Args:
        header: leave the first line out.
        columns: the names of the columns in their order; those but label and text are left out.

    Raises:
        DataError: the file is not UTF-8, a line has too few columns, no label or no text, or the first looks like a
            header; the message names the line.
    """
    rows: list[tuple[str, str]] = []
    label, text = columns.index("label"), columns.index("text")
    first = 0
    for number, line in _lines(path)[header:]:
        fields = line.split("\t", len(columns) - 1)
        if len(fields) < len(columns) or not fields[label].strip() or not fields[text].strip():
            raise DataError(
                f"{path}:{number}: a line is {'<TAB>'.join(columns)}, neither label nor text empty (got {line[:60]!r})"
                f"{_hint(fields, rows)}"
            )
        first = first or number
        rows.append((fields[label].strip(), fields[text].strip()))
    if rows and not header:
        check_header(path, first, rows, columns)
    return rows


def _lines(path: Path) -> list[tuple[int, str]]:
    """(number, line) for every line that is not blank."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} must be a readable file (got {error}).") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path}:1: lines are UTF-8 (got UTF-16); convert it with iconv -f UTF-16 -t UTF-8.")
    lines = []
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
