"""The strengths path: the norm of every group of parameters against the strength of the penalty."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from viz.plots.figures import plot_svg, strength_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DELETED: dict[str, Any] = {"linewidth": 0.6, "color": "grey", "alpha": 0.6}
_COLOURS = [f"tab:{name}" for name in ("blue", "orange", "green", "red", "purple", "brown", "pink", "olive", "cyan")]
"""No grey among them: that is what was deleted."""
_LOOKS = [{"color": colour, "linestyle": dash} for dash in ("-", "--", "-.") for colour in _COLOURS]
"""One for each kept group, as far as an eye can tell them apart."""
_COLUMNS = 5


def strengths_svg(rows: Sequence[Mapping[str, float]], kept: Collection[str], chosen: float) -> str:
    """Group norms against λ as SVG, one line per group, as far as it lives; the kept groups in colour and named.

    Where more are kept than can be told apart, those of the largest norms are named and the others are thin and black.

    Args:
        rows: `norms.csv`: strength, and the norm of every group under its name. The same rows give the same bytes.
        kept: the groups of the chosen model.
        chosen: the strength that it was polished at.
    """
    going = [row for row in rows if row["strength"] > 0]
    names = [name for name in (rows[0] if rows else ()) if name != "strength"]
    alive = [name for name in names if name in kept]
    named = sorted(alive, key=lambda name: -max((row[name] for row in going), default=0.0))[: len(_LOOKS)]
    looks = {
        name: {**look, "linewidth": 1.6, "label": name}
        for name, look in zip([name for name in alive if name in named], _LOOKS, strict=False)
    }
    others = [name for name in alive if name not in looks]
    looks |= {name: {"color": "black", "linewidth": 0.6} for name in others}
    looks |= {name: {"color": "black", "linewidth": 0.6, "label": f"{len(others)} more kept"} for name in others[:1]}
    gone = [name for name in names if name not in kept]
    looks |= dict.fromkeys(gone, _DELETED) | {name: {**_DELETED, "label": "deleted"} for name in gone[:1]}

    def draw(drawn: Any) -> None:
        axes = drawn.subplots()
        for name in sorted(names, key=lambda name: name in kept):  # the kept ones over the others
            _line(axes, going, name, looks[name])
        axes.axvline(chosen, color="black", linewidth=1, linestyle=":", label="chosen model")
        axes.set_ylabel("norm of a group of parameters")
        axes.set_ylim(bottom=0)
        strength_axis(axes, [*(row["strength"] for row in going), chosen])
        axes.grid(alpha=0.25)
        drawn.legend(loc="outside lower center", frameon=False, fontsize=9, ncols=_COLUMNS)

    return plot_svg("strengths", 4.2 + 0.2 * ((len(looks) + 2) // _COLUMNS if len(looks) < 30 else 6), draw)


def _line(axes: "Axes", going: Sequence[Mapping[str, float]], name: str, look: Mapping[str, Any]) -> None:
    norms = [row[name] for row in going]
    end = norms.index(0) + 1 if 0 in norms else len(norms)
    axes.plot([row["strength"] for row in going[:end]], norms[:end], **look)
