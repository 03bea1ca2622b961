"""The forms of files, by name; which one a file is."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePath

from sparsify.data.forms.arrow import arrow_rows, parquet_rows
from sparsify.data.forms.base import Form, Reading
from sparsify.data.forms.columns import heads
from sparsify.data.forms.commas import comma_rows
from sparsify.data.forms.folders import class_folders, folder_rows
from sparsify.data.forms.json_lines import json_lines
from sparsify.data.forms.lines import tab_lines
from sparsify.data.forms.pairs import labels_of, pair_rows
from sparsify.data.forms.reviews import review_files, review_rows
from sparsify.data.forms.saved import SPLITS, STATE, saved_rows
from sparsify.data.forms.streams import Source
from sparsify.errors import DataError, suggestion

FORMS: Mapping[str, Form] = {
    "tsv": tab_lines,
    "csv": comma_rows,
    "jsonl": json_lines,
    "parquet": parquet_rows,
    "arrow": arrow_rows,
    "saved": saved_rows,
    "folders": folder_rows,
    "pairs": pair_rows,
    "reviews": review_rows,
}
"""name → how files of that form are read."""

ENDINGS = {
    ".tsv": "tsv",
    ".txt": "tsv",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".data": "pairs",
    ".review": "reviews",
}
"""ending of a file's name → its form."""

_FOLDERS = ("saved", "folders")
"""Forms that are folders, not files."""

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
        if reading.format in _FOLDERS and not (source.path and source.path.is_dir()):
            raise DataError(f"{source.name} must be a folder to be read as {reading.format} (got none).")
        return reading.format
    if source.path is not None and source.path.is_dir():
        return _of_folder(source.path)
    form = "" if source.path is None else ENDINGS.get(ending(source.path), "")
    if form == "pairs" and labelled and labels_of(source.path) is None:
        form = ""  # UCI's files of comma-separated values are called .data, too
    return form or _looks_like(source.head(), labelled)


def _of_folder(path: Path) -> str:
    if (path / STATE).is_file():
        return "saved"
    if (path / SPLITS).is_file():
        raise DataError(f"{path} holds several parts of a data set; name one of its folders.")
    if review_files(path):
        return "reviews"
    classes = [folder.name for folder in class_folders(path)]
    if classes == ["data"]:
        raise DataError(f"{path} holds a data set in its folder data; name that, or a file of it.")
    if classes:
        return "folders"
    raise DataError(
        f"{path}: a folder of texts holds a folder per class, positive.review and negative.review, or what "
        "Dataset.save_to_disk wrote (got none of these); name a file."
    )


def ending(path: PurePath) -> str:
    """What a name ends with, but for what says that it is packed: `.csv` of `a.csv.gz`."""
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return PurePath(name).suffix


_MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow", b"\xff\xff\xff\xff": "arrow"}
"""What files that are no text begin with."""

_ARRAY = re.compile(rb"\s*\[\s*\{")
"""What a JSON array of objects begins with; other lines in brackets are texts."""


def _looks_like(head: bytes, labelled: bool) -> str:
    for magic, form in _MAGIC.items():
        if head.startswith(magic):
            return form
    first = next((line for line in head.decode("utf-8", "replace").splitlines() if line.strip()), "")
    if first.lstrip("\ufeff").startswith("{") or _ARRAY.match(head.lstrip(b"\xef\xbb\xbf")):
        return "jsonl"
    if first.strip() == "<review>":
        return "reviews"
    if not labelled and first.startswith('"'):
        with suppress(ValueError):
            json.loads(first)
            return "jsonl"
    names = first.split(",")
    return "csv" if heads(names, labelled) and "\t" not in first and len(names) > 1 else "tsv"
