"""Rows whose labels a model knows, and what it says of them, all together."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from sparsify.data.rows import Row
from sparsify.errors import DataError, suggestion
from sparsify.runs.predictions import Block

_NAMED = 6
"""Labels of a model that a message names."""


class KnownLabels:
    """Rows with labels of a model; one with another label is a bad row.

    Args:
        on_bad_row: fail, or skip.

    Attributes:
        skipped: how many have been left out for their label.
    """

    def __init__(self, rows: Iterable[Row], labels: Sequence[str], on_bad_row: str) -> None:
        self.skipped = 0
        self._rows, self._labels, self._skip = rows, labels, on_bad_row == "skip"
        self._places = {label: place for place, label in enumerate(labels)}

    def __iter__(self) -> Iterator[Row]:
        """Raises:
        DataError: a label is none of the model's, and such rows are not skipped.
        """
        for row in self._rows:
            if row.label in self._places:
                yield row
            elif self._skip:
                self.skipped += 1
            else:
                raise DataError(self._unknown(row))

    def _unknown(self, row: Row) -> str:
        more = f" and {len(self._labels) - _NAMED} more" if len(self._labels) > _NAMED else ""
        hint = "; rename it, or leave such rows out with --on-bad-row skip."
        return (
            f"{row.place}: a label must be one that the model knows, {', '.join(self._labels[:_NAMED])}{more} "
            f"(got {row.label!r:.60}){suggestion(row.label or '', self._labels, hint)}"
        )

    def gathered(self, blocks: Iterable[Block]) -> tuple[np.ndarray, np.ndarray]:
        """([text] the place of its label, [text, class] probabilities) of all rows, gone through in blocks."""
        labels, chances = [np.empty(0, np.int64)], [np.empty((0, len(self._labels)))]
        for block in blocks:
            labels.append(np.array([self._places[row.label or ""] for row in block.rows], np.int64))
            chances.append(block.chances)
        return np.concatenate(labels), np.concatenate(chances)
