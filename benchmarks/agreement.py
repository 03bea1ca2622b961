"""Random automata against OpenFst and numpy: the worst error per quantity; writes benchmarks/agreement.md.

    python benchmarks/agreement.py [--automata 10000] [--jobs 2]

Every automaton has up to six states, cycles, epsilon cycles, parallel arcs, several initial and final states. Against
pynini (OpenFst in a process of its own, whose weights have nine digits and whose sums stop at a delta): positive
weights. Against numpy: weights of both signs. Against rational arithmetic, which rounds nothing: positive weights.
Also checks that `to_att` survives fstcompile and fstprint where they are installed (Debian: libfst-tools).
"""

import argparse
import math
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests import openfst  # noqa: E402  # the tests' oracles are no part of the installed packages
from tests.oracles import exact_counts, linear_counts, linear_total, matrix_pathsum  # noqa: E402  # as above
from wfsa import (  # noqa: E402  # as above
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    WFSA,
    determinize,
    equivalent,
    expected_counts,
    from_att,
    k_best_paths,
    minimize,
    pathsum,
    push,
    to_att,
    total_weight,
)
from wfsa.testing.strategies import random_machine  # noqa: E402  # as above

TABLE = Path(__file__).with_suffix(".md")
WORDS = ("", "a", "bc", "cab", "abcab")
CHUNK = 250
TINY = 1e-3
"""Numbers below this share of the largest of their automaton are compared by their distance, as a share of that."""

Found = list[tuple[str, float]]
"""Quantity and relative error, for every number compared."""


def errors(name: str, ours: Iterable[float], theirs: Iterable[float], size: float = TINY) -> Found:
    """Relative errors; a disagreement in number is an infinite one.

    `size`: that of the numbers behind, where signs cancel: numpy's solve is no better than 1e-16 of its largest entry.
    """
    mine, other = np.array(list(ours)), np.array(list(theirs))
    if len(mine) != len(other):
        return [(name, math.inf)]
    scale = np.maximum(np.abs(other), TINY * max(size, float(np.abs(other).max(initial=0.0)), 1e-9))
    return [(name, float(error)) for error in np.abs(mine - other) / scale]


def against_pynini(seeds: range) -> Found:
    """Total, strings, expected counts, the five best paths; results of operations, found equal by OpenFst."""
    machines = [random_machine(np.random.default_rng(seed)) for seed in seeds]
    found: Found = []
    for machine, answer in zip(machines, openfst.ask([openfst.request(m, WORDS, k=5) for m in machines]), strict=True):
        found += errors("pynini: total weight", [total_weight(machine, REAL)], [answer["total"]])
        found += errors("pynini: string weight", [pathsum(machine, w, REAL) for w in WORDS], answer["strings"])
        best = [path.weight for path in k_best_paths(machine, None, 5, MAX_TIMES)]
        found += errors("pynini: five best paths", best, [math.exp(-cost) for cost in answer["best"]])
        if answer["total"] > 0:
            found += errors("pynini: expected count", expected_counts(machine, REAL), answer["counts"])
    return found + equal_by_pynini(seeds)


def equal_by_pynini(seeds: range) -> Found:
    """Where no cycle keeps OpenFst from determinising: are our determinised and pushed automata equal by its word?"""
    machines = [random_machine(np.random.default_rng(seed), acyclic=True) for seed in seeds]
    machines = [machine for machine in machines if total_weight(machine, REAL) > 0]
    asked = [openfst.request(m, same=[determinize(m, REAL), push(m, REAL)]) for m in machines]
    names = ("pynini: determinised is equal", "pynini: pushed is equal")
    return [
        (name, 0.0 if same else math.inf)
        for answer in openfst.ask(asked)
        for name, same in zip(names, answer["same"], strict=True)
    ]


def against_numpy(seeds: range) -> Found:
    """Total, strings, expected counts; minimised automata by their strings and by `equivalent`."""
    found: Found = []
    for seed in seeds:
        machine = random_machine(np.random.default_rng(seed), signed=True)
        size = max(machine.states) + 1
        theirs = [matrix_pathsum(machine, word, size) for word in WORDS]
        found += errors("numpy: total weight", [total_weight(machine, REAL)], [linear_total(machine)], 1.0)
        found += errors("numpy: string weight", [pathsum(machine, word, REAL) for word in WORDS], theirs)
        smallest = minimize(machine, REAL)
        found += errors("numpy: minimised, string weight", [pathsum(smallest, word, REAL) for word in WORDS], theirs)
        found.append(("minimised is equivalent", 0.0 if equivalent(machine, smallest, REAL) else math.inf))
    return found


