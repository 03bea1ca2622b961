"""Plots of a run, by matplotlib."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from viz.plots.figures import save


def plot_curve(
    rows: Sequence[Mapping[str, float]], chosen: float, path: Path, dense: Mapping[str, float] | None = None
) -> None:
    """Dev accuracy against transitions (Dodge et al., 2019, Fig. 3): with the penalty, and after debiasing.

    Args:
        rows: `curve.csv`: transitions, dev, dev_debiased.
        chosen: the size of the chosen model, in transitions.
        dense: the full model's transitions and dev accuracy, as a reference line.
        path: where the SVG goes; the same rows give the same bytes.
    """
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for column, label, style in (("dev", "with the penalty", "o--"), ("dev_debiased", "debiased", "s-")):
        points = sorted((row["transitions"], row[column]) for row in rows if column in row)
        axes.plot([x for x, _ in points], [100 * y for _, y in points], style, label=label, markersize=4)
    if dense:
        axes.axhline(100 * dense["dev"], color="grey", linewidth=1, linestyle=":", label="full model")
    axes.axvline(chosen, color="black", linewidth=1, alpha=0.6, label=f"chosen: {chosen:.0f} transitions")
    axes.set_xlabel("transitions")
    axes.set_ylabel("dev accuracy (%)")
    axes.legend(frameon=False)
    axes.grid(alpha=0.25)
    save(figure, path)
