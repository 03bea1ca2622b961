"""What predictions are worth: which classes are taken for which, and how far their probabilities can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from viz.automata.texts import clipped, columns
from viz.plots.figures import plain, plot_svg
from wfsa import calibration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEW, _WRITTEN = 4, 30
"""Classes up to which a cell holds counts and shares, and up to which it holds a count at all."""
_INKS = ("#101010", "#fefefe")
"""Of the text on light and on dark cells, which are so in the dark, too."""
_RELIABILITY = 3.4
"""Height of the lower plot, in inches."""


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
    """[bin, 3]: see `wfsa.calibration.reliability`."""
    return calibration.reliability(found.chances.max(1), found.chances.argmax(1) == found.labels, bins)


def quality_svg(found: Predictions) -> str:
    """The confusion matrix, and the reliability diagram with the expected calibration error, of the test texts."""
    rows = _side(len(found.classes))

    def draw(drawn: Any) -> None:
        above, below = drawn.subplots(2, 1, height_ratios=(rows, _RELIABILITY))
        _confusion(above, found)
        _reliability(below, found)

    return plot_svg("quality", rows + _RELIABILITY, draw)


def _side(classes: int) -> float:
    """How high the confusion matrix is, in inches."""
    return min(5.6, max(2.8, 0.22 * classes + 1.0))


def _confusion(axes: "Axes", found: Predictions) -> None:
    table, count = confusion(found), len(found.classes)
    shares = table / np.maximum(1, table.sum(1, keepdims=True))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    size = 9 if count <= _FEW else 7 if count <= 20 else 5.5
    for (i, j), texts in np.ndenumerate(table) if count <= _WRITTEN else ():
        text = f"{_short(texts)}\n{100 * shares[i, j]:.0f} %" if count <= _FEW else _short(texts) if texts else ""
        axes.text(j, i, text, ha="center", va="center", fontsize=size, color=_INKS[int(shares[i, j] > 0.55)])
    _names(axes, found.classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("label")


def _names(axes: "Axes", classes: Sequence[str]) -> None:
    """Names along both axes; from a handful on, numbers below and names with their numbers at the side."""
    count = len(classes)
    few, size = count <= _FEW, 9 if count <= 12 else 7
    if count > _WRITTEN:
        axes.set_xticks([])
        axes.set_yticks([])
        return
    below = [clipped(name, 10) for name in classes] if few else [str(place + 1) for place in range(count)]
    beside = [clipped(name, 22) + ("" if few else f"  {place + 1}") for place, name in enumerate(classes)]
    axes.set_xticks(range(count), plain(below), fontsize=size if few else min(size, 7))
    # Written from the left: how wide text is, the reader's fonts say, which are not matplotlib's.
    axes.set_yticks(range(count), plain(beside), fontsize=size, ha="left")
    axes.tick_params("y", pad=4 + 0.66 * size * max(columns(name) for name in beside))


def _short(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.0f}k"


def _reliability(axes: "Axes", found: Predictions) -> None:
    table = reliability(found)
    least = 1 / max(1, len(found.classes))
    axes.plot([least, 1], [least, 1], color="grey", linewidth=1, linestyle=":", label="probabilities as they should be")
    text = f"tenths of {len(found.labels)} test texts"
    axes.plot(table[:, 0], table[:, 1], "o-", markersize=4, color="tab:orange", label=text)
    axes.set_xlabel("mean probability of the predicted class")
    axes.set_ylabel("share of right predictions")
    axes.set_title(f"expected calibration error {100 * calibration.calibration_error(table):.1f} %", fontsize=10)
    axes.legend(frameon=False, fontsize=9)
    axes.grid(alpha=0.25)
