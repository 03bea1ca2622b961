"""The strengths path: the norm of every state's parameters against the strength of the penalty."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from viz.plots.figures import save

_DELETED: dict[str, Any] = {"linewidth": 0.6, "color": "grey", "alpha": 0.6}


def plot_strengths(rows: Sequence[Mapping[str, float]], kept: Collection[str], chosen: float, path: Path) -> None:
    """Group norms against λ, one line per state, as far as it lives; the kept states in colour and named.

    Args:
        rows: `norms.csv`: strength, and the norm of every state, "p0.1" for state 1 of p0.
        kept: the states of the chosen model.
        chosen: the strength that it was polished at.
        path: where the SVG goes; the same rows give the same bytes.
    """
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    axes = figure.subplots()
    names = [name for name in rows[0] if name != "strength"] if rows else []
    colours = matplotlib.colormaps["tab20"]
    ordered = [*(name for name in names if name not in kept), *(name for name in names if name in kept)]
    for place, name in enumerate(ordered, len(kept) - len(names)):
        alive = [(row["strength"], row[name]) for row in rows if row["strength"] > 0]
        end = next((n for n, (_, norm) in enumerate(alive, 1) if norm == 0), len(alive))
        look = {"linewidth": 1.6, "color": colours(place % 20), "label": name} if name in kept else _DELETED
        axes.plot([x for x, _ in alive[:end]], [y for _, y in alive[:end]], **look)
    axes.axvline(chosen, color="black", linewidth=1, linestyle=":", label="chosen model")
    if any(row["strength"] > 0 for row in rows):
        axes.set_xscale("log")
    axes.set_xlabel("strength λ")
    axes.set_ylabel("norm of the parameters that enter a state")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.25)
    figure.legend(
        loc="outside right upper", frameon=False, fontsize=8, title="kept; grey: deleted", ncols=1 + len(kept) // 24
    )
    save(figure, path)
