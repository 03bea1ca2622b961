"""A labelled corpus in three parts, from a built-in name, a folder or a file."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparsify.data.builtin import BUILTIN
from sparsify.data.doubts import check_headers, check_known, check_labels, doubts
from sparsify.data.split import PARTS, split
from sparsify.data.tsv import COLUMNS, Table, check_columns, read_table
from sparsify.errors import DataError
from sparsify.suggest import suggestion

Row = tuple[str, str]
"""(label, text)."""

_NAMED = 5
"""Labels that a note names."""


@dataclass(frozen=True)
class Texts:
    """Texts and, for each, the place of its label in `Corpus.labels`."""

    texts: tuple[str, ...]
    labels: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Corpus:
    """Training, development and test texts.

    Attributes:
        labels: the label names, sorted.
        notes: what was found and done while reading, a sentence each (duplicates, texts in two parts).
        digest: SHA-256 of all rows in order, for the record of a run.
    """

    name: str
    labels: tuple[str, ...]
    train: Texts
    dev: Texts
    test: Texts
    notes: tuple[str, ...]
    digest: str


def load_corpus(name: str, header: bool = False, columns: Sequence[str] = COLUMNS) -> Corpus:
    """Load a corpus.

    Args:
        name: a built-in name; a file of `label<TAB>text` lines, split 80/10/10 by a hash of the text, the same for
            every seed (`sparsify.data.split`); or a folder with `train`, `dev` and `test` files of such lines (any of
            no ending, .tsv, .txt).
        header: the first line of each file names the columns, and is left out.
        columns: what the columns of the files hold, in their order, `label` and `text` among them.

    Raises:
        DataError: there is no such data, a line is malformed, a part is empty, or a label has no training text; or
            lines look like a header, or like other columns.
    """
    check_name(name, header, columns)
    if name in BUILTIN:
        return _split(name, list(BUILTIN[name]()), [])
    path = Path(name)
    if not path.is_dir():
        table = read_table(path, header, columns)
        return _split(name, table.rows, _said([table], header, columns))
    paths = {part: _part(path, part) for part in PARTS}
    tables = {part: read_table(paths[part], header, columns) for part in PARTS}
    notes = _said([*tables.values()], header, columns)
    check_known(tables["train"], [tables[part] for part in PARTS[1:]])
    return _assemble(name, {part: table.rows for part, table in tables.items()}, notes)


def _said(tables: Sequence[Table], header: bool, columns: Sequence[str]) -> list[str]:
    """What is to be said of files, the training texts first, that hold what they should."""
    notes = [] if header else check_headers(tables, columns)
    check_labels(tables[0])
    return notes + doubts([row for table in tables for row in table.rows])


def check_name(name: str, header: bool = False, columns: Sequence[str] = COLUMNS) -> None:
    """Is there such a corpus, is it one that has columns, and are these columns?

    Raises:
        DataError: no.
    """
    if name not in BUILTIN and not Path(name).exists():
        raise _unknown(name)
    if name in BUILTIN and (header or tuple(columns) != COLUMNS):
        raise DataError(f"--header and --columns go with files of texts (got them with {name}); leave them out.")
    check_columns(columns)


def _unknown(name: str) -> DataError:
    return DataError(
        f"data is one of {', '.join(BUILTIN)}, or a file or folder of label<TAB>text (got {name!r}, which is neither)"
        f"{suggestion(name, BUILTIN)}"
    )


def _part(folder: Path, part: str) -> Path:
    for ending in ("", ".tsv", ".txt"):
        if (path := folder / (part + ending)).is_file():
            return path
    raise DataError(f"{folder} must hold the files train, dev and test (got no {part}, {part}.tsv or {part}.txt).")


def _split(name: str, rows: Sequence[Row], notes: list[str]) -> Corpus:
    labels: dict[str, str] = {}
    conflicts = sum(labels.setdefault(text, label) != label for label, text in rows)
    if repeats := len(rows) - len(labels):
        notes = [*notes, f"{repeats} repeated texts left out, {conflicts} of them under another label."]
    places, moved = split(labels)
    if moved:
        notes = [*notes, f"{moved} texts of rare labels are not in the part that their hash names but where none was."]
    parts: dict[str, list[Row]] = {part: [] for part in PARTS}
    for text, label in labels.items():
        parts[places[text]].append((label, text))
    return _assemble(name, parts, notes)


def _assemble(name: str, parts: dict[str, list[Row]], notes: list[str]) -> Corpus:
    labels = sorted({label for label, _ in parts["train"]})
    if len(labels) < 2:
        raise DataError(f"{name}: the training texts must bear at least two labels (got {labels}).")
    place = {label: i for i, label in enumerate(labels)}
    digest = hashlib.sha256()
    texts = {}
    for part, rows in parts.items():
        if not rows:
            raise DataError(f"{name}: every part needs a text (got none for {part}); a label of three has one in each.")
        for label, text in rows:
            digest.update(f"{part}\t{label}\t{text}\n".encode())
        texts[part] = Texts(tuple(text for _, text in rows), tuple(place[label] for label, _ in rows))
    notes = [*notes, *_missing(labels, texts)]
    shared = _shared([texts[part].texts for part in PARTS])
    if shared:
        notes = [*notes, f"{shared} texts stand in more than one of train, dev and test: scores on them are too good."]
    return Corpus(name, tuple(labels), texts["train"], texts["dev"], texts["test"], tuple(notes), digest.hexdigest())


def _missing(labels: Sequence[str], texts: Mapping[str, Texts]) -> Iterator[str]:
    """Which labels no number tells of."""
    for part in PARTS[1:]:
        there = set(texts[part].labels)
        without = [label for place, label in enumerate(labels) if place not in there]
        if without:
            more = f" and {len(without) - _NAMED} more" if len(without) > _NAMED else ""
            yield f"no {part} text has the label {', '.join(without[:_NAMED])}{more}: no {part} score tells of it."


def _shared(parts: Sequence[Sequence[str]]) -> int:
    seen: dict[str, set[int]] = {}
    for number, texts in enumerate(parts):
        for text in texts:
            seen.setdefault(text, set()).add(number)
    return sum(len(places) > 1 for places in seen.values())
