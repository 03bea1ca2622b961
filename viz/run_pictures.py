"""Everything that is drawn of a run directory, before any of it is written."""

import json
from collections.abc import Mapping
from pathlib import Path

from viz.automata.dot import render_dot
from viz.automata.drawing import Drawing
from viz.automata.nodelink import render_node_link
from viz.automata.svg import render_svg
from viz.errors import VizError
from viz.plots.curve_plot import curve_svg
from viz.plots.quality_plot import quality_svg
from viz.plots.strengths_plot import strengths_svg
from viz.plots.training_plot import training_svg
from viz.report.page import report
from viz.run_files import Run


def run_pictures(run: Run) -> dict[Path, str]:
    """Place → text of automata/*.{dot,svg,json}, curve, training, strengths and quality.svg, and report.html.

    Without test texts there is no quality.svg.

    Kept states are bold, deleted ones grey and dashed, as in Fig. 1 of Dodge et al. (2019).

    Raises:
        VizError: a file of the run is missing or malformed.
    """
    run.read()  # what is wrong with a file is said at once
    found: dict[Path, str] = {}
    for pattern in run.patterns:
        for ending, text in automaton_pictures(pattern.drawing()).items():
            found[run.folder / "automata" / f"{pattern.name}.{ending}"] = text
    plots = _plots(run)
    found |= {run.folder / f"{name}.svg": text for name, text in plots.items()}
    found[run.folder / "report.html"] = report(run, plots)
    return found


def automaton_pictures(drawing: Drawing) -> dict[str, str]:
    """An automaton as `dot`, `svg` and node-link `json`."""
    tree = json.dumps(render_node_link(drawing), ensure_ascii=False, indent=1)
    return {"dot": render_dot(drawing), "svg": render_svg(drawing), "json": tree + "\n"}


def _plots(run: Run) -> Mapping[str, str]:
    kept = {group.name for pattern in run.patterns for group in pattern.groups if group.norm > 0}
    plots = {
        "curve": curve_svg(run.curve, run.summary["chosen"]["transitions"], run.summary["dense"]),
        "training": training_svg(run.metrics),
        "strengths": strengths_svg(run.norms, kept, _strength(run)),
    }
    return plots | ({"quality": quality_svg(run.predictions)} if len(run.predictions.labels) else {})


def _strength(run: Run) -> float:
    """What the chosen model was polished at."""
    chosen = run.summary["chosen"]["transitions"]
    found = [row["strength"] for row in run.curve if row["transitions"] == chosen]
    if not found:
        raise VizError(f"{run.folder / 'curve.csv'} must have the strength of the chosen size, {chosen} (got none).")
    return found[0]
