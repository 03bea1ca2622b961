"""The automata core beside OpenFst, pyfoma and genlm, from 10² to 10⁶ arcs. Writes benchmarks/core.md.

    python benchmarks/core.py [--peers PYTHON] [--sizes 100,1000,…] [--only "trigram LM",…] [--limit 20]

Machines are those of `core_machines`, jobs those of `core_jobs`, each library in a process of its own; PYTHON is an
interpreter with pynini, pyfoma and genlm-grammar (this one, where nothing is said; what it lacks is left out). A job
that took more than `--limit` seconds is not run at the next size, and no process goes on for more than six such.
"""

import argparse
import json
import math
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from core_jobs import LIBRARIES
from core_machines import MACHINES
from machine import machine

HERE = Path(__file__).parent
TABLE = HERE / "core.md"
SIZES = "100,1000,10000,100000,1000000"
_PROCESS = 6
"""A process may take so many times the limit of a job."""

Times = dict[str, dict[int, float]]
"""Job → arcs → milliseconds."""


def run(
    library: str, name: str, size: int, skipped: set[str], given: argparse.Namespace
) -> Iterator[tuple[str, float]]:
    """(Job, milliseconds), as far as the process came; first ("arcs", their number)."""
    python = sys.executable if library == "ours" else given.peers
    words = [python, str(HERE / "core_jobs.py"), library, name, str(size), ",".join(sorted(skipped))]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_PROCESS * given.limit + 60, check=False)
        text = done.stdout
    except subprocess.TimeoutExpired as error:
        text = (error.stdout or b"").decode()
    for line in text.splitlines():
        job, milliseconds, _ = json.loads(line)
        yield job, milliseconds


def measured(name: str, given: argparse.Namespace) -> dict[str, Times]:
    """Library → its times for one machine."""
    found: dict[str, Times] = {library: defaultdict(dict) for library in LIBRARIES}
    skipped: dict[str, set[str]] = {library: set() for library in LIBRARIES}
    ended: set[str] = set()
    for size in given.sizes:
        for library in LIBRARIES:
            if library in ended:
                continue
            results = list(run(library, name, size, skipped[library], given))
            arcs = int(results[0][1]) if results else size
            for job, milliseconds in results[1:]:
                if milliseconds < math.inf:
                    found[library][job][arcs] = milliseconds
                if milliseconds > 1000 * given.limit:
                    skipped[library].add(job)
            before = {job for job, times in found[library].items() if job not in skipped[library]}
            if not before <= {job for job, _ in results}:
                ended.add(library)  # it did not come to the end
            print(name, arcs, library, len(results) - 1, "jobs", flush=True)
    return found


def exponent(times: dict[int, float]) -> float | None:
    """Of the growth over the last decade and a half that was measured: the slope of the logarithms."""
    points = [(math.log(arcs), math.log(value)) for arcs, value in sorted(times.items()) if value > 0][-2:]
    if len(points) < 2 or max(times) < 5000:
        return None
    (x0, y0), (x1, y1) = points
    return (y1 - y0) / (x1 - x0)


def table(name: str, found: dict[str, Times]) -> Iterator[str]:
    """Markdown: a row per job, a column per size."""
    sizes = sorted({arcs for times in found["ours"].values() for arcs in times})
    heads = [f"{arcs:,}" for arcs in sizes]
    yield from (f"### {name}", "", f"| ms, ours / OpenFst | {' | '.join(heads)} | exponents | pyfoma | genlm |")
    yield "|---" * (len(sizes) + 4) + "|"
    for job, times in found["ours"].items():
        other = found["OpenFst"].get(job, {})
        cells = [f"{shown(times.get(arcs))} / {shown(other.get(arcs))}" for arcs in sizes]
        slopes = " / ".join(
            "–" if (own := exponent(own_times)) is None else f"{own:.2f}" for own_times in (times, other)
        )
        peers = [last(found[library].get(job, {}), times) for library in ("pyfoma", "genlm")]
        yield f"| {job} | {' | '.join(cells)} | {slopes} | {' | '.join(peers)} |"
    yield ""


def last(times: dict[int, float], ours: dict[int, float]) -> str:
    """The largest size that a peer came to: its time, and how many times ours."""
    common = [arcs for arcs in times if arcs in ours]
    if not common:
        return "–"
    arcs = max(common)
    return f"{shown(times[arcs])} at {arcs:,}: ×{times[arcs] / max(ours[arcs], 1e-9):.1f}"


def shown(value: float | None) -> str:
    """Milliseconds, to two digits."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def main() -> None:
    """Measure all, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--sizes", type=lambda text: [int(part) for part in text.split(",")], default=SIZES)
    parser.add_argument("--only", type=lambda text: text.split(","), default=[*MACHINES])
    parser.add_argument("--limit", type=float, default=20.0, help="seconds")
    given = parser.parse_args()
    lines = [__doc__.splitlines()[0].replace(" Writes benchmarks/core.md.", ""), "", machine(), ""]
    before = sections(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
    for name in MACHINES:  # those that are not asked for stay as they were
        lines += table(name, measured(name, given)) if name in given.only else before.get(name, [])
    TABLE.write_text("# The automata core\n\n" + "\n".join(lines), encoding="utf-8")


def sections(text: str) -> dict[str, list[str]]:
    """Machine → its lines in a table that was written before."""
    parts = (part.splitlines() for part in text.split("\n### ")[1:])
    return {name: [f"### {name}", *lines] for name, *lines in parts}


if __name__ == "__main__":
    main()
