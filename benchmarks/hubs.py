"""Hubs: a state that many arcs enter, compiled and read in a process of its own. Writes benchmarks/hubs.md (Linux).

python benchmarks/hubs.py
"""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from machine import machine
from timing import row

ONE = """
import sys, time
import torch
from neural import compile_patterns
from wfsa import REAL, WFSA, Arc

def hub(ways):
    into = [Arc(1 + i, "b", ways + 1, 0.25) for i in range(ways)]
    return WFSA({0: 1.0}, (*(Arc(0, "a", 1 + i, 0.5) for i in range(ways)), *into), {ways + 1: 1.0})

def used():  # the peak of this program alone: that of getrusage is its parent's, too
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024

text, length = torch.tensor([[0, 1]]), torch.tensor([2])
with torch.no_grad():
    compile_patterns([hub(10)], alphabet="ab", semiring=REAL)(text, length)  # loads what is compiled
    machine, before = hub(int(sys.argv[1])), used()
    started = time.process_time()
    bank = compile_patterns([machine], alphabet="ab", semiring=REAL)
    made = time.process_time()
    score = float(bank(text, length))
    print(1e3 * (made - started), 1e3 * (time.process_time() - made), used() - before, score / int(sys.argv[1]))
"""


def hubs() -> Iterator[str]:
    """Milliseconds of processor time and megabytes, medians of five runs."""
    yield from (row("ways", "compile, ms", "first score, ms", "MB more at the peak"), "|---|---|---|---|")
    for ways in (100, 1_000, 10_000, 100_000):
        found = []
        for _ in range(5):
            done = subprocess.run([sys.executable, "-c", ONE, str(ways)], capture_output=True, text=True, check=True)
            found.append([float(part) for part in done.stdout.split()])
        middle = [statistics.median(column) for column in zip(*found, strict=True)]
        if abs(middle[3] - 0.125) > 1e-6:
            raise AssertionError(f"a hub of {ways} ways scores {middle[3]} of its number, not 1/8")
        yield row(f"{ways:,}", *middle[:3])


if __name__ == "__main__":
    head = [
        "# Hubs",
        "",
        "Ways through as many states into one, over an alphabet, in REAL; a new process each.",
        "",
        machine(),
        "",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join([*head, *hubs(), ""]), encoding="utf-8")
