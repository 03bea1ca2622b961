"""Tables with commas between fields, and quotation marks around those that need them (RFC 4180)."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sparsify.data.forms.base import COLUMNS, Bad, Reading, Remarks, Row, made
from sparsify.data.forms.columns import Chosen, chosen, heads, listed_names
from sparsify.data.forms.streams import LONGEST, Source
from sparsify.errors import DataError

_SEPARATORS = ",;\t|"
_NAME_THEM = (
    "; where the first row names the columns, add --text-column NAME --label-column NAME; where none does, say what "
    "they hold in their order: --columns label,text,…"
)

_PIECE = re.compile(r"[^\r]*(?:\r(?!\n)|\r?\n|\Z)")
r"""What ends a row where it stands outside quotation marks: \n, \r\n or \r."""


def comma_rows(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every record that is not blank; one may go over several lines.

    The first record is a header where columns were named, where it is said to be one, and where it has usual names
    for texts and labels.

    Raises:
        DataError: a header lacks a column, or nothing says which column holds the texts.
    """
    separator = _separator(source, reading, labelled)
    records = _records(source, reading.encoding, separator)
    layout: _Layout | None = None
    for line, fields in records:
        place = f"{source.name}:{line}"
        if isinstance(fields, str):
            yield Bad(place, fields)
        elif layout is None:
            layout = _layout(fields, reading, labelled, place, remarks)
            if separator != ",":
                remarks.notes.append(f"{place}: fields are parted by {separator!r}.")
            remarks.headed = layout.header
            if not layout.header:
                yield _row(place, fields, layout, labelled, reading)
        else:
            yield _row(place, fields, layout, labelled, reading)


@dataclass(frozen=True)
class _Layout:
    found: Chosen
    width: int
    header: bool


def _layout(fields: Sequence[str], reading: Reading, labelled: bool, place: str, remarks: Remarks) -> _Layout:
    """What the first record says of all.

    Raises:
        DataError: no label is needed, and nothing says which of several columns holds the texts.
    """
    reading = reading.fitted(fields, place, remarks, ordered=True)
    default = reading.columns == COLUMNS
    known = default and heads(fields, labelled, reading.header)
    if reading.named or known or (reading.header and default and len(fields) != len(COLUMNS)):
        return _Layout(chosen(fields, reading, labelled, place, remarks), len(fields), True)
    if not labelled and len(fields) == 1 and default:
        return _Layout(Chosen(0, None), 1, reading.header)
    if not labelled and default and not reading.told:
        raise DataError(
            f"{place}: a column must be known to hold the texts (got {listed_names(fields)}); add --text-column NAME "
            "where this row names the columns, or --columns label,text, as it is, where no row does."
        )
    order = Chosen(reading.columns.index("text"), reading.columns.index("label"))
    return _Layout(order, len(reading.columns), reading.header)


def _row(place: str, fields: Sequence[str], layout: _Layout, labelled: bool, reading: Reading) -> Row | Bad:
    if len(fields) != layout.width:
        got = f"{len(fields)}: {', '.join(map(repr, fields))[:60]}"
        hint = "" if layout.header else _NAME_THEM
        return Bad(place, f"a row of this table has {layout.width} fields (got {got}){hint}")
    found = layout.found
    label = None if found.label is None else fields[found.label]
    return made(place, label, fields[found.text], labelled, reading.encoding)


class _Pieces:
    """The lines of a source, and which of them a record is made of: those after its first can be read again."""

    def __init__(self, source: Source, encoding: str) -> None:
        lines = source.lines(encoding)
        self._fresh = ((n, piece) for n, line in lines for piece in (_pieces(line) if "\r" in line[:-2] else (line,)))
        self._again: deque[tuple[int, str]] = deque()
        self.record: list[tuple[int, str]] = []

    def __iter__(self) -> "_Pieces":
        return self

    def __next__(self) -> str:
        piece = self._again.popleft() if self._again else next(self._fresh)
        self.record.append(piece)
        return piece[1]

    def back(self) -> None:
        """All but the first line of the record come again."""
        self._again.extendleft(reversed(self.record[1:]))


def _records(source: Source, encoding: str, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """(line, fields), or what is wrong, for every record that is not blank; `line` is where it begins.

    Where quotation marks are wrong, a record is its first line alone, and the next begins behind that: one that is
    never closed takes no other line along.
    """
    pieces = _Pieces(source, encoding)
    reader = csv.reader(pieces, delimiter=separator, strict=True)
    while True:
        pieces.record = []
        try:
            fields = _next(reader)
        except csv.Error as error:
            (start, _), (end, _) = pieces.record[0], pieces.record[-1]
            pieces.back()
            yield start, _wrong(error, end)
            continue
        if fields is None:
            return
        if len(fields) > 1 or any(piece.strip() for _, piece in pieces.record):
            yield pieces.record[0][0], fields


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    """The next record, of whatever length; the module's limit, which all share, is what it was before."""
    limit = csv.field_size_limit(LONGEST)
    try:
        return next(reader, None)
    finally:
        csv.field_size_limit(limit)


def _wrong(error: csv.Error, end: int) -> str:
    said = str(error)
    if "field limit" in said or "end of data" in said:
        return f"a quotation mark that opens a field must be closed (got none that does up to line {end})"
    return (
        rf"quotation marks stand around whole fields, and twice inside (got one that does not, in line {end}: {said})"
    )


def _pieces(line: str) -> Iterable[str]:
    return (piece for piece in _PIECE.findall(line) if piece)


def _separator(source: Source, reading: Reading, labelled: bool) -> str:
    """What parts the fields: the first sign that makes a header of the first line, or at least two fields of it."""
    head = source.head().decode(reading.encoding, "replace").removeprefix("\ufeff")
    rows = {}
    for sign in _SEPARATORS:
        try:
            rows[sign] = next((row for row in csv.reader(head.splitlines(True), delimiter=sign) if row), [])
        except csv.Error:
            rows[sign] = []
    names, likely = _names(reading), _names(reading.likely)
    for sign, row in rows.items():
        if names.issubset(row) if names else heads(row, labelled) or (likely and likely.issubset(row)):
            return sign
    return next((sign for sign, row in rows.items() if len(row) > 1), ",") if labelled else ","


def _names(reading: Reading | None) -> set[str]:
    return set() if reading is None else {reading.text_column, reading.label_column} - {""}
