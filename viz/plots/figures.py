"""How plots by matplotlib begin and become files: SVG whose bytes depend on the data and the file's name only."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(width: float, height: float) -> "Figure":
    """An empty figure; inches."""
    from matplotlib.figure import Figure  # here, since it takes longer to load than all of viz

    return Figure(figsize=(width, height), layout="constrained")


def save(drawn: "Figure", path: Path) -> None:
    """Write the figure as SVG, its text as text."""
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        drawn.savefig(path, format="svg", metadata={"Date": None})
