"""Medians of jobs that take turns, as tables."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping

Jobs = Mapping[str, Callable[[], object]]


def medians(jobs: Jobs, rounds: int) -> dict[str, float]:
    """Milliseconds per call: every job once per round, in turn; the first round does not count."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            if turn:
                times[name].append(1e3 * (time.perf_counter() - started))
    return {name: statistics.median(found) for name, found in times.items()}


def pair(ours: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of two jobs that take turns with each other only, so that a busy machine slows both alike."""
    found = medians({"ours": ours, "other": other}, rounds)
    return found["ours"], found["other"]


def row(*values: object) -> str:
    """A line of a table."""
    return f"| {' | '.join(f'{v:.2f}' if isinstance(v, float) else str(v) for v in values)} |"


def table(title: str, found: Mapping[str, float], base: str, per: str = "") -> Iterator[str]:
    """Markdown: medians and ratios to the row `base`."""
    yield from ("", f"### {title}", "", f"| | ms{per} | × {base} |", "|---|---|---|")
    yield from (row(name, value, value / found[base]) for name, value in found.items())
