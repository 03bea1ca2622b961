"""Pictures in notebooks: `import viz` gives automata an SVG and runs an HTML summary. Nothing here ever raises."""

from html import escape
from typing import Any

from viz.automata.svg import render_svg, to_svg
from viz.run_files import Run, judge
from wfsa import WFSA

_MOST = 60
"""States up to which a picture says something."""


def automaton_svg(automaton: WFSA) -> str | None:
    """`_repr_svg_` of an automaton: its picture; None, for its plain text, where it is too large or cannot be drawn."""
    try:
        return to_svg(automaton) if len(automaton.states) <= _MOST else None
    except Exception:  # a notebook shows the plain text instead
        return None


def bank_html(bank: Any) -> str | None:
    """`_repr_html_` of a `neural.PatternBank`: the pictures of its first patterns."""
    try:
        patterns = bank.layout.patterns
        shown = "".join(to_svg(pattern, f"pattern {p}") for p, pattern in enumerate(patterns[:4]))
        more = f"<p>… and {len(patterns) - 4} more</p>" if len(patterns) > 4 else ""
        return f"<p>{escape(repr(type(bank).__name__))}: {len(patterns)} patterns</p>{shown}{more}"
    except Exception:
        return None


def run_html(run: Run) -> str | None:
    """`_repr_html_` of a run: sizes, accuracies, and the pictures of what is left."""
    try:
        chosen, dense = run.summary["chosen"], run.summary["dense"]
        part = judge(run.summary)
        line = (
            f"{run.folder}: {chosen['transitions']} of {dense['transitions']} transitions, {part} "
            f"{100 * chosen[part]:.1f} % of {100 * dense[part]:.1f} %"
        )
        kept = [pattern.drawing().folded() for pattern in run.patterns if pattern.automaton is not None]
        return f"<p>{escape(line)}</p>" + "".join(map(render_svg, kept))
    except Exception:
        return None


def register() -> None:
    """Hang the pictures on the classes that notebooks ask for them; banks by name, so that torch is not loaded."""
    WFSA._repr_svg_ = automaton_svg  # type: ignore[attr-defined]  # a notebook's hook
    Run._repr_html_ = run_html  # type: ignore[attr-defined]  # a notebook's hook
    try:
        formatters = get_ipython().display_formatter.formatters  # type: ignore[name-defined]  # IPython's
        formatters["text/html"].for_type_by_name("neural.bank", "PatternBank", bank_html)
    except (NameError, AttributeError, KeyError):  # no notebook
        return
