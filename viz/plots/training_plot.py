"""Plots of how a run went: training curves, and the size of the model against the strength of the penalty."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from viz.plots.figures import figure, save


def plot_training(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Loss and dev accuracy per evaluation of the full model and the path, and transitions against strength.

    Args:
        rows: `metrics.jsonl`: phase, epoch, strength, loss, dev, transitions.
        path: where the SVG goes; the same rows give the same bytes.
    """
    drawn = figure(10, 3.4)
    left, right = drawn.subplots(1, 2)
    going = [row for row in rows if row["phase"] in ("full", "path")]
    left.plot([row["loss"] for row in going], color="tab:red", label="loss")
    left.set_xlabel("epoch")
    left.set_ylabel("loss")
    second = left.twinx()
    second.plot([100 * row["dev"] for row in going], color="tab:blue", label="dev")
    second.set_ylabel("dev accuracy (%)")
    start = sum(row["phase"] == "full" for row in going)
    left.axvline(start - 0.5, color="grey", linewidth=1, linestyle=":")
    drawn.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    path_rows = [row for row in going if row["phase"] == "path" and row["strength"] > 0]
    right.step([row["strength"] for row in path_rows], [row["transitions"] for row in path_rows], where="post")
    if path_rows:
        right.set_xscale("log")
    right.set_xlabel("strength λ")
    right.set_ylabel("transitions")
    for axes in (left, right):
        axes.grid(alpha=0.25)
    save(drawn, path)
