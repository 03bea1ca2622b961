"""What predictions for labelled texts are worth, class by class, and between which bounds: by the bootstrap."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sparsify.runs.scores import Score
from wfsa.calibration import calibration_error, reliability

RESAMPLES = 1000
"""How often texts are drawn anew where nothing else is said."""

_LEVEL = 0.95
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
        return self._table(self._cells)

    @cached_property
    def _cells(self) -> np.ndarray:
        """[text]: the place of its label and predicted class in the flat confusion matrix."""
        cells: np.ndarray = self.labels * len(self.names) + self.chances.argmax(1)
        return cells

    def _table(self, cells: np.ndarray) -> np.ndarray:
        size = len(self.names)
        table: np.ndarray = np.bincount(cells, minlength=size * size).reshape(size, size)
        return table

    def as_dict(self) -> dict[str, Any]:
        """For JSON: figures as `value`, `low` and `high`; null where there is nothing to divide by."""
        size = len(self.names)
        value = _figures(self.confusion, self.chances.max(1), self.labels == self.chances.argmax(1))
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
        # In the order of certainty: drawn places are sorted, which is much faster than to sort what they hold.
        certainty = self.chances.max(1)
        order = np.argsort(certainty, kind="stable")
        certainty, cells = certainty[order], self._cells[order]
        right = (self.labels == self.chances.argmax(1))[order]
        generator, texts = np.random.default_rng(self.seed), len(order)
        found = np.empty((self.resamples, count))
        for resample in found:
            drawn = np.sort(generator.integers(0, texts, texts))
            resample[:] = _figures(self._table(cells[drawn]), certainty[drawn], right[drawn])
        tail = (1 - _LEVEL) / 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of figures that are none in every resample
            bounds: np.ndarray = np.nanquantile(found, [tail, 1 - tail], axis=0)
        return bounds


def _figures(table: np.ndarray, certainty: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Accuracy, macro-F1 and calibration error; then precision, recall and F1 of every class; NaN for 0/0."""
    true, labelled, predicted = table.diagonal(), table.sum(1), table.sum(0)
    with np.errstate(invalid="ignore"):
        precision, recall, f1 = true / predicted, true / labelled, 2 * true / (labelled + predicted)
    there = labelled + predicted > 0
    whole = right.mean(), f1[there].mean(), calibration_error(reliability(certainty, right))
    return np.concatenate([whole, precision, recall, f1])


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
