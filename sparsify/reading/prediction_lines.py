"""Predictions as lines of text: JSON, or tables with commas or tabs between."""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from sparsify.data.rows import Row
from sparsify.model import Model
from sparsify.runs.directory import no_formula
from sparsify.runs.predictions import Block
from wfsa.printing import escaped

_encode = json.JSONEncoder(ensure_ascii=False).encode


class Writer(ABC):
    """How predictions are written.

    Args:
        proba: with the probability of every class.
        patterns: with the score of every pattern.

    Attributes:
        head: the first line, where there is one.
    """

    head = ""

    def __init__(self, model: Model, proba: bool, patterns: bool) -> None:
        self.labels, self.names = model.labels, tuple(model.automata)
        self.proba, self.patterns = proba, patterns

    @abstractmethod
    def lines(self, block: Block) -> Iterator[str]:
        """A line for every text."""

    def _rows(self, block: Block) -> Iterator[tuple[Row, int, list[float], list[float]]]:
        """(row, predicted class, probabilities, scores) of every text; empty what is not asked for."""
        nothing: list[list[float]] = [[]] * len(block)
        chances = _rounded(block.chances) if self.proba else nothing
        scores = _rounded(block.scores) if self.patterns else nothing
        return zip(block.rows, block.chances.argmax(1).tolist(), chances, scores, strict=True)


class JsonLines(Writer):
    """{"place", "predicted", "p": {class: probability}, "patterns": {pattern: score}} per line."""

    def lines(self, block: Block) -> Iterator[str]:
        """Characters that would steer a terminal are escapes."""
        for row, label, shares, own in self._rows(block):
            tree: dict[str, object] = {"place": row.place, "predicted": self.labels[label]}
            if self.proba:
                tree["p"] = dict(zip(self.labels, shares, strict=True))
            if self.patterns:
                tree["patterns"] = dict(zip(self.names, own, strict=True))
            line = _encode(tree)
            if not line.isprintable():
                line = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
            yield line + "\n"


class Cells(Writer):
    """place, predicted, p(CLASS) …, PATTERN … under a head; what is no single line, or steers terminals, as escapes."""

    def __init__(self, delimiter: str, model: Model, proba: bool, patterns: bool) -> None:
        super().__init__(model, proba, patterns)
        self._delimiter = delimiter
        self._labels = [no_formula(escaped(label)) for label in self.labels]
        chances = [f"p({escaped(label)})" for label in self.labels] if proba else []
        self.head = self._line(["place", "predicted", *chances, *(self.names if patterns else ())])

    def lines(self, block: Block) -> Iterator[str]:
        """As in predictions.csv, no label is what a spreadsheet would run as a formula."""
        for row, label, shares, own in self._rows(block):
            place = no_formula(escaped(row.place))
            yield self._line([place, self._labels[label], *shares, *own])

    def _line(self, cells: list[object]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\n").writerow(cells)
        return text.getvalue()


def _rounded(numbers: np.ndarray) -> list[list[float]]:
    """With six digits, which is what single precision has."""
    return [[float(f"{number:.6g}") for number in row] for row in numbers.tolist()]


WRITERS: Mapping[str, type[Writer] | partial[Cells]] = {
    "jsonl": JsonLines,
    "csv": partial(Cells, ","),
    "tsv": partial(Cells, "\t"),
}
"""--format → how predictions are written."""
