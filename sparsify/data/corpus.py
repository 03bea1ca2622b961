"""A labelled corpus in three parts, from a built-in name, a folder or a file."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparsify.data.builtin import BUILTIN
from sparsify.data.tsv import read_rows
from sparsify.errors import DataError
from sparsify.suggest import suggestion

Row = tuple[str, str]
"""(label, text)."""

PARTS = ("train", "dev", "test")


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


def load_corpus(name: str) -> Corpus:
    """Load a corpus.

    Args:
        name: a built-in name; a file of `label<TAB>text` lines, split 80/10/10 by a hash of the text, the same for
            every seed; or a folder with `train`, `dev` and `test` files of such lines (any of no ending, .tsv, .txt).

    Raises:
        DataError: there is no such data, a line is malformed, a part is empty, or a label has no training text.
    """
    if name in BUILTIN:
        return _split(name, BUILTIN[name]())
    path = Path(name)
    if path.is_dir():
        return _assemble(name, {part: read_rows(_part(path, part)) for part in PARTS}, [])
    if path.is_file():
        return _split(name, read_rows(path))
    raise _unknown(name)


def check_name(name: str) -> None:
    """Is there such a corpus?

    Raises:
        DataError: no.
    """
    if name not in BUILTIN and not Path(name).exists():
        raise _unknown(name)


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


def part_of(text: str) -> str:
    """Where a text belongs: by SHA-256 of its UTF-8 modulo 10, 0–7 train, 8 dev, 9 test."""
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % 10
    return "train" if bucket < 8 else "dev" if bucket == 8 else "test"


def _split(name: str, rows: Iterable[Row]) -> Corpus:
    first: dict[str, str] = {}
    repeats = conflicts = 0
    for label, text in rows:
        if first.setdefault(text, label) != label:
            conflicts += 1
        repeats += 1
    repeats -= len(first)
    notes = []
    if repeats:
        notes.append(f"{repeats} repeated texts left out, {conflicts} of them under another label.")
    parts: dict[str, list[Row]] = {part: [] for part in PARTS}
    for text, label in first.items():
        parts[part_of(text)].append((label, text))
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
            raise DataError(f"{name}: every part needs a text (got none for {part}).")
        for label, text in rows:
            if label not in place:
                raise DataError(f"{name}: a label in {part} must occur in train (got {label!r}).")
            digest.update(f"{part}\t{label}\t{text}\n".encode())
        texts[part] = Texts(tuple(text for _, text in rows), tuple(place[label] for label, _ in rows))
    shared = _shared([texts[part].texts for part in PARTS])
    if shared:
        notes = [*notes, f"{shared} texts stand in more than one of train, dev and test: scores on them are too good."]
    return Corpus(
        name, tuple(labels), texts["train"], texts["dev"], texts["test"], tuple(notes), digest.hexdigest()
    )


def _shared(parts: Sequence[Sequence[str]]) -> int:
    seen: dict[str, set[int]] = {}
    for number, texts in enumerate(parts):
        for text in texts:
            seen.setdefault(text, set()).add(number)
    return sum(len(places) > 1 for places in seen.values())
