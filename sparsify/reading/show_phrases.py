"""Phrases on a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sparsify.reading.alone import in_words
from sparsify.reading.phrase_table import as_text, legend
from sparsify.reading.phrases import Phrase, Phrases
from sparsify.reading.terminal import Terminal
from wfsa.printing import escaped

_INDENT = 8
"""Of what is said of a phrase, below it: a table of so many columns is wider than a terminal."""


def show(phrases: Phrases, console: Console | None = None) -> None:
    """Under a legend a few lines for every phrase on a terminal, as wide as that is; elsewhere a plain table."""
    console = console or Terminal()
    if not console.is_terminal:
        console.file.write(as_text(phrases))
        return
    console.print(Text(legend(phrases)))
    for name, ends in phrases.items():
        for end, rows in ends.items():
            console.print(Text(escaped(f"{name}, {end}"), "bold"))
            for row in rows:
                first, *others = map(escaped, _lines(row))
                console.print(Text(first))
                console.print(Padding(Text("\n".join(others)), (0, 0, 0, _INDENT)))
            console.print()


def _lines(row: Phrase) -> Iterator[str]:
    """The phrase with the weight of its path, and what is to be said of it."""
    raises, lowers = in_words(row["effects"])
    yield f"{row['score']:+.3f}  {row['phrase']}"
    yield f"pathsum {row['pathsum']:+.3f}; texts {row['count']}, shown {row['shown']}"
    if row["sentence"]:
        yield f"in: {row['sentence']}"
    yield f"class {row['label']}, p {row['probability']:.2f}; raises {raises}; lowers {lowers}"
