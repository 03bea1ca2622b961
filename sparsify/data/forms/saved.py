"""Folders that `datasets.Dataset.save_to_disk` wrote: Arrow streams, and the names of classes beside them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sparsify.data.forms.arrow import arrow_rows, class_names
from sparsify.data.forms.base import Bad, Reading, Remarks, Row
from sparsify.data.forms.streams import Source
from sparsify.errors import DataError

STATE, INFO, SPLITS = "state.json", "dataset_info.json", "dataset_dict.json"


def saved_rows(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every row of a data set; numbers of a `ClassLabel` become names.

    Raises:
        DataError: the folder is not whole, or rows were chosen that are not written out.
    """
    assert source.path is not None
    state = _read(source.path / STATE)
    if state.get("_indices_data_files"):
        raise DataError(f"{source.name} must hold its rows themselves (got a choice of them); flatten_indices() it.")
    info = _read(source.path / INFO) if (source.path / INFO).exists() else {}
    told = info.get("features")
    features = class_names(told) if isinstance(told, dict) else None
    files = state.get("_data_files")
    if not isinstance(files, list) or not all(isinstance(file, dict) and "filename" in file for file in files):
        raise DataError(f"{source.path / STATE} must list the files of the data set, _data_files (got none).")
    remarks.headed = True
    for number, file in enumerate(files):
        # No name leads out of the folder.
        part = Source(source.path / Path(str(file["filename"])).name)
        # All have the same columns, of which is spoken once.
        yield from arrow_rows(part, reading, labelled, Remarks() if number else remarks, features)


def split_names(folder: Path) -> list[str]:
    """The names of the data sets in a folder that `datasets.DatasetDict.save_to_disk` wrote."""
    names = _read(folder / SPLITS).get("splits")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{folder / SPLITS} must list the splits of the data set (got none).")
    return names


def _read(path: Path) -> dict[str, Any]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} must be a readable JSON file (got {error!s:.100}).") from None
    if not isinstance(tree, dict):
        raise DataError(f"{path} must be a JSON object (got {type(tree).__name__}).")
    return tree
