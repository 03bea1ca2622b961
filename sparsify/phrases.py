"""`python -m sparsify.phrases RUN`: the phrases that every pattern of a run weighs highest and lowest.

python -m sparsify.phrases runs/rotten_tomatoes-seed0                     read to the end of the text, as the model does
python -m sparsify.phrases runs/rotten_tomatoes-seed0 --anywhere --top 8  phrases anywhere in a text
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from neural import NeuralError
from sparsify.commands import fail
from sparsify.data import load_corpus
from sparsify.errors import RunError, SparsifyError
from sparsify.model import load
from sparsify.reading.phrases import HEAD, Phrases, as_rows, as_text, find_phrases, write
from wfsa import WfsaError


def show(phrases: Phrases) -> None:
    """A table on a terminal, plain text elsewhere."""
    console = Console()
    if not console.is_terminal:
        print(as_text(phrases), end="")
        return
    table = Table(*HEAD)
    last = None
    for row in as_rows(phrases):
        if last is not None and row[:1] != last:
            table.add_section()
        last = row[:1]
        table.add_row(*(_plain(cell) for cell in row))
    console.print(table)


def _plain(cell: str) -> str:
    """Words may hold what rich reads as markup."""
    return cell.replace("[", r"\[")


def _corpus_of(run: Path) -> str:
    """The data that the run was trained on, by its summary."""
    try:
        return str(json.loads((run / "summary.json").read_text(encoding="utf-8"))["data"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{run / 'summary.json'} must name the data of the run (got {error!r}); pass --data.") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser("python -m sparsify.phrases", description=__doc__.split("\n", 1)[0])
    parser.add_argument("run", type=Path, help="a run directory")
    parser.add_argument("--top", type=int, default=4, metavar="N", help="phrases per pattern and end")
    parser.add_argument("--anywhere", action="store_true", help="phrases anywhere in a text, not only up to its end")
    parser.add_argument("--data", default="", metavar="NAME", help="another corpus than the run's; its training texts")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, metavar="N", help="processor threads")
    options = parser.parse_args(arguments)
    try:
        if options.top < 1 or options.threads < 1:
            raise RunError(f"--top and --threads are at least 1 (got {options.top} and {options.threads}).")
        model = load(options.run)
        texts = load_corpus(options.data or _corpus_of(options.run)).train.texts
        phrases = find_phrases(model, texts, options.top, options.anywhere, options.threads)
        write(options.run, phrases)
        show(phrases)
    except (SparsifyError, NeuralError, WfsaError, OSError) as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
