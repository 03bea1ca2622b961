"""`python -m sparsify.trace RUN "a text"`: what a model reads in a text, and how that makes its prediction.

Tokens with their effect on the lead of the predicted class; for every pattern its best path, the score of every state
after every token (--states), and its share of every logit; the words that open and close every arc (--words).
"""

import argparse
import sys
from collections.abc import Sequence

from sparsify.commands import add_run_flags
from wfsa.console import Answer


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser(
        "python -m sparsify.trace", description="What a model reads in a text, and how that makes its prediction."
    )
    add_run_flags(parser)
    parser.add_argument("text", help="the text to trace")
    parser.add_argument("--states", action="store_true", help="the score of every state after every token")
    parser.add_argument("--words", action="store_true", help="the words of highest and lowest value on every arc")
    options = parser.parse_args(arguments)
    with Answer() as answer:
        _trace(options)
    return answer.status


def _trace(options: argparse.Namespace) -> None:
    # torch takes seconds: imported when there is something to do.
    from sparsify.reading.explain import explain
    from sparsify.reading.show_trace import show, show_words
    from sparsify.reading.terminal import Terminal
    from sparsify.runs.model_files import load

    model, console = load(options.run, code=options.code, embeddings=options.embeddings), Terminal()
    show(explain(model, options.text), console, options.states)
    if options.words:
        console.print()
        show_words(model, console)


if __name__ == "__main__":
    sys.exit(main())
