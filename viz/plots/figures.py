"""How plots become files: SVG whose bytes depend on the data and the file's name only."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib.figure import Figure


def save(figure: Figure, path: Path) -> None:
    """Write the figure as SVG, its text as text."""
    with matplotlib.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
