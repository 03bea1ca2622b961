"""What in files of labelled texts is probably not what their reader takes it for."""

import re
from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path

from sparsify.data.forms.columns import LABELS, TEXTS
from sparsify.data.tables import Table
from sparsify.errors import DataError

_NAMES = frozenset((*LABELS, *TEXTS))
"""What headers call columns."""

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_FIRST = "; if it is a header, leave that out, with --header where every file has one"
_FEW, _SOME, _NEARLY = 4, 10, 0.8


def check_headers(tables: Sequence[Table], columns: Sequence[str]) -> list[str]:
    """Are first lines texts? What is to be said where they may be none, a sentence.

    Raises:
        DataError: no other text of all files has the label of a first line, and it has a name that headers have.
    """
    filled = [table for table in tables if table.rows and not table.headed]
    headers = {table.rows[0] for table in filled if _NAMES.issuperset(_names(table.rows[0]))}
    lone = [table for table in filled if not _is_shared(table.rows[0], tables, headers)]
    every = len(lone) == len(filled)
    for table in lone:
        if not _NAMES.isdisjoint(_names(table.rows[0])):
            raise _header(table, columns, every)
    if not lone:
        return []
    places = ", ".join(f"{Path(table.first).name} ({table.rows[0][0]!r:.40})" for table in lone)
    mend = "add --header" if every else "leave that line out"
    return [f"no other text has the label of the first line, {places}: if it is a header, {mend}."]


def _names(row: tuple[str, str]) -> list[str]:
    """The fields of a line as names of columns."""
    return [field.strip().strip('"').casefold() for field in (row[0], *row[1].split("\t"))]


def _is_shared(first: tuple[str, str], tables: Sequence[Table], headers: Collection[tuple[str, str]]) -> bool:
    """Has a text, which is neither that line again nor a header, its label?"""
    rows = chain.from_iterable(table.rows for table in tables)
    return any(row[0] == first[0] and row != first and row not in headers for row in rows)


def _header(table: Table, columns: Sequence[str], every: bool) -> DataError:
    """What mends a header; `every`: all files may have one, so --header drops no text."""
    row = table.rows[0]
    names = _names(row)
    meant = ["label" if name in LABELS else "text" if name in TEXTS else f"column{i}" for i, name in enumerate(names)]
    unnamed, whole = [*columns] == ["label", "text"], meant.count("label") == meant.count("text") == 1
    mend = f"add --header --columns {','.join(meant)}" if unnamed and whole and meant != [*columns] else "add --header"
    got = " and ".join(map(repr, (row[0], *row[1].split("\t"))))[:60]
    return DataError(
        f"{table.first}: the first line must be a text with its label (got {got}, which looks like a header); "
        f"{mend if every else 'leave it out of this file, as --header drops a text of the others'}, "
        "or put another line first."
    )


def check_known(train: Table, others: Sequence[Table]) -> None:
    """Has every label a training text?

    Raises:
        DataError: no; the message names the line.
    """
    for table in others:
        unknown = [where for label, where in table.places.items() if label not in train.places]
        if unknown:
            row, place = min(unknown)
            header = "" if row or table.headed else _FIRST
            raise DataError(
                f"{place}: a label in {table.part} must occur in train (got {table.rows[row][0]!r:.60}); add training "
                f"texts of that label, or leave its lines out{header}."
            )


def check_labels(table: Table) -> None:
    """Are labels labels?

    Raises:
        DataError: nearly every line has its own; the columns look exchanged where texts repeat.
    """
    rows = table.rows
    exchange, ident = "--columns text,label", "--columns id,label,text"
    if table.headed:
        exchange = ident = "--text-column NAME --label-column NAME"
    elif not table.lines:
        exchange, ident = (
            f"--text-column NAME --label-column NAME if the first row names the columns, else {own}"
            for own in (exchange, ident)
        )
    labels, texts = (len({row[i] for row in rows}) for i in range(2))
    if len(rows) < _FEW or labels <= _NEARLY * len(rows):
        return
    first = " and ".join(repr(field[:40]) for field in rows[0])
    got = f"got {labels} labels and {texts} texts in {len(rows)} lines; the first has {first}"
    if texts <= len(rows) / 2:
        raise DataError(f"{table.name}: labels must repeat ({got}): the columns look exchanged; add {exchange}.")
    if len(rows) >= _SOME:
        raise DataError(
            f"{table.name}: labels must repeat ({got}): nearly every label is different; if the first column is an "
            f"identifier, add {ident}."
        )


def doubts(rows: Sequence[tuple[str, str]]) -> list[str]:
    """What is to be said of rows that can be read, a sentence each."""
    notes = []
    quoted = [bool(_QUOTED.fullmatch(text)) for _, text in rows]
    doubled = any(both and '""' in text[1:-1] for both, (_, text) in zip(quoted, rows, strict=True))
    labels = any(_QUOTED.fullmatch(label) for label, _ in rows)
    if doubled or labels or sum(quoted) > len(rows) / 2:
        notes.append(
            f"{sum(quoted)} of {len(rows)} texts stand in quotation marks, which are read as part of them, as those of "
            "labels are; if they are none, write lines without."
        )
    counts = {text.count("\t") for _, text in rows}
    if len(counts) == 1 and 0 not in counts and len(rows) >= _FEW:
        notes.append(
            f"every text has tabs, {min(counts)} each; if lines have more columns, name them: --columns label,id,text."
        )
    return notes
