"""The strengths path: the norm of every group of parameters against the strength of the penalty."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from viz.plots.figures import figure, save

_DELETED: dict[str, Any] = {"linewidth": 0.6, "color": "grey", "alpha": 0.6}


def plot_strengths(rows: Sequence[Mapping[str, float]], kept: Collection[str], chosen: float, path: Path) -> None:
    """Group norms against λ, one line per group, as far as it lives; the kept groups in colour and named.

    Args:
        rows: `norms.csv`: strength, and the norm of every group under its name.
        kept: the groups of the chosen model.
        chosen: the strength that it was polished at.
        path: where the SVG goes; the same rows give the same bytes.
    """
    from matplotlib import colormaps

    drawn = figure(9, 4.6)
    axes = drawn.subplots()
    names = [name for name in rows[0] if name != "strength"] if rows else []
    alive = [name for name in names if name in kept]
    colours = dict(zip(alive, (colormaps["tab20"](place % 20) for place in range(len(alive))), strict=True))
    going = [row for row in rows if row["strength"] > 0]
    for name in sorted(names, key=lambda name: name in colours):  # the kept ones over the others
        norms = [row[name] for row in going]
        end = norms.index(0) + 1 if 0 in norms else len(norms)
        look = {"linewidth": 1.6, "color": colours[name], "label": name} if name in colours else _DELETED
        axes.plot([row["strength"] for row in going[:end]], norms[:end], **look)
    axes.axvline(chosen, color="black", linewidth=1, linestyle=":", label="chosen model")
    if going:
        axes.set_xscale("log")
    axes.set_xlabel("strength λ")
    axes.set_ylabel("norm of a group of parameters")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.25)
    columns = 1 + len(alive) // 24
    drawn.legend(loc="outside right upper", frameon=False, fontsize=8, title="kept; grey: deleted", ncols=columns)
    save(drawn, path)
