"""`python -m sparsify.trace RUN "a text"`: what a model reads in a text, and how that makes its prediction.

Tokens with their effect on the lead of the predicted class; for every pattern its best path, the score of every state
after every token (--states), and its share of every logit; the words that open and close every arc (--words).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

from neural import NeuralError
from sparsify.commands import fail
from sparsify.errors import SparsifyError
from sparsify.model import Model, load
from sparsify.reading.driving_words import driving_words
from sparsify.reading.explain import PatternTrace, Trace, explain
from wfsa import WFSA, Linear, WfsaError, linears

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


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser("python -m sparsify.trace", description=__doc__.split("\n", 1)[0])
    parser.add_argument("run", type=Path, help="a run directory")
    parser.add_argument("text", help="the text to trace")
    parser.add_argument("--states", action="store_true", help="the score of every state after every token")
    parser.add_argument("--words", action="store_true", help="the words of highest and lowest value on every arc")
    options = parser.parse_args(arguments)
    try:
        model = load(options.run)
        console = Console()
        show(explain(model, options.text), console, options.states)
        if options.words:
            console.print()
            show_words(model, console)
    except (SparsifyError, NeuralError, WfsaError) as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
