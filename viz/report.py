"""One self-contained HTML page for a run: no network, no script; all text is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from viz.run import Pattern, Run
from viz.svg import render_svg

_STYLE = """
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  figure { margin: 1rem 0; overflow-x: auto; }
  table { border-collapse: collapse; } td, th { padding: .2rem .7rem; text-align: left; vertical-align: top; }
  section { border-top: 1px solid #8888; margin-top: 1.5rem; }
"""


def report(run: Run, curve: str) -> str:
    """The page.

    Args:
        curve: the accuracy-against-transitions plot as an SVG element.
    """
    summary = run.summary
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Automata learned from {escape(str(summary['data']))}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Automata learned from {escape(str(summary['data']))}</h1>",
        f"<p>{escape(_sentence(summary))}</p>",
        f"<figure>{curve}<figcaption>Dev accuracy against the number of transitions.</figcaption></figure>",
        *(_section(pattern, run.phrases.get(pattern.name, {})) for pattern in run.patterns if pattern.automaton),
        _deleted([pattern.name for pattern in run.patterns if not pattern.automaton]),
        "</body></html>",
        "",
    ]
    return "\n".join(parts)


def _sentence(summary: Mapping[str, Any]) -> str:
    dense, chosen = summary["dense"], summary["chosen"]
    return (
        f"Of {dense['transitions']} transitions {chosen['transitions']} are left, in {chosen['patterns']} patterns; "
        f"test accuracy is {100 * chosen['test']:.1f} % against {100 * dense['test']:.1f} % of the full model."
    )


def _section(pattern: Pattern, phrases: Mapping[str, Any]) -> str:
    weights = ", ".join(f"{label} {weight:+.2f}" for label, weight in pattern.notes["class_weights"].items())
    rows = "".join(
        f"<tr><th scope='row'>{escape(end)}</th><td>{_phrases(phrases.get(end, []))}</td></tr>"
        for end in ("highest", "lowest")
    )
    return (
        f"<section><h2>{escape(pattern.name)}</h2><p>Class weights: {escape(weights)}.</p>"
        f"<figure>{render_svg(pattern.drawing())}</figure><table>{rows}</table></section>"
    )


def _phrases(rows: Sequence[Mapping[str, Any]]) -> str:
    return "<br>".join(f"{escape(row['phrase'])} ({row['score']:+.2f})" for row in rows) or "none"


def _deleted(names: Sequence[str]) -> str:
    return f"<section><h2>Deleted patterns</h2><p>{escape(', '.join(names) or 'none')}.</p></section>"
