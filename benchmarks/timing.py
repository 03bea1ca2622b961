"""Medians of jobs that take turns, as tables."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count

_LONG = 3.0
"""Seconds. A processor that is shared with others has fast and slow moments; a median over few falls among either."""

Jobs = Mapping[str, Callable[[], object]]


def medians(jobs: Jobs, rounds: int, seconds: float = 0.0) -> dict[str, float]:
    """Milliseconds per call: every job once per round, in turn, for so many rounds, and so many seconds, at least.

    The first round does not count.
    """
    times: dict[str, list[float]] = {name: [] for name in jobs}
    begun = time.perf_counter()
    for turn in count():
        if turn > rounds and time.perf_counter() - begun > seconds:
            break
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            if turn:
                times[name].append(1e3 * (time.perf_counter() - started))
    return {name: statistics.median(found) for name, found in times.items()}


def pair(ours: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of two jobs that take turns with each other only, long enough for a busy machine to slow both alike."""
    found = medians({"ours": ours, "other": other}, rounds, _LONG)
    return found["ours"], found["other"]


def row(*values: object) -> str:
    """A line of a table."""
    return f"| {' | '.join(f'{v:.2f}' if isinstance(v, float) else str(v) for v in values)} |"


def table(title: str, found: Mapping[str, float], base: str, per: str = "") -> Iterator[str]:
    """Markdown: medians and ratios to the row `base`."""
    yield from ("", f"### {title}", "", f"| | ms{per} | × {base} |", "|---|---|---|")
    yield from (row(name, value, value / found[base]) for name, value in found.items())
