"""JSON lines: an object a line, its keys the columns."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sparsify.data.forms.base import COLUMNS, Bad, Reading, Remarks, Row, made
from sparsify.data.forms.columns import chosen
from sparsify.data.forms.streams import Source
from sparsify.errors import DataError


def json_lines(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every line that is not blank; the keys of the first object say which are texts and labels.

    Where no labels are needed, a line may be a string, which is a text.

    Raises:
        DataError: the file is one array, or no key is known to hold the texts.
    """
    no_order(source, reading)
    remarks.headed = True
    keys: tuple[str, str | None] | None = None
    for number, line in source.lines(reading.encoding):
        place = f"{source.name}:{number}"
        if not line.strip():
            continue
        if number == 1 and line.lstrip().startswith("["):
            raise DataError(f"{place}: a line is one JSON object (got an array); write lines with jq -c '.[]'.")
        value = _parsed(line)
        if isinstance(value, str) and not labelled:
            yield made(place, None, value, labelled, reading.encoding)
        elif not isinstance(value, Mapping):
            yield Bad(place, f"a line is one JSON object (got {line.strip()[:60]!r})")
        else:
            keys = keys or _keys(value, reading, labelled, place, remarks)
            yield _row(place, value, keys, labelled, reading)


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
