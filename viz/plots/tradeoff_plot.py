"""Accuracy against size, arm by arm, a panel for each data set: Fig. 3 of Dodge et al. (2019)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from viz.automata.texts import clipped
from viz.plots.figures import WIDTH, plain, plot_png, plot_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a87800", "#808080")
"""Of Okabe and Ito's for all kinds of eyes those that stand out from white and from black by 3 : 1, and two more."""
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES: tuple[Any, ...] = ("--", ":", "-.", (0, (1, 3)), (0, (8, 2)))
"""Five dashes, seven markers and six colours: thirty levels and forty lines differ."""

_ROW, _LEGEND_LINE, _WIDER = 3.6, 0.24, 9.0
"""Inches: a row of panels, a line of the legend, and how wide two columns of panels are."""
_LONGEST = 30
"""Columns of a name."""
_LEAST = 2.0
"""Points of accuracy: levels within it, or within the height of the lines if that is more, are in the picture."""


@dataclass(frozen=True)
class Point:
    """Means over seeds, and their standard deviations; 0 where there is one seed. Accuracies are shares.

    Attributes:
        transitions: None of a level.
    """

    test: float
    test_sd: float
    transitions: float | None = None
    transitions_sd: float = 0.0


@dataclass(frozen=True)
class Panel:
    """A data set.

    Attributes:
        arms: name → points, in the order of the line; one without transitions is a level.
    """

    data: str
    arms: Mapping[str, Sequence[Point]]


def tradeoff_svg(panels: Sequence[Panel]) -> str:
    """Test accuracy against transitions as SVG: lines with error bars in both directions, baselines as levels.

    Bars and bands reach one standard deviation to either side. The same panels give the same bytes.
    """
    return plot_svg("tradeoff", _height(panels), lambda drawn: _draw(drawn, panels), _width(panels))


def tradeoff_png(panels: Sequence[Panel]) -> bytes:
    """The same as a bitmap."""
    return plot_png("tradeoff", _height(panels), lambda drawn: _draw(drawn, panels), _width(panels))


def _columns(panels: Sequence[Panel]) -> int:
    return min(2, len(panels))


def _width(panels: Sequence[Panel]) -> float:
    return WIDTH if _columns(panels) == 1 else _WIDER


def _height(panels: Sequence[Panel]) -> float:
    return _ROW * -(-len(panels) // _columns(panels)) + _LEGEND_LINE * -(-len(_looks(panels)) // _keys(panels))


def _keys(panels: Sequence[Panel]) -> int:
    """Of a line of the legend."""
    return 2 + 1 * _columns(panels)


def _looks(panels: Sequence[Panel]) -> dict[str, Mapping[str, Any]]:
    """What every arm looks like in all panels: lines have a colour and a marker each, levels after them dashes."""
    kinds = {name: _is_level(points) for panel in panels for name, points in panel.arms.items()}
    lines = [name for name, level in kinds.items() if not level]
    levels = [name for name, level in kinds.items() if level]
    looks: dict[str, Mapping[str, Any]] = {}
    for kind, names, signs in (("marker", lines, _MARKERS), ("linestyle", levels, _DASHES)):
        for place, name in enumerate(names, len(looks)):
            looks[name] = {"color": COLOURS[place % len(COLOURS)], kind: signs[place % len(signs)]}
    return looks


def _is_level(points: Sequence[Point]) -> bool:
    return any(point.transitions is None for point in points)


def _draw(drawn: Any, panels: Sequence[Panel]) -> None:
    rows, columns = -(-len(panels) // _columns(panels)), _columns(panels)
    places = drawn.subplots(rows, columns, squeeze=False).ravel()
    looks, keys = _looks(panels), {}
    for number, (axes, panel) in enumerate(zip(places, panels, strict=False)):
        for arm, name in enumerate(panel.arms):
            draw = _level if _is_level(panel.arms[name]) else _line
            keys[name] = draw(axes, panel.arms[name], looks[name], f"panel{number}-arm{arm}")
        _title(axes, panel, _reach(axes, panel))
        axes.set_xlabel("transitions")
        axes.set_ylabel("test accuracy (%)")
        axes.set_xlim(left=0)
        axes.grid(color="#b0b0b0", alpha=0.35)
    for axes in places[len(panels) :]:
        axes.remove()
    names = plain([clipped(name, _LONGEST) for name in looks])
    handles = [keys[name] for name in looks]
    drawn.legend(handles, names, loc="outside lower center", frameon=False, fontsize=9, ncols=_keys(panels))


def _reach(axes: "Axes", panel: Panel) -> list[str]:
    """Give the axis of accuracies the range of the lines and of levels near them; returns the other levels' names.

    A level far off, as the majority's is, would press the lines together.
    """
    ends = {
        name: (min(100 * (p.test - p.test_sd) for p in points), max(100 * (p.test + p.test_sd) for p in points))
        for name, points in panel.arms.items()
    }
    inside = [ends[name] for name, points in panel.arms.items() if not _is_level(points)] or list(ends.values())
    low, high = min(least for least, _ in inside), max(most for _, most in inside)
    room = max(_LEAST, high - low)
    near = {name: own for name, own in ends.items() if own[1] >= low - room and own[0] <= high + room}
    low, high = min(least for least, _ in near.values()), max(most for _, most in near.values())
    beside = 0.05 * max(_LEAST, high - low)
    axes.set_ylim(low - beside, high + beside)
    return [name for name in ends if name not in near]


def _title(axes: "Axes", panel: Panel, outside: Sequence[str]) -> None:
    """The data set, and below it the levels that the axis does not reach."""
    (title,) = plain([clipped(panel.data, _LONGEST)])
    if outside:
        names = plain([clipped(name, _LONGEST) for name in outside])
        levels = [f"{name} {100 * panel.arms[own][0].test:.1f} %" for own, name in zip(outside, names, strict=True)]
        title += f"\nbeyond the axis: {', '.join(levels)}"
    axes.set_title(title, fontsize=10)


def _line(axes: "Axes", points: Sequence[Point], look: Mapping[str, Any], name: str) -> Any:
    rows = [(point.transitions or 0.0, 100 * point.test, point.transitions_sd, 100 * point.test_sd) for point in points]
    sizes, accuracies, size_sds, accuracy_sds = zip(*rows, strict=True)
    container = axes.errorbar(
        sizes, accuracies, yerr=accuracy_sds, xerr=size_sds, linewidth=1.6, markersize=5, elinewidth=1.0, capsize=2.5,
        **look,
    )  # fmt: skip
    line, _, (across, along) = container
    line.set_gid(f"{name}-line")
    across.set_gid(f"{name}-transitions")
    along.set_gid(f"{name}-accuracy")
    return container


def _level(axes: "Axes", points: Sequence[Point], look: Mapping[str, Any], name: str) -> Any:
    mean, sd = 100 * points[0].test, 100 * points[0].test_sd
    line = axes.axhline(mean, **look, linewidth=1.4)
    line.set_gid(f"{name}-level")
    if sd:
        axes.axhspan(mean - sd, mean + sd, color=look["color"], alpha=0.1, linewidth=0).set_gid(f"{name}-band")
    return line