def against_rationals(seeds: range) -> Found:
    """Total and expected counts against arithmetic without rounding, and so numpy's inverse, for comparison."""
    found: Found = []
    for seed in seeds:
        signed = random_machine(np.random.default_rng(seed), signed=True)
        name = "rational arithmetic: total weight, both signs"
        found += errors(name, [total_weight(signed, REAL)], [exact_counts(signed)[0]])
        machine = random_machine(np.random.default_rng(seed))
        total, counts = exact_counts(machine)
        found += errors("rational arithmetic: total weight", [total_weight(machine, REAL)], [total])
        if total > 0:
            found += errors("rational arithmetic: expected count", expected_counts(machine, REAL), counts)
            found += errors(
                "(numpy itself against rational arithmetic: expected count)", linear_counts(machine), counts
            )
    return found


def through_openfst(seeds: range) -> Found:
    """to_att → fstcompile → fstprint → from_att: the same automaton, for costs that single precision holds."""
    found: Found = []
    with tempfile.TemporaryDirectory() as folder:
        symbols = Path(folder) / "symbols"
        for seed in seeds:
            drawn = random_machine(np.random.default_rng(seed))
            arcs = tuple(arc._replace(weight=round(arc.weight * 64) / 64) for arc in drawn.arcs)
            machine = WFSA({0: 0.0}, arcs, dict.fromkeys(drawn.final, 0.5) | {0: 0.25})
            text, table = to_att(machine, MIN_PLUS)
            symbols.write_text(table or "")
            options = ["--acceptor", f"--isymbols={symbols}"]
            built = subprocess.run(
                ["fstcompile", *options, "--keep_state_numbering"], input=text.encode(), capture_output=True, check=True
            ).stdout
            printed = subprocess.run(
                ["fstprint", *options], input=built, capture_output=True, check=True
            ).stdout.decode()
            back = from_att(printed, MIN_PLUS, acceptor=True)
            same = (back.initial, sorted(map(repr, back.arcs)), back.final) == (
                machine.initial,
                sorted(map(repr, machine.arcs)),
                machine.final,
            )
            found.append(("fstcompile and fstprint give the same back", 0.0 if same else math.inf))
    return found


def chunks(count: int) -> Iterator[range]:
    """Seeds, a few at a time."""
    for first in range(0, count, CHUNK):
        yield range(first, min(first + CHUNK, count))


def table(found: Found, count: int) -> str:
    """The worst and the median error per quantity."""
    lines = ["| quantity | numbers | median relative error | worst | disagreements |", "|---|---|---|---|---|"]
    for name in dict.fromkeys(name for name, _ in found):
        values = np.array([error for other, error in found if other == name])
        wrong = int(np.isinf(values).sum())
        worst = "" if "equal" in name or "equivalent" in name or "same" in name else f"{values.max():.1e}"
        middle = f"{np.median(values):.1e}" if worst else ""
        lines.append(f"| {name} | {len(values)} | {middle} | {worst} | {wrong} |")
    about = (
        f"\n{count} random automata, seeds 0–{count - 1}, Python {platform.python_version()}, numpy {np.__version__}.\n"
    )
    return "# Agreement with OpenFst and numpy\n\n" + "\n".join(lines) + "\n" + about


def main() -> None:
    """Ask, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--automata", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    found: Found = []
    tasks: list[tuple[Callable[[range], Found], range]] = [
        (task, seeds)
        for task in (against_pynini, against_numpy, against_rationals)
        for seeds in chunks(options.automata)
    ]
    if shutil.which("fstcompile") and shutil.which("fstprint"):
        tasks += [(through_openfst, seeds) for seeds in chunks(min(options.automata, 1000))]
    else:
        print("note: no fstcompile and fstprint here (Debian: libfst-tools); their round trip is not checked.")
    with ProcessPoolExecutor(options.jobs) as pool:
        for result in [pool.submit(task, seeds) for task, seeds in tasks]:
            found += result.result()
    text = table(found, options.automata)
    print(text)
    TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
