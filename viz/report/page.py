"""One self-contained HTML page for a run: no network; the page runs the automata itself. All text is escaped."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from viz.automata.texts import clean
from viz.plots.curve_plot import curve_svg
from viz.report.classes import classes_section, sentence
from viz.report.moved import moved_section
from viz.report.patterns import pattern_section
from viz.report.recorded import recorded_section
from viz.report.try_it import try_section
from viz.run_files import Run


def report(run: Run, plots: Mapping[str, str]) -> str:
    """The page: what the model is, the curve, a box to try it on, every pattern, the certificate, plots, the settings.

    Args:
        plots: name → SVG: `quality`, `strengths`, `training`; one that is not there is left out.
    """
    summary, model = run.summary, run.live["model"]
    script = _asset("sizes.js") + (_asset("live.js") if model else "")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    title = clean(f"Automata learned from {summary['data']}")
    curve = curve_svg(run.curve, summary["chosen"]["transitions"], summary["dense"])
    kept = [pattern for pattern in run.patterns if pattern.automaton]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{title}</title><style>{_asset('report.css')}</style></head><body><main>",
        f"<h1>{title}</h1>{sentence(summary)}",
        f"<figure>{curve}<figcaption>Dev accuracy against the number of transitions."
        '<span class="press"> Press a point to see its model.</span></figcaption>'
        '</figure><div id="size" aria-live="polite"></div>',
        try_section(model) if model else recorded_section(run.live.get("recorded", ())),
        *(pattern_section(pattern, run.phrases.get(pattern.name, {})) for pattern in kept),
        moved_section(run.lexicon),
        _deleted([pattern.name for pattern in run.patterns if not pattern.automaton]),
        classes_section(run.predictions, summary.get("evaluation")),
        _certificate(run.certificate),
        _plots(plots, len(run.predictions.classes)),
        f"<section><h2>Settings</h2><pre>{clean(run.settings)}</pre></section></main>",
        *([_data("model", model)] if model else []),
        _data("sizes", _sizes(run)),
        f"<script>{script}</script></body></html>",
        "",
    ]
    return "\n".join(parts)


def _asset(name: str) -> str:
    return files("viz.report").joinpath(name).read_text(encoding="utf-8")


def _data(name: str, tree: Any) -> str:
    """JSON that a page can hold: no character of it can end the script element."""
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _sizes(run: Run) -> list[dict[str, Any]]:
    """The models of the curve in the order of its rows, in words."""
    words = {size["transitions"]: size["patterns"] for size in run.live["sizes"]}
    return [
        {
            "transitions": int(row["transitions"]),
            "dev": row.get("dev_debiased", row["dev"]),
            "patterns": words.get(int(row["transitions"]), []),
        }
        for row in run.curve
    ]


_PLOTS = {
    "quality": "Test texts: which classes are taken for which, and the share of right predictions against their "
    "probability.",
    "strengths": "The norm of every group of parameters against the strength of the penalty.",
    "training": "Loss and dev accuracy by epoch, and transitions against the strength of the penalty.",
}


_MANY = 10
"""Classes from which on the confusion matrix keeps its size where the page is narrow, and scrolls."""


def _plots(plots: Mapping[str, str], classes: int) -> str:
    parts = []
    for name, text in _PLOTS.items():
        if name in plots:
            data = base64.b64encode(plots[name].encode()).decode("ascii")
            image = f'<img class="plot" src="data:image/svg+xml;base64,{data}" alt="{clean(text)}">'
            if name == "quality" and classes > _MANY:
                image = f'<div class="across" role="region" aria-label="{name}" tabindex="0">{image}</div>'
            parts.append(f"<figure>{image}<figcaption>{clean(text)}</figcaption></figure>")
    return f"<section><h2>Plots</h2>{''.join(parts)}</section>" if parts else ""


def _deleted(names: Sequence[str]) -> str:
    return f"<section><h2>Deleted patterns</h2><p>{clean(', '.join(names) or 'none')}.</p></section>"


def _certificate(certificate: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{clean(str(name))}</th><td>{clean(_value(value))}</td></tr>"
        for name, value in certificate.items()
        if isinstance(value, int | float | str)
    )
    return (
        "<section><h2>Certificate</h2><p>First-order conditions where groups were deleted: residual of the living, "
        f"margin of the dead, and how many dead groups would come back.</p><table>{rows}</table></section>"
    )


def _value(value: int | float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
