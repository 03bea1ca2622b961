"""What every form of file gives and gets: rows and bad rows, and what the reader was told of the file."""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sparsify.data.forms.streams import Source
from sparsify.errors import DataError, suggestion

COLUMNS = ("label", "text")
"""What the columns of a table hold where nothing else is said."""

_OF_HOSTS = ("idna", "punycode")
"""What Python calls encodings and are none of texts."""

ON_BAD_ROW = ("fail", "skip")


@dataclass(frozen=True)
class Row:
    """One text.

    Attributes:
        label: None where the file has none.
        place: where it stands, FILE:LINE, as messages begin.
    """

    text: str
    label: str | None
    place: str


@dataclass(frozen=True)
class Bad:
    """A row that cannot be read, and what must hold of it, what was got: a clause without its end."""

    place: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """What is known of a file of texts before it is read.

    Attributes:
        header: the first line of a table names its columns, and is left out.
        columns: what the columns of a table hold, in their order, `label` and `text` among them.
        text_column, label_column: what a header, or keys, call the two; "": guessed from known names, which is said.
        encoding: any that Python knows.
        on_bad_row: at a row that cannot be read `fail`, or `skip` and count it.
        format: one of `FORMS` (`sparsify.data.forms.table`); "": by name and content.
        told: `columns` was said, though it may be as usual.
        likely: how others of the kind were read, such as a run's own data: where the first row of a file fits that, it
            is read so, unless something else is said here.

    Raises:
        DataError: there is no such encoding, or no such choice; columns name no label or no text.
    """

    header: bool = False
    columns: tuple[str, ...] = COLUMNS
    text_column: str = ""
    label_column: str = ""
    encoding: str = "utf-8"
    on_bad_row: str = "fail"
    format: str = ""
    told: bool = False
    likely: "Reading | None" = None

    def __post_init__(self) -> None:
        check_columns(self.columns)
        if self.on_bad_row not in ON_BAD_ROW:
            raise DataError(f"on_bad_row must be one of {', '.join(ON_BAD_ROW)} (got {self.on_bad_row!r}).")
        if self.text_column and self.text_column == self.label_column:
            raise DataError(f"texts and labels must be two columns (got {self.text_column!r} for both).")
        check_encoding(self.encoding)

    @property
    def named(self) -> bool:
        """Were columns chosen by their names?"""
        return bool(self.text_column or self.label_column)

    def fitted(self, first: Sequence[str], place: str, remarks: "Remarks", ordered: bool = False) -> "Reading":
        """With what `likely` says of the columns, where it fits the first row; what is taken over goes to `remarks`.

        Args:
            ordered: may columns be told by their order, and the first row be no header?
        """
        likely, plain = self.likely, self.columns == COLUMNS
        if likely is None:
            return self
        text, label = (
            own or (plain and like in first and like) or ""
            for own, like in ((self.text_column, likely.text_column), (self.label_column, likely.label_column))
        )
        if text != label and (text, label) != (self.text_column, self.label_column):
            said = " and ".join(
                f"{name!r:.60} for {kind}" for kind, name in (("texts", text), ("labels", label)) if name
            )
            remarks.notes.append(f"{place}: columns are those of the run's own data, {said}.")
            return replace(self, text_column=text, label_column=label, likely=None)
        ordered = ordered and (likely.columns != COLUMNS or likely.header)
        if ordered and plain and not (self.named or self.told) and len(first) == len(likely.columns):
            header = self.header or likely.header
            less = ", of which the first row names them" if header else ""
            remarks.notes.append(f"{place}: columns are those of the run's own data, {','.join(likely.columns)}{less}.")
            return replace(self, columns=likely.columns, header=header, likely=None)
        return self


@dataclass
class Remarks:
    """What a form has to say of a file beside its rows.

    Attributes:
        notes: what was guessed and what is odd, a sentence each.
        headed: columns have names that are no row.
    """

    notes: list[str] = field(default_factory=list)
    headed: bool = False


class Form(Protocol):
    """How one form of file is read; what is guessed and what is odd goes to `remarks`."""

    def __call__(self, source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
        """Every row in order, and every bad one in its place."""


def check_columns(columns: Sequence[str]) -> None:
    """Do columns name one of labels and one of texts?

    Raises:
        DataError: no.
    """
    if isinstance(columns, str):
        raise DataError(f"columns must be a list of names (got the string {columns!r:.60}); part it at its commas.")
    if any(list(columns).count(name) != 1 for name in COLUMNS):
        raise DataError(f"columns must name label once and text once, without blanks (got {[*columns]!r:.80}).")


def check_encoding(name: str) -> None:
    """Is it an encoding of text?

    Raises:
        DataError: no.
    """
    try:
        if codecs.lookup(name).name in _OF_HOSTS:
            raise LookupError
        "a\n".encode(name).decode(name)
    except (LookupError, ValueError):  # ValueError: a NUL in the name, or `undefined`
        known = ("utf-8", "utf-16", "iso-8859-1", "cp1252", "gb18030", "shift_jis", "euc-kr", "big5", "koi8-r")
        raise DataError(
            f"encoding must be one that Python knows, such as utf-8, cp1252 or iso-8859-1 (got {name!r:.60})"
            f"{suggestion(name, known)}"
        ) from None


def made(place: str, label: object, text: object, labelled: bool, encoding: str) -> Row | Bad:
    """The row, where label and text are some.

    Args:
        label: a string, a number, a truth value, or None.
        labelled: a label is needed, and so is a text that is not empty; else an empty one is a text, too.
    """
    if not isinstance(text, str):
        return Bad(place, f"a text must be a string (got {_shown(text)})")
    if isinstance(label, list | tuple | dict | bytes):
        return Bad(place, f"a label must be one string or number (got {_shown(label)})")
    name = label_name(label)
    text = text.strip()
    if labelled and not (name and text):
        got = f"the label {name!r:.40} and the text {text!r:.40}" if name is not None else "no label"
        return Bad(place, f"neither label nor text may be empty (got {got})")
    if fault := _fault(text, encoding) or _fault(name or "", encoding):
        return Bad(place, fault)
    return Row(text, name or None, place)


def label_name(label: object) -> str | None:
    """A label as a string, True as true, without blanks around it; None where it is missing."""
    if label is None or label != label:  # NaN, as tables have it for what is missing
        return None
    return str(label).lower() if isinstance(label, bool) else str(label).strip()


def _fault(text: str, encoding: str) -> str:
    """What keeps a string from being text."""
    if text.isascii():
        return "" if "\0" not in text else "lines are text (got a NUL byte); leave it out, or convert UTF-16"
    if "\0" in text:
        return "lines are text (got a NUL byte); leave it out, or convert UTF-16"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        if "\udc80" <= text[error.start] <= "\udcff":
            name = "UTF-8" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
            return (
                f"lines are {name} (got other bytes at {text[max(0, error.start - 10) : error.start]!r}…); convert it "
                "with iconv, or name its --encoding, such as iso-8859-1"
            )
        return f"text must be Unicode (got half of a surrogate pair, {text[error.start]!a})"
    return ""


def _shown(value: object) -> str:
    return "none" if value is None else f"{type(value).__name__} {value!r:.40}"
