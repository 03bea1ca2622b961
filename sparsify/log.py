"""What a run tells while it goes: rows on stdout, and records in files."""

import csv
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sparsify.progress import Voice

LEGEND = """\
phase        full: no penalty; path: rising strength; polish: full-batch steps at one size; debias: no penalty, deleted;
             tune: the same by plain Adam, until dev stands still
epoch        within the phase; polish, debias: the size
strength     λ, the multiplier of the penalty
loss         mean cross-entropy per training text (with dropout in full and path; weighted by --class-weight)
penalty      λ Ω, what the penalty adds to the loss
dev          accuracy on the dev texts, in %
transitions  main arcs that are left; patterns: automata that are left
seconds      since the start
...          nothing was said for a while: what is being done, how far, and for how long at this pace
"""
HEADER = (
    f"{'phase':<7}{'epoch':>6}{'strength':>11}{'loss':>9}{'penalty':>9}{'dev':>7}{'transitions':>12}{'patterns':>9}"
    f"{'seconds':>9}"
)


@dataclass(frozen=True)
class Row:
    """One evaluation."""

    phase: str
    epoch: int
    strength: float
    loss: float
    penalty: float
    dev: float
    transitions: int
    patterns: int


class Log(Voice):
    """The voice of a run, and its records.

    Args:
        path: where records go, one JSON object per line; wall time is their last field, `seconds`. Beside it go the
            norms, norms.csv. None: say and record nothing: another process does.
        started: when the run began, by time.perf_counter.
    """

    def __init__(self, path: Path | None, started: float) -> None:
        super().__init__(silent=path is None)
        self._path, self._start = path, started
        if path is not None:
            path.write_text("", encoding="utf-8")

    @property
    def seconds(self) -> float:
        """Wall time since the start."""
        return time.perf_counter() - self._start

    def write(self, row: Row) -> Row:
        """Show a row and record it; returns it."""
        seconds = self.seconds
        self.say(
            f"{row.phase:<7}{row.epoch:>6}{row.strength:>11.2e}{row.loss:>9.4f}{row.penalty:>9.4f}{100 * row.dev:>7.1f}"
            f"{row.transitions:>12}{row.patterns:>9}{seconds:>9.1f}"
        )
        if self._path is None:
            return row
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**asdict(row), "seconds": round(seconds, 3)}) + "\n")
        return row

    def norms(self, strength: float, names: Sequence[str], values: Sequence[float]) -> None:
        """Record the norm of every group at this strength: a row of norms.csv."""
        if self._path is None:
            return
        place = self._path.with_name("norms.csv")
        with place.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if not file.tell():
                writer.writerow(["strength", *names])
            writer.writerow([strength, *values])
