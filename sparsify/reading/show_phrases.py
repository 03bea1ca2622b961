"""Phrases on a terminal."""

from rich.console import Console
from rich.table import Table

from sparsify.reading.phrases import HEAD, Phrases, as_rows, as_text


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
