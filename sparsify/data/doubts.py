"""What in files of labelled texts is probably not what their reader takes it for."""

import re
from collections.abc import Sequence
from pathlib import Path

from sparsify.errors import DataError

Rows = Sequence[tuple[str, str]]
"""[line]: (label, text)."""

_LABELS = {
    *("label", "labels", "class", "category", "sentiment", "target", "topic", "tag", "intent", "polarity", "rating"),
    *("stars", "gold", "gold_label", "label_id", "class_id"),
}
_TEXTS = {
    *("text", "texts", "sentence", "review", "content", "document", "tweet", "message", "comment", "utterance"),
    *("question", "title", "body", "phrase", "description", "headline"),
}
"""What headers call a column of labels, and one of texts."""

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_FEW, _SOME, _NEARLY = 4, 10, 0.8


def check_header(path: Path, number: int, rows: Rows, columns: Sequence[str]) -> None:
    """Is the first line a text?

    Raises:
        DataError: no other text has its label, and it has a name that headers have.
    """
    label, text = rows[0]
    fields = [label, *text.split("\t")]
    names = [field.strip().strip('"').casefold() for field in fields]
    if (_LABELS | _TEXTS).isdisjoint(names) or any(other == label and words != text for other, words in rows):
        return
    meant = ["label" if name in _LABELS else "text" if name in _TEXTS else f"column{i}" for i, name in enumerate(names)]
    unnamed, whole = [*columns] == ["label", "text"], meant.count("label") == meant.count("text") == 1
    flags = f"--header --columns {','.join(meant)}" if unnamed and whole and meant != [*columns] else "--header"
    raise DataError(
        f"{path}:{number}: the first line must be a text with its label (got {' and '.join(map(repr, fields))[:60]}, "
        f"which looks like a header); add {flags}, or put another line first."
    )


def check_labels(path: Path, rows: Rows) -> None:
    """Are labels labels?

    Raises:
        DataError: nearly every line has its own; the columns look exchanged where texts repeat.
    """
    labels, texts = (len({row[i] for row in rows}) for i in range(2))
    if len(rows) < _FEW or labels <= _NEARLY * len(rows):
        return
    first = " and ".join(repr(field[:40]) for field in rows[0])
    got = f"got {labels} labels and {texts} texts in {len(rows)} lines; the first has {first}"
    if texts <= len(rows) / 2:
        raise DataError(f"{path}: labels must repeat ({got}): the columns look exchanged; add --columns text,label.")
    if len(rows) >= _SOME:
        raise DataError(
            f"{path}: labels must repeat ({got}): nearly every label is different; if the first column is an "
            "identifier, add --columns id,label,text."
        )


def doubts(rows: Rows) -> list[str]:
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
