"""One self-contained HTML page for a run: no network; the page runs the automata itself. All text is escaped."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from viz.automata.svg import render_svg
from viz.plots.curve_plot import curve_svg
from viz.run_files import Run
from viz.run_patterns import Pattern


def report(run: Run) -> str:
    """The page: what the model is, the curve, a box to try it on, every pattern, the certificate, plots, the settings.

    The plots are those in the run directory; one that is not there is left out.
    """
    summary, model = run.summary, run.live["model"]
    script = _asset("sizes.js") + (_asset("live.js") if model else "")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    title = escape(f"Automata learned from {summary['data']}")
    curve = curve_svg(run.curve, summary["chosen"]["transitions"], summary["dense"])
    kept = [pattern for pattern in run.patterns if pattern.automaton]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{title}</title><style>{_asset('report.css')}</style></head><body><main>",
        f"<h1>{title}</h1><p>{escape(_sentence(summary))}</p>",
        f"<figure>{curve}<figcaption>Dev accuracy against the number of transitions."
        '<span class="press"> Press a point to see its model.</span></figcaption>'
        '</figure><div id="size" aria-live="polite"></div>',
        _try(model["labels"]) if model else "<p>A page cannot run this model, so there is no box to try it in.</p>",
        *(_section(pattern, run.phrases.get(pattern.name, {})) for pattern in kept),
        _deleted([pattern.name for pattern in run.patterns if not pattern.automaton]),
        _certificate(run.certificate),
        _plots(run),
        f"<section><h2>Settings</h2><pre>{escape(run.settings)}</pre></section></main>",
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


def _sentence(summary: Mapping[str, Any]) -> str:
    dense, chosen = summary["dense"], summary["chosen"]
    cost = 100 * (dense["test"] - chosen["test"])
    return (
        f"Of {dense['transitions']} transitions {chosen['transitions']} are left, in {chosen['patterns']} patterns; "
        f"test accuracy is {100 * chosen['test']:.1f} % against {100 * dense['test']:.1f} % of the full model, "
        + (f"which costs {cost:.1f} points." if cost > 0 else "which costs nothing.")
    )


def _try(labels: Sequence[Any]) -> str:
    heads = "".join(f"<th scope='col'>{escape(str(label))}</th>" for label in labels)
    return (
        '<section id="try" hidden><h2>Try it</h2><p><label for="text">A text; the page runs the automata on it as you '
        'type:</label></p><textarea id="text" spellcheck="false">a warm , funny and moving film , never dull</textarea>'
        '<p id="decision" aria-live="polite"></p><p id="tokens"></p><div class="scroll"><table><thead><tr>'
        "<th scope='col'>pattern</th><th scope='col'>best path</th><th scope='col'>its weight</th>"
        f"<th scope='col'>score</th>{heads}</tr></thead><tbody id=\"paths\"></tbody></table></div>"
        "<p>Colours: what a word does for the decision against the next class. ₛₗ marks words that self-loops read.</p>"
        "</section><noscript><p>Scripts are off: the box to try a text is not shown.</p></noscript>"
    )


def _section(pattern: Pattern, phrases: Mapping[str, Any]) -> str:
    weights = ", ".join(f"{label} {weight:+.2f}" for label, weight in pattern.notes["class_weights"].items())
    rows = "".join(
        f"<tr><th scope='row'>{escape(end)}</th><td>{_phrases(phrases.get(end, []))}</td></tr>"
        for end in ("highest", "lowest")
    )
    return (
        f"<section><h2>{escape(pattern.name)}</h2><p>Class weights: {escape(weights)}.</p>"
        f"<figure>{render_svg(pattern.drawing())}</figure><div class='scroll'><table>{rows}</table></div></section>"
    )


def _phrases(rows: Sequence[Mapping[str, Any]]) -> str:
    return "<br>".join(f"{_phrase(row)} ({row['score']:+.2f})" for row in rows) or "none"


def _phrase(row: Mapping[str, Any]) -> str:
    """The words, with SL below those that self-loops read."""
    if "columns" not in row:
        return escape(row["phrase"])
    parts = [part for column in row["columns"] for part in (*map(_loop, column["loops"]), escape(column["word"]))]
    text = " ".join([*parts, *map(_loop, row.get("after", []))])
    times = f", {row['count']} texts" if row.get("count", 1) > 1 else ""
    return f"{text} → {escape(str(row['label']))}{times}" if "label" in row else text


def _loop(word: str) -> str:
    return "…" if word == "…" else f"{escape(word)}<sub>SL</sub>"


_PLOTS = {
    "quality": "Test texts: which classes are taken for which, and the share of right predictions against their "
    "probability.",
    "strengths": "The norm of every group of parameters against the strength of the penalty.",
    "training": "Loss and dev accuracy by epoch, and transitions against the strength of the penalty.",
}


def _plots(run: Run) -> str:
    parts = []
    for name, text in _PLOTS.items():
        place = run.folder / f"{name}.svg"
        if place.is_file():
            data = base64.b64encode(place.read_bytes()).decode("ascii")
            image = f'<img class="plot" src="data:image/svg+xml;base64,{data}" alt="{escape(text)}">'
            parts.append(f"<figure>{image}<figcaption>{escape(text)}</figcaption></figure>")
    return f"<section><h2>Plots</h2>{''.join(parts)}</section>" if parts else ""


def _deleted(names: Sequence[str]) -> str:
    return f"<section><h2>Deleted patterns</h2><p>{escape(', '.join(names) or 'none')}.</p></section>"


def _certificate(certificate: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(str(name))}</th><td>{escape(str(value))}</td></tr>"
        for name, value in certificate.items()
        if isinstance(value, int | float | str)
    )
    return (
        "<section><h2>Certificate</h2><p>First-order conditions where groups were deleted: residual of the living, "
        f"margin of the dead, and how many dead groups would come back.</p><table>{rows}</table></section>"
    )
