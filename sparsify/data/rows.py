"""Texts of any file, a row at a time: `open_rows`."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sparsify.data.forms.base import Bad, Reading, Remarks, Row
from sparsify.data.forms.streams import Source
from sparsify.data.forms.table import FORMS, form_of
from sparsify.errors import DataError

__all__ = ["Reading", "Row", "Rows", "open_rows"]


_PLAIN = Reading()


class Rows:
    """The rows of a file, read as they are asked for; a file can be gone through again, a stream cannot.

    Attributes:
        source, form: where they come from, and how they are read: one of `FORMS`.
        skipped: rows that could not be read and were left out, so far.
    """

    def __init__(self, source: Source, reading: Reading, labelled: bool) -> None:
        self.source, self._reading, self._labelled = source, reading, labelled
        self.form = form_of(self.source, reading, labelled)
        self.skipped = 0
        self._remarks = Remarks()

    @property
    def notes(self) -> list[str]:
        """What was guessed, left out or odd, a sentence each; complete after iteration, whatever ends it."""
        return self._remarks.notes

    @property
    def headed(self) -> bool:
        """Had the columns names, which are no row? Known after iteration."""
        return self._remarks.headed

    def __iter__(self) -> Iterator[Row]:
        """Every row in order.

        Raises:
            DataError: a row cannot be read, and is not to be skipped; or the file cannot.
        """
        self.skipped, self._remarks = 0, Remarks()
        first: Bad | None = None
        try:
            for item in FORMS[self.form](self.source, self._reading, self._labelled, self._remarks):
                if isinstance(item, Row):
                    yield item
                    continue
                if self._reading.on_bad_row == "fail":
                    raise DataError(f"{item.place}: {item.reason}; mend it, or leave such rows out: --on-bad-row skip.")
                self.skipped += 1
                first = first or item
        finally:
            if first is not None:
                one = self.skipped == 1
                left = "1 row that cannot be read is" if one else f"{self.skipped} rows that cannot be read are"
                self.notes.append(f"{left} left out, the first at {first.place}: {first.reason}.")


def open_rows(source: str | Path | BinaryIO, reading: Reading = _PLAIN, labelled: bool = True) -> Rows:
    """The texts of a file, streamed: memory does not grow with the file.

    Args:
        source: a path, "-" for standard input, or a stream of bytes; packed ones (gzip, zstd, xz, bzip2) are unpacked.
        reading: what is known of it.
        labelled: every row must have a label; else texts alone are enough: a text a line, or a table with texts.

    Raises:
        DataError: there is no such file, or its form is unknown.
    """
    return Rows(Source(source), reading, labelled)
