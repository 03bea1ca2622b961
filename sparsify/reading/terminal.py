"""The terminal, as commands print to it."""

from rich.console import Console


class Terminal(Console):
    """A console that leaves it to the command how it ends where nobody reads any more: rich would exit by itself."""

    def on_broken_pipe(self) -> None:
        """Let the error pass."""
        raise
