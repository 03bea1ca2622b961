"""Phrases on a terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sparsify.reading.alone import in_words
from sparsify.reading.phrase_table import LEGEND, as_text
from sparsify.reading.phrases import Phrase, Phrases

_COLUMNS = {"end": 2, "phrase": 16, "path": 6, "texts": 7, "class p": 8, "raises": 7, "lowers": 7}
"""Of the table on a terminal, with the least width of each; 80 columns hold them."""

_NUMBERS = ("path", "texts")


def show(phrases: Phrases, console: Console | None = None) -> None:
    """A table for every pattern on a terminal, under a legend; plain text elsewhere."""
    console = console or Console()
    if not console.is_terminal:
        console.file.write(as_text(phrases))
        return
    console.print(LEGEND, markup=False, highlight=False, soft_wrap=True)
    for name, ends in phrases.items():
        table = Table(title=Text(name), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for title, width in _COLUMNS.items():
            right = title in _NUMBERS
            table.add_column(
                title, min_width=width, overflow="fold", no_wrap=right, justify="right" if right else "left"
            )
        for end, rows in ends.items():
            for row in rows:
                table.add_row(*map(Text, _cells(end, row)))
            table.add_section()
        console.print(table)


def _cells(end: str, row: Phrase) -> tuple[str, ...]:
    """Under `_COLUMNS`; texts: with these main-arc words, and with the very phrase."""
    return (
        "+" if end == "highest" else "−", row["phrase"], f"{row['score']:+.3f}", f"{row['count']} / {row['shown']}",
        f"{row['label']} {row['probability']:.2f}", *in_words(row["effects"]),
    )  # fmt: skip
