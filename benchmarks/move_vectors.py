"""What is moving word vectors worth, and how few numbers are enough? Writes benchmarks/move_vectors.md.

    python benchmarks/move_vectors.py FOLDER [--out RESULTS] [--seeds 0,1,2] [--kinds none,sparse,low-rank,all]

FOLDER holds `amazon/dvd`, `amazon/electronics` and `sst2`, each with its parts; Rotten Tomatoes comes with the extra
`demo`. Runs of `python -m sparsify.train --at-most 20 --choose best` with every `--move-vectors`, one at a time, one
thread each; what is in RESULTS is not made again. The chosen model is scored on the test texts. About a minute a run.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from accuracy import machine

TABLE = Path(__file__).with_suffix(".md")
MOST = 20


class Found(NamedTuple):
    """What one run gives."""

    full: float
    """The full model's test accuracy, in per cent."""
    right: list[bool]
    """[test text]: of the chosen model."""
    transitions: int
    numbers: dict[str, int]
    """That of summary.json."""

    @property
    def accuracy(self) -> float:
        """Of the chosen model, in per cent."""
        return 100 * statistics.mean(self.right)


def trained(data: str, kind: str, seed: int, place: Path) -> Found:
    """A run, or what one gave before."""
    if not place.exists():
        with tempfile.TemporaryDirectory() as temporary:
            run = Path(temporary) / "run"
            flags = ["--data", data, "--seed", str(seed), "--move-vectors", kind, "--threads", "1"]
            flags += ["--at-most", str(MOST), "--choose", "best", "--out", str(run)]
            subprocess.run([sys.executable, "-m", "sparsify.train", *flags], check=True, stdout=subprocess.DEVNULL)
            place.write_text(json.dumps(read(run)), encoding="utf-8")
    return Found(*json.loads(place.read_text(encoding="utf-8")))


def read(run: Path) -> Found:
    """What is compared of a run directory."""
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    with (run / "predictions.csv").open(encoding="utf-8", newline="") as file:
        right = [row["label"] == row["predicted"] for row in csv.DictReader(file)]
    return Found(100 * summary["dense"]["test"], right, summary["chosen"]["transitions"], summary["numbers"])


def difference(own: list[Found], other: list[Found]) -> str:
    """Mean over seeds of the accuracy less the other's, with the paired 95 % interval over the test texts."""
    each = 100 * (np.mean([one.right for one in own], 0) - np.mean([one.right for one in other], 0))
    half = 1.96 * each.std(ddof=1) / len(each) ** 0.5
    return f"{each.mean():+.1f} [{each.mean() - half:+.1f}, {each.mean() + half:+.1f}]"


def spread(values: list[float]) -> str:
    """Mean ± standard deviation."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.1f} ± {deviation:.1f}"


def section(title: str, runs: dict[str, list[Found]]) -> list[str]:
    """The rows of one corpus; differences are from `all`, where it was run."""
    lines = []
    for kind, own in runs.items():
        counts = {name: round(statistics.mean(one.numbers[name] for one in own)) for name in own[0].numbers}
        against = difference(own, runs["all"]) if kind != "all" and "all" in runs else ""
        lines.append(
            f"| {title} | {kind} | {spread([one.full for one in own])} | {spread([one.accuracy for one in own])} | "
            f"{against} | {statistics.mean(one.transitions for one in own):.0f} | {counts['moved_words']:,} | "
            f"{counts['vectors']:,} | {counts['learned']:,} |"
        )
    return lines


def report(rows: list[str], options: argparse.Namespace) -> str:
    """The file."""
    return "\n".join(
        [
            "# Word vectors that move: none, few, in few directions, all",
            "",
            f"Test accuracy in per cent, mean ± standard deviation over the seeds {options.seeds}, GloVe 50d: the full",
            f"model, and the best by dev of at most {MOST} transitions (`--at-most {MOST} --choose best`, else",
            "defaults). Less all: paired over the test texts, with the 95 % interval. Words: those whose vector is not",
            "GloVe's; of vectors: numbers that were learned of these; learned: with patterns and classes. dvd and",
            "electronics are samples of their corpora.",
            "",
            f"| data | `--move-vectors` | full | ≤ {MOST} | less all | transitions | words | of vectors | learned |",
            "|---" * 9 + "|",
            *rows,
            "",
            f"Made by `python benchmarks/move_vectors.py FOLDER --seeds {options.seeds}` on {machine()}, one thread.",
            "",
        ]
    )


def main() -> None:
    """Run what is missing, print the table and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds amazon/dvd, amazon/electronics, sst2")
    parser.add_argument("--out", type=Path, help="where results are kept; default: nowhere")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--kinds", default="none,sparse,low-rank,all")
    parser.add_argument("--data", default="Rotten Tomatoes,dvd,electronics,sst2", help="which of them")
    options = parser.parse_args()
    corpora = {"Rotten Tomatoes": "rotten_tomatoes"}
    corpora |= {
        name.split("/")[-1]: str(options.folder / name) for name in ("amazon/dvd", "amazon/electronics", "sst2")
    }
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        for title in options.data.split(","):
            runs: dict[str, list[Found]] = {kind: [] for kind in options.kinds.split(",")}
            for seed in map(int, options.seeds.split(",")):
                for kind, own in runs.items():
                    place = out / f"{title.replace(' ', '-')}-{kind}-{seed}.json"
                    own.append(trained(corpora[title], kind, seed, place))
            rows += section(title, runs)
            print(*rows, sep="\n", flush=True)
    found = report(rows, options)
    print(found)
    TABLE.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
