"""Traces and driving words on a terminal."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.text import Text

from sparsify.model import Model
from sparsify.reading.driving_words import driving_words
from sparsify.reading.explain import PatternTrace, Trace
from wfsa import WFSA, Linear, linears

_SHADES = (("bold white on dark_green", "black on light_green"), ("bold white on dark_red", "black on light_salmon1"))
"""For tokens that speak for and against the prediction: strong, weak."""


def show(trace: Trace, console: Console, states: bool) -> None:
    """Print a trace: colours on a terminal, signed numbers elsewhere."""
    console.print(f"prediction: {trace.prediction}", highlight=False, markup=False)
    console.print(_tokens(trace, console.is_terminal), soft_wrap=True, highlight=False)
    head = "".join(f"{label[:12]:>13}" for label in trace.labels)
    console.print(f"\n{'':<12}{head}   pathsum      path  phrase", markup=False, highlight=False, soft_wrap=True)
    _row(console, "bias", trace.bias, "")
    for pattern in trace.patterns:
        _row(console, pattern.name, pattern.shares, f"{pattern.score:>+10.3f}{pattern.path:>+10.3f}  {pattern.phrase}")
        if states:
            _states(console, pattern, trace.tokens)
    _row(console, "= logit", trace.logits, "")


def _row(console: Console, name: str, values: np.ndarray, rest: str) -> None:
    numbers = "".join(f"{value:>+13.3f}" for value in values)
    console.print(f"{name:<12}{numbers}{rest}", markup=False, highlight=False, soft_wrap=True)


def _tokens(trace: Trace, colours: bool) -> Text:
    """Every token by its effect on the lead of the prediction over the next class."""
    margins = trace.margins
    largest = max(1e-9, float(np.abs(margins).max(initial=0.0)))
    line = Text()
    for token, margin in zip(trace.tokens, margins.tolist(), strict=True):
        strength = abs(margin) / largest
        if not colours:
            line.append(f"{token}({margin:+.2f}) " if strength > 0.05 else f"{token} ")
        else:
            style = "" if strength < 0.05 else _SHADES[margin < 0][strength < 0.4]
            line.append(token, style).append(" ")
    return line


def _states(console: Console, pattern: PatternTrace, tokens: Sequence[str]) -> None:
    for token, scores in zip(("(start)", *tokens), pattern.states, strict=True):
        numbers = "".join(f"{score:>+10.3f}" for score in scores)
        console.print(f"    {token[:18]:<18}{numbers}", markup=False, highlight=False, soft_wrap=True)


def show_words(model: Model, console: Console) -> None:
    """For every arc the words of the highest and the lowest value: on a self-loop, those that open and close it."""
    loops = {leaf.name for automaton in model.automata.values() for leaf in _loops(automaton)}
    for name, ends in driving_words(model.parameters, model.encoder, 6).items():
        for title, words in zip(("opens", "closes") if name in loops else ("high", "low"), ends.values(), strict=True):
            line = f"{name:<12}{title:>7}: {' '.join(words)}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _loops(automaton: WFSA) -> Iterator[Linear]:
    """The learned weights of self-loops."""
    for arc in automaton.arcs:
        if arc.source == arc.target:
            yield from linears(arc.weight)
