"""`python -m viz RUN`: draw everything in a run directory; `python -m viz diff A B`: compare two."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from viz.automata.dot import render_dot
from viz.automata.nodelink import render_node_link
from viz.automata.svg import render_svg
from viz.diff import diff
from viz.errors import VizError
from viz.plots.curve_plot import curve_svg
from viz.plots.quality_plot import plot_quality
from viz.plots.strengths_plot import plot_strengths
from viz.plots.training_plot import plot_training
from viz.report.page import report
from viz.run_files import Run, open_run

_PARTS = (
    "patterns", "summary", "curve", "metrics", "norms", "predictions", "phrases", "live", "certificate", "settings",
)  # fmt: skip
"""What is drawn of a run, each from a file of its own."""


def draw_run(run: Run) -> list[Path]:
    """Write automata/*.{dot,svg,json}, the plots and report.html into the run directory.

    Returns what was written. Every file is read before anything is drawn, so that half a run changes nothing.

    Kept states are bold, deleted ones grey and dashed, as in Fig. 1 of Dodge et al. (2019).
    """
    for part in _PARTS:
        getattr(run, part)
    _strength(run)
    folder = run.folder / "automata"
    written = []
    drawings = {pattern.name: pattern.drawing() for pattern in run.patterns}
    folder.mkdir(exist_ok=True)
    for name, drawing in drawings.items():
        for ending, content in (
            ("dot", render_dot(drawing)),
            ("svg", render_svg(drawing)),
            ("json", json.dumps(render_node_link(drawing), ensure_ascii=False, indent=1) + "\n"),
        ):
            written.append(_write(folder / f"{name}.{ending}", content))
    return [*written, *plot_run(run), _write(run.folder / "report.html", report(run))]


def plot_run(run: Run) -> list[Path]:
    """Write curve.svg, training.svg, strengths.svg and quality.svg into the run directory."""
    places = [run.folder / f"{name}.svg" for name in ("curve", "training", "strengths", "quality")]
    curve, training, strengths, quality = places
    kept = {group.name for pattern in run.patterns for group in pattern.groups if group.norm > 0}
    _write(curve, curve_svg(run.curve, run.summary["chosen"]["transitions"], run.summary["dense"]))
    plot_training(run.metrics, training)
    plot_strengths(run.norms, kept, _strength(run), strengths)
    plot_quality(run.predictions, quality)
    return places


def _strength(run: Run) -> float:
    """What the chosen model was polished at."""
    chosen = run.summary["chosen"]["transitions"]
    found = [row["strength"] for row in run.curve if row["transitions"] == chosen and "strength" in row]
    if not found:
        raise VizError(f"{run.folder / 'curve.csv'} must have the strength of the chosen size, {chosen} (got none).")
    return found[0]


def _write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        print(_compare(given[1:]) if given[:1] == ["diff"] else _draw(given), end="")
    except VizError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _draw(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(
        "python -m viz", description="Draw all patterns of a run, or compare two: diff A B."
    )
    text = "a run directory that python -m sparsify.train wrote; -: one that standard input names once it is complete"
    parser.add_argument("run", metavar="RUN", help=text)
    options = parser.parse_args(arguments)
    folder = _named_later() if options.run == "-" else options.run
    written = draw_run(open_run(folder))
    return f"{len(written)} files in {folder}: automata/*.dot, *.svg, *.json, four plots (*.svg), report.html\n"


def _named_later() -> str:
    """What standard input names; what plots need is imported meanwhile."""
    import_module("matplotlib.figure")
    return sys.stdin.readline().rstrip("\n")


def _compare(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(
        "python -m viz diff", description="Which states live in one run and not in another."
    )
    parser.add_argument("a", metavar="RUN_A")
    parser.add_argument("b", metavar="RUN_B")
    options = parser.parse_args(arguments)
    return diff(open_run(options.a), open_run(options.b))


if __name__ == "__main__":
    sys.exit(main())
