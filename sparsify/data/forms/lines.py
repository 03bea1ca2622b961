"""Lines of columns with tabs between and no quoting; and lines that are texts."""

import re
from collections.abc import Iterator, Sequence

from sparsify.data.forms.base import COLUMNS, Bad, Reading, Remarks, Row, made
from sparsify.data.forms.columns import Chosen, chosen, heads
from sparsify.data.forms.streams import Source
from sparsify.errors import DataError

_OPEN = re.compile(r'"(?:[^"]|"")*')
"""A quoted field whose end is missing."""


def tab_lines(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    r"""A row for every line that is not blank. The last column goes to the end of the line, tabs included.

    Where no labels are needed and the first line has no tab, and no columns were named, every line is a text, blank
    ones, too.

    Raises:
        DataError: lines end with \r alone, or a header lacks a column.
    """
    lines = _lines(source, reading.encoding)
    first = next(lines, None)
    while first is not None and not first[1].strip() and labelled:
        first = next(lines, None)
    if first is None:
        return
    names: Sequence[str] = first[1].split("\t")
    place = f"{source.name}:{first[0]}"
    reading = reading.fitted(names, place, remarks, ordered=True)
    told = reading.header or reading.named or reading.columns != COLUMNS
    if not labelled and not told and len(names) == 1:
        yield made(place, None, first[1], False, reading.encoding)
        for number, line in lines:
            yield made(f"{source.name}:{number}", None, line, False, reading.encoding)
        return
    found, names, header = _columns(names, reading, labelled, place, remarks)
    remarks.headed, before = header, ""
    for number, line in _all(None if header else first, lines):
        if line.strip():
            item = _row(f"{source.name}:{number}", line, found, names, labelled, reading, before)
            before = item.text if isinstance(item, Row) else before
            yield item


def _columns(
    first: Sequence[str], reading: Reading, labelled: bool, place: str, remarks: Remarks
) -> tuple[Chosen, Sequence[str], bool]:
    """Which columns are read, what all are called, and whether the first line holds these names."""
    order = Chosen(reading.columns.index("text"), reading.columns.index("label"))
    if reading.named:
        return chosen(first, reading, labelled, place, remarks), first, True
    told = reading.header or reading.columns != COLUMNS
    guessed = reading.columns == COLUMNS and (reading.header or not labelled) and heads(first, labelled, reading.header)
    if guessed:
        said = Remarks()
        found = chosen(first, reading, labelled, place, said)
        if len(first) > len(COLUMNS) or found != order:
            remarks.notes += said.notes
            return found, first, True
    if not labelled and not told:
        remarks.notes.append(f"{place}: lines are taken to be {'<TAB>'.join(COLUMNS)}, as the first has a tab.")
    return order, reading.columns, reading.header or guessed


def _all(first: tuple[int, str] | None, rest: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    if first is not None:
        yield first
    yield from rest


def _lines(source: Source, encoding: str) -> Iterator[tuple[int, str]]:
    for number, line in source.lines(encoding):
        if number == 1 and not line.endswith("\n") and "\r" in line.rstrip():
            raise DataError(
                rf"{source.name}:1: a line ends with \n or \r\n, not with \r alone (got no \n); "
                "convert it with mac2unix."
            )
        yield number, line.rstrip("\r\n")


def _row(
    place: str, line: str, found: Chosen, names: Sequence[str], labelled: bool, reading: Reading, before: str
) -> Row | Bad:
    if "\0" in line:
        return made(place, "", line, False, reading.encoding)
    fields = line.split("\t", len(names) - 1)
    label = None if found.label is None or found.label >= len(fields) else fields[found.label]
    enough = len(fields) == len(names) and fields[found.text].strip() and (label or "").strip()
    if not enough and (labelled or len(fields) <= found.text):
        return Bad(
            place,
            f"a line is {'<TAB>'.join(names)}, neither label nor text empty (got {line[:60]!r}){_hint(fields, before)}",
        )
    return made(place, label, fields[found.text], labelled, reading.encoding)


def _hint(fields: Sequence[str], before: str) -> str:
    """What a line without columns may come from."""
    if _OPEN.fullmatch(before):
        return "; a text in quotation marks that goes over several lines must be written in one, without them"
    if len(fields) == 1 and re.search("[,;]", fields[0]):
        return (
            "; a table with commas or semicolons must be written with tabs, without quotation marks, or in a file "
            "called .csv"
        )
    return ""
