"""What predictions for labelled texts are worth, class by class, and between which bounds: by the bootstrap."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sparsify.runs.scores import Score
from wfsa.calibration import BINS, calibration_error, reliability

RESAMPLES = 1000
"""How often texts are drawn anew where nothing else is said."""

_LEVEL = 0.95
_AT_ONCE = 1 << 20
"""Drawn texts that are held at once."""

_WHOLE = ("accuracy", "macro_f1", "calibration_error")
_OF_A_CLASS = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Evaluation:
    """Predictions for labelled texts, and every figure of them with its interval.

    The intervals are those of the percentile bootstrap (Efron, 1979): all texts are drawn anew, with replacement,
    `resamples` times, and an interval leaves out a fortieth of what a figure then is at either end.

    Args:
        names: the classes.
        labels: [text] → class; at least one.
        chances: [text, class]: probabilities; the predicted class has the highest, of equals the first.
        resamples: 0: no intervals.
        seed: of the draws.

    Cost: `resamples` passes over the texts; 1,000 of 25,000 texts take about a second.
    """

    names: Sequence[str]
    labels: np.ndarray
    chances: np.ndarray
    resamples: int = RESAMPLES
    seed: int = 0

    @cached_property
    def confusion(self) -> np.ndarray:
        """[label, predicted]: how many texts."""
        size = len(self.names)
        table: np.ndarray = np.bincount(self._cells, minlength=size * size).reshape(size, size)
        return table

    @cached_property
    def _right(self) -> np.ndarray:
        found: np.ndarray = self.labels == self.chances.argmax(1)
        return found

    @cached_property
    def _cells(self) -> np.ndarray:
        """[text]: the place of its label and predicted class in the flat confusion matrix."""
        cells: np.ndarray = self.labels * len(self.names) + self.chances.argmax(1)
        return cells

    def as_dict(self) -> dict[str, Any]:
        """For JSON: figures as `value`, `low` and `high`; null where there is nothing to divide by."""
        size = len(self.names)
        error = calibration_error(reliability(self.chances.max(1), self._right))
        value = _figures(self.confusion, np.array(self._right.mean()), np.array(error))
        rows = list(zip(value, *self._bounds(len(value)), strict=True))
        figures = [dict(zip(("value", "low", "high"), map(_number, row), strict=True)) for row in rows]
        whole = dict(zip(_WHOLE, figures[: len(_WHOLE)], strict=True))
        classes = [
            {
                "label": name,
                "texts": int(self.confusion[c].sum()),
                "predicted": int(self.confusion[:, c].sum()),
                **{figure: figures[len(_WHOLE) + k * size + c] for k, figure in enumerate(_OF_A_CLASS)},
            }
            for c, name in enumerate(self.names)
        ]
        bootstrap = {"method": "percentile", "level": _LEVEL, "resamples": self.resamples, "seed": self.seed}
        return {
            "texts": len(self.labels), **whole, "baseline": self._baseline(), "classes": classes,
            "confusion": self.confusion.tolist(), "bootstrap": bootstrap,
        }  # fmt: skip

    def _baseline(self) -> dict[str, Any]:
        """What calling every text by the most frequent label would have, and what is to be said beside that."""
        usual = int(self.confusion.sum(1).argmax())
        base = Score(np.full_like(self.labels, usual), self.labels)
        remark = Score(self.chances.argmax(1), self.labels).beside(base)
        return {"label": self.names[usual], "accuracy": base.accuracy, "macro_f1": base.macro_f1, "remark": remark}

    def _bounds(self, count: int) -> np.ndarray:
        """[low and high, figure]; NaN where a figure is none in every resample, those where it is none left out."""
        if not self.resamples:
            return np.full((2, count), np.nan)
        found = np.concatenate([*self._drawn()])
        tail = (1 - _LEVEL) / 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of figures that are none in every resample
            bounds: np.ndarray = np.nanquantile(found, [tail, 1 - tail], axis=0)
        return bounds

    def _drawn(self) -> Iterator[np.ndarray]:
        """[resample, figure], many resamples at once.

        Σ over bins of |mean probability − share right| · share of texts is Σ |Σ (probability − right)| / texts, over
        bins that are the same stretches of every row: places are drawn in the order of certainty, and sorted.
        """
        order = np.argsort(self.chances.max(1), kind="stable")
        cells, right = self._cells[order], self._right[order]
        surplus = self.chances.max(1)[order] - right
        generator, texts, size = np.random.default_rng(self.seed), len(order), len(self.names)
        starts = [part[0] for part in np.array_split(np.arange(texts), BINS) if len(part)]
        step = max(1, _AT_ONCE // texts)
        for first in range(0, self.resamples, step):
            rows = min(step, self.resamples - first)
            drawn = np.sort(generator.integers(0, texts, (rows, texts)), 1)
            places = cells[drawn] + size * size * np.arange(rows)[:, None]
            tables = np.bincount(places.ravel(), minlength=rows * size * size).reshape(rows, size, size)
            calibration = np.abs(np.add.reduceat(surplus[drawn], starts, axis=1)).sum(1) / texts
            yield _figures(tables, right[drawn].mean(1), calibration)


def _figures(tables: np.ndarray, right: np.ndarray, calibration: np.ndarray) -> np.ndarray:
    """[…, figure]: accuracy, macro-F1 and calibration error; then precision, recall and F1 of every class.

    NaN for 0/0.

    Args:
        tables: […, label, predicted]: how many texts.
        right, calibration: […]: accuracy and calibration error.
    """
    true, labelled, predicted = tables.diagonal(axis1=-2, axis2=-1), tables.sum(-1), tables.sum(-2)
    with np.errstate(invalid="ignore"):
        precision, recall, f1 = true / predicted, true / labelled, 2 * true / (labelled + predicted)
    there = labelled + predicted > 0
    macro = np.where(there, f1, 0.0).sum(-1) / there.sum(-1)
    whole = np.stack([right, macro, calibration], -1)
    return np.concatenate([whole, precision, recall, f1], -1)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
