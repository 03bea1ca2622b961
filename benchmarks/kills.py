"""SIGKILL at any moment of a run with --force over an old one: what is there then? Writes benchmarks/kills.md.

    python benchmarks/kills.py [--kills 100] [--seed 0]

A small run on generated texts is started again and again over the last one, and killed: every other time after a time
that is drawn evenly between nothing and a little more than a run takes, else within 50 ms after its report is written,
while it takes the place of the old one. After each kill the directory must load, and predict what the old run or a new
one, made alone with the same settings, predicts; nothing of a killed process may be alive three seconds later.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzz_readers import write_texts
from machine import machine
from timing import row

from sparsify import load

TABLE = Path(__file__).with_suffix(".md")

_SMALL = ["--patterns", "3", "--length", "2", "--epochs", "3", "--growth", "1.5", "--polish", "3", "--debias", "3"]
_TEXTS = ["a good film", "a bad film", "not a good film", ""]


def start(folder: Path, out: str, seed: int) -> subprocess.Popen[bytes]:
    """A run in a group of processes of its own."""
    data = ["--data", str(folder / "data"), "--embeddings", str(folder / "vectors.txt")]
    command = [sys.executable, "-m", "sparsify.train", *data, *_SMALL, "--seed", str(seed), "--out", str(folder / out)]
    return subprocess.Popen([*command, "--force"], stdout=subprocess.DEVNULL, start_new_session=True)


def wait_for(place: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the run has written a file, or ended."""
    while not place.exists() and process.poll() is None:
        time.sleep(0.001)


def said(run: Path) -> bytes:
    """What the model of a run says of some texts."""
    found: bytes = load(run).logits(_TEXTS).numpy().tobytes()
    return found


def alive(group: int) -> bool:
    """Is any process of the group at work? What has ended and waits for its parent to ask is not."""
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, own, *_ = place.read_text().rpartition(")")[2].split()
        except OSError:  # it has gone meanwhile
            continue
        if int(own) == group and state != "Z":
            return True
    return False


def outlived(group: int) -> bool:
    """Is anything of the group still at work after three seconds?"""
    end = time.monotonic() + 3.0
    while alive(group):
        if time.monotonic() > end:
            return True
        time.sleep(0.05)
    return False


def main() -> int:
    """Kill, look, count; print the table and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance, counts = random.Random(options.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as own:
        folder = Path(own)
        write_texts(folder)
        models = {}
        for seed in (0, 1):
            begun = time.perf_counter()
            assert start(folder, f"alone{seed}", seed).wait() == 0
            models[said(folder / f"alone{seed}")] = seed
        length, stands = time.perf_counter() - begun, 0
        assert len(models) == 2
        assert start(folder, "run", 0).wait() == 0
        for number in range(options.kills):
            process = start(folder, "run", 1 - stands)
            if number % 2:
                time.sleep(chance.uniform(0, 1.1 * length))
            else:
                wait_for(folder / "run.unfinished" / "report.html", process)
                time.sleep(chance.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            finished = process.wait() == 0
            try:
                found = models.get(said(folder / "run"))
            except ValueError as error:
                found = None
                print(f"kill {number}: {error}", flush=True)
            kind = "other" if found is None else "old" if found == stands else "new"
            counts[f"{kind} run, whole" if found is not None else "neither"] += 1
            counts["had finished before the kill"] += finished
            counts["processes left alive"] += outlived(process.pid)
            stands = stands if found is None else found
    lines = [
        "# Kills",
        "",
        f"`python benchmarks/kills.py --kills {options.kills}` on {machine()}; a run takes {length:.1f} s.",
        "",
    ]
    lines += [row("after the kill there was", f"of {options.kills}"), row("---", "---")]
    kinds = ("old run, whole", "new run, whole", "neither", "had finished before the kill", "processes left alive")
    lines += [row(kind, counts[kind]) for kind in kinds]
    print("\n".join(lines))
    TABLE.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return 1 if counts["neither"] or counts["processes left alive"] else 0


if __name__ == "__main__":
    sys.exit(main())
