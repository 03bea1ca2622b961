"""The forms of files, by name; which one a file is."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePath

from sparsify.data.forms.base import Form, Reading
from sparsify.data.forms.columns import heads
from sparsify.data.forms.commas import comma_rows
from sparsify.data.forms.json_lines import json_lines
from sparsify.data.forms.lines import tab_lines
from sparsify.data.forms.streams import Source
from sparsify.errors import DataError
from sparsify.suggest import suggestion

FORMS: Mapping[str, Form] = {
    "tsv": tab_lines,
    "csv": comma_rows,
    "jsonl": json_lines,
}
"""name → how files of that form are read."""

ENDINGS = {
    ".tsv": "tsv",
    ".txt": "tsv",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
"""ending of a file's name → its form."""

PACKED = (".gz", ".zst", ".xz", ".bz2")
"""What the names of packed files end with; what they are is read off their first bytes."""


def form_of(source: Source, reading: Reading, labelled: bool) -> str:
    """The form of a file: what is said, else what its name ends with, else what it looks like.

    Raises:
        DataError: there is no such form, or no such file.
    """
    if reading.format:
        if reading.format not in FORMS:
            known = suggestion(reading.format, FORMS)
            raise DataError(f"format must be one of {', '.join(FORMS)} (got {reading.format!r:.60}){known}")
        return reading.format
    if source.path is not None and (form := ENDINGS.get(ending(source.path))):
        return form
    return _looks_like(source.head(), labelled)


def ending(path: PurePath) -> str:
    """What a name ends with, but for what says that it is packed: `.csv` of `a.csv.gz`."""
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return PurePath(name).suffix


def _looks_like(head: bytes, labelled: bool) -> str:
    first = next((line for line in head.decode("utf-8", "replace").splitlines() if line.strip()), "")
    if first.lstrip("\ufeff").startswith("{"):
        return "jsonl"
    if not labelled and first.startswith('"'):
        with suppress(ValueError):
            json.loads(first)
            return "jsonl"
    names = first.split(",")
    return "csv" if heads(names, labelled) and "\t" not in first and len(names) > 1 else "tsv"
