"""How plots by matplotlib are drawn: SVG whose bytes depend on the data and the plot's name only, in light and dark."""

import io
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from viz.automata.texts import allowed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.0
"""Inches: narrow, so that a telephone need not make the text small."""

_LEAST, _CLOSE, _WIDER = -322.0, math.log10(1.05), math.log10(1.5)
"""Powers of ten: the least that an axis begins at, since doubles end below; how near strengths lie that are shown as
one; how far the axis then goes to both sides."""

_DARK = """<style>
@media (prefers-color-scheme: dark) {
  text:not([style*="fill: #"]) { fill: #e8e8e8; }
  [style*="fill: #ffffff"] { fill: #161616 !important; }
  [style*="stroke: #000000"] { stroke: #e8e8e8 !important; }
  [style*="stroke: #b0b0b0"] { stroke: #606060 !important; }
}
</style>"""
"""What turns over in the dark: text without a colour of its own, paper, axes, grid; not the lines that have a key."""


_DOTS = 200
"""Per inch of a bitmap."""


def plot_svg(name: str, height: float, draw: Callable[["Figure"], None], width: float = WIDTH) -> str:
    """What `draw` makes of an empty figure, `height` and `width` in inches, as SVG, its text as text.

    The plot looks alike everywhere: a matplotlibrc, even one in the current folder, changes nothing.
    """
    file = io.BytesIO()
    with _looks(name):
        _drawn(width, height, draw).savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue().decode("utf-8").replace("<defs>", f"<defs>{_DARK}", 1)


def plot_png(name: str, height: float, draw: Callable[["Figure"], None], width: float = WIDTH) -> bytes:
    """The same as a bitmap, on white."""
    file = io.BytesIO()
    with _looks(name):
        _drawn(width, height, draw).savefig(file, format="png", dpi=_DOTS)
    return file.getvalue()


@contextmanager
def _looks(name: str) -> Iterator[None]:
    from matplotlib import rc_context, rcdefaults  # here, since it takes longer to load than all of viz

    with rc_context(), warnings.catch_warnings():
        rcdefaults()
        # The reader's fonts draw the text; that matplotlib's own lacks Arabic or Chinese says nothing.
        warnings.filterwarnings("ignore", r"(Glyph \d+|Matplotlib currently does not support)")
        with rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.size": 10, "axes.axisbelow": True}):
            yield


def _drawn(width: float, height: float, draw: Callable[["Figure"], None]) -> "Figure":
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(width, height), layout="constrained")
    draw(drawn)
    return drawn


def strength_axis(axes: "Axes", strengths: Sequence[float]) -> None:
    """λ on the x-axis: a logarithmic scale with at most six ticks, so that none touches the next."""
    axes.set_xlabel("strength λ")
    found = [strength for strength in strengths if strength > 0]
    if not found:
        return
    # In powers of ten, which are apart by less than 700 even where λ itself has no ratio that a double holds.
    low, high = (max(math.log10(strength), _LEAST) for strength in (min(found), max(found)))
    if high - low < _CLOSE:
        low, high = max(low - _WIDER, _LEAST), high + _WIDER
    axes.set_xscale("log")
    first, last = math.ceil(low), math.floor(high)
    if last - first >= 1:
        powers = range(first, last + 1, 1 + (last - first) // 6)
        ticks, names = [10.0**power for power in powers], [f"$10^{{{power}}}$" for power in powers]
    else:
        ticks = [10.0 ** (low + (high - low) * place / 3) for place in range(4)]
        names = [f"{tick:.2g}" for tick in ticks]
    axes.set_xticks(ticks, names)
    axes.set_xticks([], minor=True)
    beside = 0.03 * (high - low)
    axes.set_xlim(10.0 ** max(low - beside, _LEAST), 10.0 ** (high + beside))


def plain(names: Sequence[str]) -> list[str]:
    """Names in which no dollar begins a formula, without characters that XML forbids, each a line."""
    return [" ".join(allowed(name).split()).replace("$", r"\$") for name in names]
