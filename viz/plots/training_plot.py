"""Plots of how a run went: training curves, and the size of the model against the strength of the penalty."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from viz.plots.figures import plot_svg, strength_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Rows = Sequence[Mapping[str, Any]]


def training_svg(rows: _Rows) -> str:
    """Loss and dev accuracy per evaluation of the full model and the path, and transitions against strength, as SVG.

    Args:
        rows: `metrics.jsonl`: phase, epoch, strength, loss, dev, transitions. The same rows give the same bytes.
    """
    going = [row for row in rows if row["phase"] in ("full", "path")]

    def draw(drawn: Any) -> None:
        above, below = drawn.subplots(2, 1)
        _by_epoch(above, going)
        _by_strength(below, [row for row in going if row["phase"] == "path" and row["strength"] > 0])
        for axes in (above, below):
            axes.grid(alpha=0.25)

    return plot_svg("training", 6.4, draw)


def _by_epoch(axes: "Axes", going: _Rows) -> None:
    from matplotlib.ticker import MaxNLocator

    epochs = range(1, len(going) + 1)
    second = axes.twinx()
    lines = [
        *axes.plot(epochs, [row["loss"] for row in going], color="tab:red", label="loss"),
        *second.plot(epochs, [100 * row["dev"] for row in going], color="tab:blue", linestyle="--", label="dev"),
    ]
    begins = sum(row["phase"] == "full" for row in going) + 0.5
    lines.append(axes.axvline(begins, color="grey", linewidth=1, linestyle=":", label="the penalty begins"))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    second.set_ylabel("dev accuracy (%)")
    axes.legend(handles=lines, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=9)


def _by_strength(axes: "Axes", rows: _Rows) -> None:
    strengths, sizes = [row["strength"] for row in rows], [row["transitions"] for row in rows]
    axes.step(strengths, sizes, where="post", color="tab:purple")
    axes.set_ylabel("transitions")
    axes.set_ylim(bottom=0)
    strength_axis(axes, strengths)
