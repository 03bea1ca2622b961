"""JSON: an object a line, or one array of objects; their keys are the columns."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from sparsify.data.forms.base import COLUMNS, Bad, Reading, Remarks, Row, made
from sparsify.data.forms.columns import chosen
from sparsify.data.forms.streams import LONGEST, Source
from sparsify.errors import DataError

_PIECE = 2**16
"""Characters of an array that are read at once, but for an element that is longer."""

_SPAN = 12
"""Characters that an error can lie before the end of what is only not read yet: half of a number or of an escape."""

_BLANK = " \t\r\n"


def json_lines(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every line that is not blank, or for every element where the file is one array.

    The keys of the first object say which are texts and labels. Places are those of lines, of elements their numbers
    from 1. Where no labels are needed, a line or an element may be a string, which is a text.

    Raises:
        DataError: no key is known to hold the texts, or an array is broken.
    """
    no_order(source, reading)
    remarks.headed = True
    keys: tuple[str, str | None] | None = None
    array = source.head().decode(reading.encoding, "ignore").lstrip("\ufeff" + _BLANK).startswith("[")
    values = _elements(source, reading.encoding) if array else _lines(source, reading.encoding)
    kind = "an element" if array else "a line"
    for number, value, shown in values:
        place = f"{source.name}:{number}"
        if isinstance(value, str) and not labelled:
            yield made(place, None, value, labelled, reading.encoding)
        elif not isinstance(value, Mapping):
            yield Bad(place, f"{kind} is one JSON object (got {shown.strip()[:60]!r})")
        else:
            keys = keys or _keys(value, reading, labelled, place, remarks)
            yield _row(place, value, keys, labelled, reading)


def _lines(source: Source, encoding: str) -> Iterator[tuple[int, Any, str]]:
    """(number, value, line)."""
    for number, line in source.lines(encoding):
        if line.strip():
            yield number, _parsed(line), line


def _elements(source: Source, encoding: str) -> Iterator[tuple[int, Any, str]]:
    """(number, value, its JSON or its beginning) of the elements of an array, which is never held as a whole.

    Raises:
        DataError: it is no whole array, there is something behind it, or an element is longer than any line may be.
    """
    with closing(source.pieces(encoding, _PIECE)) as pieces:
        text = _Buffer(source.name, pieces)
        text.skip("\ufeff" + _BLANK)
        text.place += 1  # the bracket
        number = 0
        while (sign := text.skip(_BLANK)) != "]":
            if number:
                if sign != ",":
                    raise text.broken(number, f"{text.rest()!r} where a comma or ] is due" if sign else "its end")
                text.place += 1
                text.skip(_BLANK)
            number += 1
            begin = text.rest()
            yield number, text.value(number), begin
        text.place += 1
        if text.skip(_BLANK):
            raise DataError(
                f"{source.name} must be one array, or an object a line (got {text.rest()!r} behind the array)."
            )


class _Buffer:
    """Text that is read as it is needed, and forgotten behind `place`."""

    def __init__(self, name: str, pieces: Iterator[str]) -> None:
        self._name, self._pieces = name, pieces
        self._text, self.place = "", 0

    def _more(self, least: int = 1) -> bool:
        """Read on by at least so many characters, where there are."""
        parts, size = [self._text[self.place :]], 0
        while size < least and (piece := next(self._pieces, "")):
            parts.append(piece)
            size += len(piece)
        self._text, self.place = "".join(parts), 0
        return size > 0

    def skip(self, signs: str) -> str:
        """Go over these; the next character, "" at the end."""
        while True:
            while self.place < len(self._text) and self._text[self.place] in signs:
                self.place += 1
            if self.place < len(self._text):
                return self._text[self.place]
            if not self._more():
                return ""

    def rest(self) -> str:
        """The next characters, some."""
        return self._text[self.place : self.place + 60]

    def value(self, number: int) -> Any:
        """The value that begins here; the place is behind it then."""
        while True:
            error: Exception | None = None
            end = len(self._text)
            try:
                found, end = _decode(self._text, self.place)
            except (ValueError, RecursionError) as wrong:
                error = wrong
            # What ends where the buffer does may go on.
            if error is None and end < len(self._text):
                self.place = end
                return found
            if isinstance(error, RecursionError) or (error is not None and not self._cut(error)):
                raise self.broken(number, getattr(error, "msg", "too many brackets"))
            if len(self._text) - self.place > LONGEST:
                raise self.broken(number, f"one of more than {LONGEST:,} characters")
            if not self._more(len(self._text) - self.place):
                raise self.broken(number, "its end")

    def _cut(self, error: Exception) -> bool:
        """May an error be that of text which is not read yet?"""
        assert isinstance(error, json.JSONDecodeError)
        return error.msg.startswith("Unterminated string") or error.pos > len(self._text) - _SPAN

    def broken(self, number: int, got: str) -> DataError:
        return DataError(f"{self._name}:{number}: an array must be whole JSON (got {got}, in or behind this element).")


_decode = json.JSONDecoder().raw_decode


def no_order(source: Source, reading: Reading) -> None:
    """Are columns named, not counted?

    Raises:
        DataError: no.
    """
    if reading.columns != COLUMNS or reading.header:
        raise DataError(
            f"{source.name}: --header and --columns go with tables of lines (got them with named columns); say "
            "--text-column and --label-column."
        )


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _keys(
    first: Mapping[str, Any], reading: Reading, labelled: bool, place: str, remarks: Remarks
) -> tuple[str, str | None]:
    names = [*first]
    found = chosen(names, reading, labelled, place, remarks)
    return names[found.text], None if found.label is None else names[found.label]


def _row(
    place: str, value: Mapping[str, Any], keys: tuple[str, str | None], labelled: bool, reading: Reading
) -> Row | Bad:
    text, label = keys
    missing = [key for key in (text, label if labelled else None) if key is not None and key not in value]
    if missing:
        return Bad(place, f"every object has the key {missing[0]!r} (got {', '.join(map(repr, value))[:60]})")
    name = None if label is None else value.get(label)
    return made(place, name, value[text], labelled, reading.encoding)
