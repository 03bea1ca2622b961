"""How plots by matplotlib are drawn: SVG whose bytes depend on the data and the plot's name only, in light and dark."""

import io
import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

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


def plot_svg(name: str, height: float, draw: Callable[["Figure"], None]) -> str:
    """What `draw` makes of an empty figure, `height` inches high, as SVG, its text as text.

    The plot looks alike everywhere: a matplotlibrc, even one in the current folder, changes nothing.
    """
    from matplotlib import rc_context, rcdefaults  # here, since it takes longer to load than all of viz
    from matplotlib.figure import Figure

    with rc_context(), warnings.catch_warnings():
        rcdefaults()
        # The reader's fonts draw the text; that matplotlib's own lacks Arabic or Chinese says nothing.
        warnings.filterwarnings("ignore", r"(Glyph \d+|Matplotlib currently does not support)")
        file = io.BytesIO()
        with rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "font.size": 10, "axes.axisbelow": True}):
            drawn = Figure(figsize=(WIDTH, height), layout="constrained")
            draw(drawn)
            drawn.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue().decode("utf-8").replace("<defs>", f"<defs>{_DARK}", 1)


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
