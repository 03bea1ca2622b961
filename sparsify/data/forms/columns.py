"""Which column holds the texts and which the labels: by the names that were given, or by those that are usual."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sparsify.data.forms.base import COLUMNS, Reading, Remarks
from sparsify.errors import DataError, suggestion

LABELS = (
    *("label", "labels", "class", "category", "sentiment", "target", "topic", "tag", "intent", "polarity", "rating"),
    *("stars", "star_rating", "overall", "gold", "gold_label", "label_id", "class_id"),
)
TEXTS = (
    *("text", "texts", "sentence", "review", "review_text", "reviewtext", "review_body", "content", "document"),
    *("tweet", "message", "comment", "comment_text", "utterance", "question", "body", "phrase", "description"),
    *("headline", "title"),
)
"""What headers call a column of labels, and one of texts; where several are there, the first of these."""

_SHOWN = 12


class Chosen(NamedTuple):
    """The places of two columns among their names."""

    text: int
    label: int | None


def chosen(names: Sequence[str], reading: Reading, labelled: bool, place: str, remarks: Remarks) -> Chosen:
    """The columns of texts and of labels among those of these names. What is guessed goes to `remarks`.

    Raises:
        DataError: a name that was given is not there, or none is usual.
    """
    reading = reading.fitted(names, place, remarks)
    text = _given(names, reading.text_column, place) if reading.text_column else usual(names, TEXTS)
    label = _given(names, reading.label_column, place) if reading.label_column else usual(names, LABELS)
    if (labelled or reading.label_column) and len(names) == len(COLUMNS):  # the one column tells of the other
        text = 1 - label if text is None and label is not None else text
        label = 1 - text if label is None and text is not None else label
    if text is None and not labelled and len(names) == 1:
        text = 0
    if text is None or (labelled and label is None):
        what, flag = ("texts", "--text-column") if text is None else ("labels", "--label-column")
        raise DataError(
            f"{place}: a column must be known to hold the {what} (got {listed_names(names)}); add {flag} NAME."
        )
    if text == label:
        raise DataError(f"{place}: texts and labels must be two columns (got {names[text]!r} for both).")
    for column in (text, label):
        if column is not None and list(names).count(names[column]) > 1:
            raise DataError(f"{place}: only one column may be called {names[column]!r:.60} (got more); rename them.")
    found = Chosen(text, label if labelled or label is not None else None)
    _say(names, found, reading, place, remarks)
    return found


def usual(names: Sequence[str], known: Iterable[str]) -> int | None:
    """The place of the first of the known names that is there."""
    plain = [name.strip().strip('"').casefold() for name in names]
    return next((plain.index(name) for name in known if name in plain), None)


def _given(names: Sequence[str], name: str, place: str) -> int:
    if name in names:
        return names.index(name)
    raise DataError(
        f"{place}: there must be a column {name!r} (got the columns {listed_names(names)}){suggestion(name, names)}"
    )


def _say(names: Sequence[str], found: Chosen, reading: Reading, place: str, remarks: Remarks) -> None:
    guesses = []
    if not reading.text_column:
        guesses.append(("the texts are", found.text, "--text-column"))
    if not reading.label_column and found.label is not None:
        guesses.append(("the labels are", found.label, "--label-column"))
    if guesses:
        what = " and ".join(f"{kind} taken to be in {names[column]!r:.60}" for kind, column, _ in guesses)
        flags = " and ".join(flag for *_, flag in guesses)
        remarks.notes.append(f"{place}: {what}, of the columns {listed_names(names)}; {flags} can say otherwise.")


def heads(names: Sequence[str], labelled: bool, sure: bool = False) -> bool:
    """Do these look like the names of columns, of which those that are needed are known?

    Args:
        sure: it is known that they are names, so where there are two the one tells of the other.
    """
    text, label = usual(names, TEXTS) is not None, usual(names, LABELS) is not None
    if sure and len(names) == len(COLUMNS) and (text or label):
        return True
    return text and (label or not labelled)


def listed_names(names: Sequence[str]) -> str:
    """The names, or as many as a message has room for."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(repr(name)[:60] for name in names[:_SHOWN]) + more
