"""Traces and driving words on a terminal."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from sparsify.model import Model
from sparsify.reading.driving_words import driving_words
from sparsify.reading.explain import PatternTrace, Trace
from wfsa import WFSA, Linear, linears
from wfsa.printing import escaped

_MANY, _SHOWN = 5, 3
"""Above so many classes, so many are shown."""
_NARROWEST, _WIDEST = 13, 30
"""Of a column of numbers."""
_WEAK, _STRONG = 0.1, 0.5
"""Logits from which on a token is marked, and strongly; the same for every text, and on the report's page."""
_SHADES = (("bold white on dark_green", "black on light_green"), ("bold white on dark_red", "black on light_salmon1"))
"""For tokens that speak for and against the prediction: strong, weak."""

_CONTEXT = """\
A token's effect is that of the arcs that read it. Its word is still in the context of the others: their vectors were
made with it.
"""


def show(trace: Trace, console: Console, states: bool) -> None:
    """Print a trace: the prediction, the tokens with a legend, and what every pattern adds to every logit.

    Signed numbers say all that colours say, which a terminal adds.
    """
    first, second = trace.order[:2]
    _print(
        console,
        f"prediction: {trace.prediction} at {100 * trace.chances[first]:.1f} %, "
        f"then {trace.labels[second]} at {100 * trace.chances[second]:.1f} %",
    )
    _print(console, _tokens(trace))
    unknown = "" if trace.in_context else "; (?) a word that has no vector"  # in context every token has one
    _print(
        console,
        f"(+) for and (-) against {trace.prediction}: what a token adds to its lead over {trace.labels[second]}, in "
        f"logits, from {_WEAK} on{unknown}\n",
    )
    if trace.in_context:
        _print(console, _CONTEXT)
    _sum(trace, console, states)
    _print(
        console,
        "\npathsum: the pattern's score; path: its path of largest weight, which reads the phrase; _SL: by a self-loop",
    )


def _print(console: Console, line: str | Text) -> None:
    """A line, or several, in which text of others cannot steer the terminal."""
    if isinstance(line, str):
        line = "\n".join(map(escaped, line.split("\n")))
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _sum(trace: Trace, console: Console, states: bool) -> None:
    """bias + what the patterns add = logit, for all classes or, of many, for the highest."""
    shown = trace.order[:_SHOWN] if len(trace.labels) > _MANY else [*range(len(trace.labels))]
    heads = [_cell(trace.labels[label]) for label in shown]
    rest = len(trace.labels) - len(shown)
    more = f"   ({rest} classes of lower logits are not shown)" if rest else ""
    _print(console, f"{'':<12}{''.join(heads)}   pathsum      path  phrase{more}")

    def row(name: str, values: np.ndarray, rest: str = "") -> None:
        numbers = (f"{values[label]:>+{cell_len(head)}.3f}" for label, head in zip(shown, heads, strict=True))
        _print(console, f"{name:<12}{''.join(numbers)}{rest}")

    row("bias", trace.bias)
    for pattern in trace.patterns:
        row(pattern.name, pattern.shares, f"{pattern.score:>+10.3f}{pattern.path:>+10.3f}  {pattern.phrase}")
        if states:
            _states(console, pattern, trace.tokens)
    row("= logit", trace.logits)


def _cell(label: str) -> str:
    """A class name at the right of its column, whole unless it is very long."""
    short = label if cell_len(label) <= _WIDEST else set_cell_size(label, _WIDEST - 1) + "…"
    return " " * max(1, _NARROWEST - cell_len(short)) + short


def _tokens(trace: Trace) -> Text:
    """Every token with its effect on the lead of the prediction over the next class, and whether it is known."""
    line = Text()
    for token, known, margin in zip(trace.tokens, trace.known, trace.margins.tolist(), strict=True):
        marks = ([] if known else ["?"]) + ([f"{margin:+.2f}"] if abs(margin) >= _WEAK else [])
        style = _SHADES[margin < 0][abs(margin) < _STRONG] if abs(margin) >= _WEAK else ""
        line.append(escaped(token) + (f"({', '.join(marks)})" if marks else ""), style).append(" ")
    return line


def _states(console: Console, pattern: PatternTrace, tokens: Sequence[str]) -> None:
    for token, scores in zip(("(start)", *tokens), pattern.states, strict=True):
        numbers = "".join(f"{score:>+10.3f}" for score in scores)
        _print(console, f"    {token[:18]:<18}{numbers}")


def show_words(model: Model, console: Console) -> None:
    """For every arc the words of the highest and the lowest value: on a self-loop, those that open and close it."""
    loops = {leaf.name for automaton in model.automata.values() for leaf in _loops(automaton)}
    for name, ends in driving_words(model.parameters, model.encoder, 6).items():
        for title, words in zip(("opens", "closes") if name in loops else ("high", "low"), ends.values(), strict=True):
            _print(console, f"{name:<12}{title:>7}: {' '.join(words)}")


def _loops(automaton: WFSA) -> Iterator[Linear]:
    """The learned weights of self-loops."""
    for arc in automaton.arcs:
        if arc.source == arc.target:
            yield from linears(arc.weight)
