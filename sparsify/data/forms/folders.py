"""A folder per class, with a file for every text."""

from collections.abc import Iterator
from pathlib import Path

from sparsify.data.forms.base import Bad, Reading, Remarks, Row, made
from sparsify.data.forms.streams import LONGEST, Source


def class_folders(path: Path) -> list[Path]:
    """The folders in one that hold files: each a class, called as it is; hidden ones aside."""
    return [folder for folder in _sorted(path) if folder.is_dir() and any(file.is_file() for file in _sorted(folder))]


def folder_rows(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every file of every class, in order of their names; hidden files are left out."""
    assert source.path is not None
    remarks.headed = True
    for folder in class_folders(source.path):
        inner = 0
        for file in _sorted(folder):
            if file.is_file():
                yield _row(file, folder.name, labelled, reading)
            else:
                inner += 1
        if inner:
            remarks.notes.append(
                f"{folder}: {inner} folders inside are left out; texts are files of the folder of their class."
            )
    lone = sum(file.is_file() for file in _sorted(source.path))
    if lone:
        remarks.notes.append(f"{source.name}: {lone} files that are in no folder of a class are left out.")


def _row(file: Path, label: str, labelled: bool, reading: Reading) -> Row | Bad:
    with Source(file).open() as content:
        found: bytes = content.read(LONGEST)
    if len(found) == LONGEST:
        return Bad(f"{file}:1", f"a text has less than {LONGEST:,} bytes (got more)")
    try:
        text = found.decode(reading.encoding, "surrogateescape").removeprefix("\ufeff")
    except UnicodeError as error:
        return Bad(f"{file}:1", f"a text is {reading.encoding} (got {error})")
    return made(f"{file}:1", label, text, labelled, reading.encoding)


def _sorted(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
