"""What is being done and how long it may take: a bar on a terminal, a line now and then where output is a file."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TextIO, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

T = TypeVar("T")

_PATIENCE, _LONGEST = 5.0, 60.0
"""Seconds of silence after which a line is due, doubled with every such line, and the most between two of them: rows
between them do not say what is left."""

_PACE = 3600.0
"""Seconds whose steps tell how many are left: an epoch may take a minute."""


@dataclass
class _Activity:
    """Something that takes time: `done` of `total` steps; of no known number where that is None."""

    name: str
    total: int | None
    started: float
    done: int = 0

    def told(self, now: float) -> str:
        """path: 3 of 80, 12 s so far, about 308 s left."""
        spent = now - self.started
        if self.total is None:
            count = f"{self.done}, " if self.done else ""
            return f"{self.name}: {count}{spent:.0f} s so far"
        left = ""
        if self.done:
            left = f", {_rate(self.done / spent)}, about {spent / self.done * (self.total - self.done):.0f} s left"
        return f"{self.name}: {self.done} of {self.total}, {spent:.0f} s so far{left}"


def _rate(speed: float) -> str:
    """Steps per second, or seconds per step."""
    return f"{speed:.3g}/s" if speed >= 1 else f"{1 / speed:.3g} s each"


class _Rate(ProgressColumn):
    """How fast it goes."""

    def render(self, task: Task) -> Text:
        """The mean of the last while, as time left is by."""
        return Text(_rate(task.speed) if task.speed else "")


class Voice:
    """Says lines, and what takes long: as a bar on stderr where that is a terminal; where lines go to a file, or there
    is no bar, as a line whenever nothing has been said for a while.

    Args:
        silent: say nothing: another process does.
        out: where lines go; None: stdout.
        patience: seconds of silence before the first such line.
    """

    def __init__(self, silent: bool = False, out: TextIO | None = None, patience: float = _PATIENCE) -> None:
        self._silent, self._out, self._patience = silent, out, patience
        bar, table = _is_terminal(sys.stderr) and not silent, _is_terminal(sys.stdout if out is None else out)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not bar,
            redirect_stdout=table,
            redirect_stderr=False,
            speed_estimate_period=_PACE,
        )
        self._lines = not silent and not (bar and table)
        self._activities: list[_Activity] = []
        self._last = time.monotonic()

    def say(self, text: str = "") -> None:
        """A line."""
        self._last = time.monotonic()
        if not self._silent:
            print(text, file=self._out, flush=True)

    @contextmanager
    def doing(self, name: str) -> Iterator[None]:
        """While something is done of which it is not known how far it has come."""
        with self._shown(name, None):
            yield

    def progress(self, name: str, items: Sequence[T]) -> Iterator[T]:
        """The items, one after the other, and how many of them are done."""
        with self._shown(name, len(items)) as advance:
            for item in items:
                yield item
                advance(1)

    def counted(self, name: str, blocks: Iterable[T], size: Callable[[T], int]) -> Iterator[T]:
        """The blocks, one after the other, of which nobody knows how many come, and how much they held so far."""
        with self._shown(name, None) as advance:
            for block in blocks:
                yield block
                advance(size(block))

    def counting(self, name: str, total: int, steps: Iterable[int]) -> None:
        """Take the steps, each of which is as many things as it says, and show how many of `total` are done."""
        with self._shown(name, total) as advance:
            for count in steps:
                advance(count)

    @contextmanager
    def _shown(self, name: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Show an activity, and those inside it, until it ends; yields what counts its steps."""
        own = _Activity(name, total, time.monotonic())
        outermost, over = not self._activities, Event()
        self._activities.append(own)
        self._bar.start()  # again, inside another bar: nothing happens
        task = self._bar.add_task(name, total=total)
        if outermost and self._lines:
            self._last = own.started
            Thread(target=self._tell, args=(over,), daemon=True).start()

        def advance(steps: int) -> None:
            own.done += steps
            self._bar.advance(task, steps)

        try:
            yield advance
        finally:
            over.set()
            self._activities.remove(own)
            self._bar.remove_task(task)
            if outermost:
                self._bar.stop()

    def _tell(self, over: Event) -> None:
        """Until the event is set: a line whenever nothing has been said for a while, and one a minute in any case."""
        patience, told = self._patience, time.monotonic()
        while not over.wait(max(0.0, self._due(patience, told) - time.monotonic())):
            now = time.monotonic()
            if now < self._due(patience, told):  # something was said meanwhile
                continue
            patience, told = min(_LONGEST, 2 * patience), now
            try:
                self.say(f"... {'; '.join(activity.told(now) for activity in list(self._activities))}")
            except (OSError, ValueError):  # stdout is gone: the next line of the run itself fails there, and is told
                return

    def _due(self, patience: float, told: float) -> float:
        """When the next line is due, after one at `told`."""
        return min(self._last + patience, told + _LONGEST)


def _is_terminal(stream: TextIO | None) -> bool:
    """Is it a terminal? A stream that was closed before the start is None."""
    return stream is not None and stream.isatty()
