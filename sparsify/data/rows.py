"""Rows of text, with labels or without, from files or standard input, one after the other."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sparsify.errors import DataError

_DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True)
class Row:
    """One text, its label where it has one, and `place`, "FILE:LINE", as messages begin."""

    text: str
    label: str | None
    place: str


@dataclass(frozen=True)
class Reading:
    """How a file of texts is read."""

    header: bool = False
    columns: tuple[str, ...] = ("label", "text")
    text_column: str = ""
    label_column: str = ""
    encoding: str = "utf-8"
    on_bad_row: str = "fail"
    format: str = ""


class Rows:
    """The rows of a file, read while they are gone through.

    Attributes:
        skipped: how many bad rows were left out; complete after iteration, as `notes` are.
        notes: what is to be said of the file, a sentence each.
    """

    def __init__(self, name: str, file: BinaryIO, reading: Reading, labelled: bool) -> None:
        self.skipped, self.notes = 0, list[str]()
        self._name, self._file, self._reading, self._labelled = name, file, reading, labelled

    def __iter__(self) -> Iterator[Row]:
        for number, text, label in self._fields():
            if text is not None and (label is not None or not self._labelled):
                yield Row(text, label, f"{self._name}:{number}")
            elif self._reading.on_bad_row == "skip":
                self.skipped += 1
            else:
                raise DataError(f"{self._name}:{number}: a row must have a text and a label (got {text!r}, {label!r}).")

    def _fields(self) -> Iterator[tuple[int, str | None, str | None]]:
        """(line, text, label) of every row."""
        reading = self._reading
        form = reading.format or Path(self._name).suffix.removeprefix(".")
        with io.TextIOWrapper(self._file, encoding=reading.encoding, newline="") as file:
            yield from self._parsed(file, form)

    def _parsed(self, file: io.TextIOWrapper, form: str) -> Iterator[tuple[int, str | None, str | None]]:
        reading = self._reading
        if form == "jsonl":
            for number, line in enumerate(file, 1):
                tree = json.loads(line)
                yield number, tree.get(reading.text_column or "text"), tree.get(reading.label_column or "label")
        elif form not in _DELIMITERS and not self._labelled:
            yield from ((number, line.rstrip("\r\n"), None) for number, line in enumerate(file, 1))
        else:
            table = csv.reader(file, delimiter=_DELIMITERS.get(form, "\t"))
            columns = tuple(next(table, ())) if reading.header else reading.columns
            for cells in table:
                row = dict(zip(columns, cells, strict=False))
                yield table.line_num, row.get(reading.text_column or "text"), row.get(reading.label_column or "label")


def open_rows(
    source: str | Path | BinaryIO,
    reading: Reading = Reading(),
    labelled: bool = True,
) -> Rows:
    """The rows of a file, of standard input ("-"), or of a stream of bytes.

    Raises:
        DataError: it cannot be read; while rows are gone through, also that one is bad.
    """
    if not isinstance(source, str | Path):
        return Rows(str(getattr(source, "name", "stream")), source, reading, labelled)
    if str(source) == "-":
        return Rows("-", sys.stdin.buffer, reading, labelled)
    try:
        return Rows(str(source), Path(source).open("rb"), reading, labelled)
    except OSError as error:
        raise DataError(f"{source} must be a readable file (got {error}).") from None
