"""Corpora by name: a built-in one, a file, or a folder."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sparsify.data.builtin import BUILTIN
from sparsify.data.corpus import Corpus, in_parts
from sparsify.data.doubts import check_headers, check_known, check_labels, doubts
from sparsify.data.forms.base import COLUMNS, Reading, check_columns
from sparsify.data.part_files import data_folder, left_out, part_files
from sparsify.data.split import PARTS, SHARE, shares_of
from sparsify.data.tables import Table, read_table, unlabelled
from sparsify.errors import DataError, suggestion

_OPTIONS = ("header", "text_column", "label_column", "encoding", "on_bad_row", "dev_share", "test_share")

_UNTOLD = "-1"
"""What data sets write for labels that they keep to themselves."""


def load_corpus(
    name: str,
    header: bool = False,
    columns: Sequence[str] = COLUMNS,
    *,
    text_column: str = "",
    label_column: str = "",
    encoding: str = "utf-8",
    on_bad_row: str = "fail",
    dev_share: float = SHARE,
    test_share: float = SHARE,
    likely: Reading | None = None,
) -> Corpus:
    """Load a corpus.

    Args:
        name: a built-in name; a file of one of the `FORMS` (`sparsify.data.forms.table`), or a folder that is one (a
            folder per class, …), which is split by a hash of the text, the same for every seed
            (`sparsify.data.split`); or a folder that holds such files or folders called train, dev and test, or a
            folder data with these. Without test, or without labels in it, nothing is tested; without dev, but with
            test, dev is split off train.
        header: the first line of each table names the columns, and is left out.
        columns: what the columns of tables hold, in their order, `label` and `text` among them.
        text_column, label_column: what a header, or keys, call the two; "": guessed, which a note says.
        encoding: of the files.
        on_bad_row: at a row that cannot be read `fail`, or `skip`, which a note counts.
        dev_share, test_share: of what is split here; a test share of 0 is no test part.
        likely: see `Reading`.

    Raises:
        DataError: there is no such data, a row cannot be read, a part is empty, or a label has no training text; or
            lines look like a header, or like other columns.
    """
    reading = check_name(
        name,
        header,
        columns,
        text_column=text_column,
        label_column=label_column,
        encoding=encoding,
        on_bad_row=on_bad_row,
        dev_share=dev_share,
        test_share=test_share,
        likely=likely,
    )
    if name in BUILTIN:
        return in_parts(name, {"train": list(BUILTIN[name]())}, dev_share, test_share, [])
    folder = data_folder(Path(name))
    notes = [] if folder == Path(name) else [f"{name}: the parts are those of its folder {folder.name}."]
    paths = (part_files(folder) if folder.is_dir() else {}) or {"train": [folder]}
    if left := left_out(folder, paths):
        notes.append(f"{name}: {', '.join(left)} is no part for training, choosing or testing, and is left out.")
    tables = _tables(paths, reading, notes)
    notes += _said([*tables.values()], reading)
    check_known(tables["train"], [table for part, table in tables.items() if part != "train"])
    return in_parts(name, {part: table.rows for part, table in tables.items()}, dev_share, test_share, notes)


def _tables(paths: Mapping[str, Sequence[Path]], reading: Reading, notes: list[str]) -> dict[str, Table]:
    """part → its table; a test part that has no labels is none, which is added to the notes."""
    tables = {part: read_table(paths[part], part, reading) for part in PARTS[:-1] if part in paths}
    if "test" in paths:
        test = _test(paths["test"], reading)
        if test is not None and (test.places.keys() != {_UNTOLD} or _UNTOLD in tables["train"].places):
            tables["test"] = test
        else:
            notes.append(f"{paths['test'][0]}: no text has a label, or all have {_UNTOLD}, so it is no test part.")
    return tables


def _test(paths: Sequence[Path], reading: Reading) -> Table | None:
    """The test texts; None where none has a label."""
    try:
        table = read_table(paths, "test", reading)
    except DataError:
        if unlabelled(paths, reading):
            return None
        raise
    return None if not table.rows and unlabelled(paths, reading) else table


def options_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `load_corpus`, but for the name, that a run's settings hold; those of old runs lack some."""
    columns = str(settings.get("columns", ",".join(COLUMNS))).split(",")
    return {"columns": columns, **{name: settings[name] for name in _OPTIONS if name in settings}}


def _said(tables: Sequence[Table], reading: Reading) -> Iterator[str]:
    """What is to be said of files, the training texts first, that hold what they should."""
    yield from (note for table in tables for note in table.notes)
    yield from check_headers(tables, reading.columns)
    check_labels(tables[0])
    yield from doubts([row for table in tables if table.lines for row in table.rows])


def check_name(
    name: str,
    header: bool = False,
    columns: Sequence[str] = COLUMNS,
    *,
    dev_share: float = SHARE,
    test_share: float = SHARE,
    **reading: Any,
) -> Reading:
    """How the corpus is read, where there is one, it is one that has columns, and these are some.

    Args:
        reading: more fields of `Reading`; other arguments are those of `load_corpus`.

    Raises:
        DataError: there is none, or it is not to be read so.
    """
    if name not in BUILTIN and not Path(name).exists():
        raise DataError(
            f"data is one of {', '.join(BUILTIN)}, or a file or folder of label<TAB>text or other rows (got {name!r}, "
            f"which is neither){suggestion(name, BUILTIN)}"
        )
    if name in BUILTIN and (header or tuple(columns) != COLUMNS):
        raise DataError(f"--header and --columns go with files of texts (got them with {name}); leave them out.")
    check_columns(columns)
    shares_of(dev_share, test_share)
    found = Reading(header, tuple(columns), **reading)
    if name in BUILTIN and found.named:
        raise DataError(f"--text-column and --label-column go with files of texts (got them with {name}).")
    return found
