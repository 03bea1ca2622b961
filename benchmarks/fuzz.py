"""Broken files for every reader: each is refused in a sentence, or read. Writes benchmarks/fuzz.md.

    python benchmarks/fuzz.py [--inputs 100000] [--seed 0] [--reader NAME …]

The files are those of a small run that this command makes, and of its data; each input has one to three changes of
bytes, lines, fields or nodes (benchmarks/mutations.py). Counted are inputs that were refused by an error of the four
packages, accepted, refused by any other exception (untyped), read for more than two seconds of processor time (slow),
and accepted with other predictions, for run directories whose digests nobody has renewed. The exit status is 1 where
one of the last three is not 0.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from fuzz_readers import KINDS, OTHER, NotOursError, Reader, prepare
from machine import machine
from timing import row

from wfsa.errors import UserError

TABLE = Path(__file__).with_suffix(".md")

_SLOW, _HUNG = 2.0, 20
"""Seconds."""

_CHUNK = 500

TYPED, ACCEPTED, UNTYPED, SLOW, NOT_OURS = "typed error", "accepted", "untyped", "slow", "not ours"
_COUNTS = (TYPED, ACCEPTED, UNTYPED, SLOW, OTHER)


def _hang(*_: object) -> None:
    raise TimeoutError


def chunk(name: str, good: Path, seed: int, count: int) -> tuple[str, Counter[str], list[str]]:
    """So many inputs of one kind: counts, and what was wrong."""
    signal.signal(signal.SIGALRM, _hang)
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as own:
        folder = Path(own) / "files"
        shutil.copytree(good, folder)
        for number in range(seed, seed + count):
            found, said = _tried(KINDS[name].read, folder, random.Random(f"{name} {number}"))
            counts[found] += 1
            if found in (UNTYPED, SLOW, OTHER):
                wrong.append(f"{name}, input {number}: {found} {said}")
    return name, counts, wrong


def _tried(read: Reader, folder: Path, chance: random.Random) -> tuple[str, str]:
    """What became of one input, and how."""
    started = time.process_time()  # the machine may be shared
    signal.alarm(_HUNG)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found, said = (OTHER if read(folder, chance) == OTHER else ACCEPTED), ""
    except UserError:
        found, said = TYPED, ""
    except NotOursError:
        found, said = NOT_OURS, ""
    except TimeoutError:
        return SLOW, f"more than {_HUNG} s"
    except Exception:
        return UNTYPED, " | ".join(traceback.format_exc().strip().splitlines()[-3:])
    finally:
        signal.alarm(0)
    seconds = time.process_time() - started
    return (SLOW, f"{seconds:.1f} s") if seconds > _SLOW else (found, said)


def main() -> int:
    """Break, read, count; print the table and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--reader", nargs="*", default=[], help="only readers whose name holds this; writes no table")
    options = parser.parse_args()
    names = [name for name in KINDS if not options.reader or any(part in name for part in options.reader)]
    totals: dict[str, Counter[str]] = {name: Counter() for name in names}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        jobs = [
            (name, Path(folder), options.seed + start, min(_CHUNK, count - start))
            for name in names
            for count in [round(KINDS[name].share * options.inputs)]
            for start in range(0, count, _CHUNK)
        ]
        with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
            for name, counts, found in pool.map(chunk, *zip(*jobs, strict=True)):
                totals[name] += counts
                wrong += found
    lines = ["# Broken files", "", f"`python benchmarks/fuzz.py --inputs {options.inputs}` on {machine()}.", ""]
    lines += [row("reader", "inputs", *_COUNTS), row("---", *["---"] * (1 + len(_COUNTS)))]
    for name, counts in totals.items():
        lines.append(row(name, sum(counts[kind] for kind in _COUNTS), *(counts[kind] for kind in _COUNTS)))
    print("\n".join([*lines, "", *wrong[:60]]))
    if not options.reader:
        TABLE.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
