"""What predictions are worth: which classes are taken for which, and how far their probabilities can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from viz.automata.drawing import allowed
from viz.plots.figures import figure, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Predictions:
    """One row per text.

    Attributes:
        classes: their names.
        labels: [text] → class.
        chances: [text, class]: probabilities; the predicted class has the highest, of equals the first.
    """

    classes: tuple[str, ...]
    labels: np.ndarray
    chances: np.ndarray


def confusion(found: Predictions) -> np.ndarray:
    """[label, predicted]: how many texts."""
    table = np.zeros((len(found.classes), len(found.classes)), dtype=np.int64)
    np.add.at(table, (found.labels, found.chances.argmax(1)), 1)
    return table


def reliability(found: Predictions, bins: int = 10) -> np.ndarray:
    """[bin, 3]: mean probability of the predicted class, share of right predictions, number of texts.

    Bins hold equally many texts, as far as the number allows, from the least to the most certain.
    """
    certainty = found.chances.max(1)
    right = found.chances.argmax(1) == found.labels
    order = np.argsort(certainty, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    rows = [(certainty[part].mean(), right[part].mean(), len(part)) for part in parts]
    return np.array(rows, dtype=float).reshape(-1, 3)


def calibration_error(table: np.ndarray) -> float:
    """Σ over the bins of |mean probability − share right| · share of texts: the expected calibration error.

    Source: Naeini et al. (2015), with bins of equally many texts.
    """
    total = table[:, 2].sum()
    return float((np.abs(table[:, 0] - table[:, 1]) * table[:, 2]).sum() / total) if total else 0.0


def plot_quality(found: Predictions, path: Path) -> None:
    """The confusion matrix, and the reliability diagram with the expected calibration error, of the test texts."""
    drawn = figure(9, 4.2)
    left, right = drawn.subplots(1, 2)
    _confusion(left, found)
    _reliability(right, found)
    save(drawn, path)


def _confusion(axes: "Axes", found: Predictions) -> None:
    table = confusion(found)
    shares = table / np.maximum(1, table.sum(1, keepdims=True))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (i, j), count in np.ndenumerate(table):
        text = f"{count}\n{100 * shares[i, j]:.0f} %"
        axes.text(j, i, text, ha="center", va="center", fontsize=8, color="white" if shares[i, j] > 0.55 else "black")
    short = [name if len(name) <= 16 else name[:15] + "…" for name in found.classes]
    axes.set_xticks(range(len(short)), _plain(short), rotation=30, ha="right")
    axes.set_yticks(range(len(short)), _plain(short))
    axes.set_xlabel("predicted")
    axes.set_ylabel("label")


def _reliability(axes: "Axes", found: Predictions) -> None:
    table = reliability(found)
    least = 1 / max(1, len(found.classes))
    axes.plot([least, 1], [least, 1], color="grey", linewidth=1, linestyle=":", label="probabilities as they should be")
    axes.plot(table[:, 0], table[:, 1], "o-", markersize=4, label=f"tenths of {len(found.labels)} test texts")
    axes.set_xlabel("mean probability of the predicted class")
    axes.set_ylabel("share of right predictions")
    axes.set_title(f"expected calibration error {100 * calibration_error(table):.1f} %", fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    axes.grid(alpha=0.25)


def _plain(names: Sequence[str]) -> list[str]:
    """Names in which no dollar begins a formula, without characters that XML forbids."""
    return [allowed(name).replace("$", r"\$") for name in names]
