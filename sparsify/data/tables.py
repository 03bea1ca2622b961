"""All rows of a file, with what is to be known where something is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sparsify.data.forms.base import Reading
from sparsify.data.rows import open_rows


@dataclass
class Table:
    """One part of a corpus, or all of it, from one file or several.

    Attributes:
        name: of the first file.
        part: what the part is called.
        rows: (label, text) in order.
        places: label → (row, place) of its first text.
        first: the place of the first row.
        lines: are these lines of a table without quoting?
        headed: had the columns names, which are no row?
        notes: what was guessed, left out or odd, a sentence each.
    """

    name: str
    part: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)
    first: str = ""
    lines: bool = False
    headed: bool = False
    notes: list[str] = field(default_factory=list)


def read_table(paths: Sequence[Path], part: str, reading: Reading) -> Table:
    """Read files one after the other.

    Raises:
        DataError: one cannot be read; the message names the place.
    """
    table = Table(str(paths[0]), part)
    names: dict[str, str] = {}
    for path in paths:
        rows = open_rows(path, reading)
        for row in rows:
            assert row.label is not None
            label = names.setdefault(row.label, row.label)  # one string for all texts of a label
            if label not in table.places:
                table.places[label] = (len(table.rows), row.place)
                table.first = table.first or row.place
            table.rows.append((label, row.text))
        table.lines, table.headed = rows.form == "tsv", rows.headed
        table.notes += rows.notes
    return table


def unlabelled(paths: Sequence[Path], reading: Reading) -> bool:
    """Are there texts, in columns that have names, none of which has a label?"""
    texts = 0
    for path in paths:
        rows = open_rows(path, replace(reading, on_bad_row="skip"), labelled=False)
        for row in rows:
            if row.label is not None:
                return False
            texts += 1
        if not rows.headed:
            return False
    return texts > 0
