"""What is moving word vectors worth, and how few numbers are enough? Writes benchmarks/move_vectors.md.

    python benchmarks/move_vectors.py FOLDER [--out RESULTS] [--seeds 0,1,2] [--kinds none,sparse,low-rank,all]

FOLDER holds `amazon/dvd`, `amazon/electronics` and `sst2`, each with its parts; Rotten Tomatoes comes with the extra
`demo`. Models are those of `python -m sparsify.train --at-most 20 --choose best --choose-by accuracy --polish 12` with
every `--move-vectors`, without what a run does for larger models and for readers. One thread; what is in RESULTS is not
made again. Half an hour.
"""

import argparse
import json
import os
import statistics
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from crossval import Quiet
from machine import machine
from torch import Tensor

from sparsify.data import load_corpus
from sparsify.methods.base import Search
from sparsify.methods.debias import debias
from sparsify.methods.dense import train_dense
from sparsify.methods.polish import polish, worth_polishing
from sparsify.methods.strength_path import follow
from sparsify.runs.experiment import start
from sparsify.runs.numbers import numbers
from sparsify.settings import Settings
from sparsify.training.encoded import accuracy, logits
from sparsify.training.material import Material, prepare
from sparsify.training.processor import processor

TABLE = Path(__file__).with_suffix(".md")
MOST, POLISH = 20, 12


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


@cache
def texts(data: str) -> tuple[Material, Tensor]:
    """A corpus with its vectors, and the vectors as they are given."""
    material = prepare(Settings(data=data, threads=1), load_corpus(data))
    return material, material.encoder.table


def trained(data: str, kind: str, seed: int) -> Found:
    """The full model, and the best by dev of at most 20 transitions; of equals the smallest."""
    settings = Settings(data=data, move_vectors=kind, seed=seed, threads=1, polish=POLISH)
    material, given = texts(data)
    material.encoder.keep(given)
    model, trainer = start(settings, material)
    with tempfile.TemporaryDirectory() as folder:
        log = Quiet(Path(folder) / "metrics.jsonl", 0.0)
        search = train_dense(Search(model, trainer, material.dev, settings, log), material.encoder)
        full = 100 * accuracy(model, material.test)
        small = [one for one in worth_polishing(list(follow(search))) if one.transitions <= MOST + 4]
        polished = {one.transitions: one for one in polish(search, small, range(settings.polish))}
        found = debias(search, [own for size, own in sorted(polished.items()) if 0 < size <= MOST])
    best = max(found, key=lambda one: (one.dev_debiased, -one.transitions))
    right = logits(best.model, material.test.texts).argmax(1) == material.test.labels
    return Found(full, right.tolist(), best.transitions, numbers(best.model, material.encoder).as_dict())


def kept(data: str, kind: str, seed: int, place: Path) -> Found:
    """What `trained` gives, or gave before."""
    if not place.exists():
        place.write_text(json.dumps(trained(data, kind, seed)), encoding="utf-8")
    return Found(*json.loads(place.read_text(encoding="utf-8")))


def difference(own: list[Found], other: list[Found]) -> str:
    """Mean over seeds of the accuracy less the other's, with the paired 95 % interval over the test texts."""
    each = 100 * (np.mean([one.right for one in own], 0) - np.mean([one.right for one in other], 0))
    half = 1.96 * each.std(ddof=1) / len(each) ** 0.5
    return f"{each.mean():+.1f} [{each.mean() - half:+.1f}, {each.mean() + half:+.1f}]"


def spread(values: list[float]) -> str:
    """Mean ± standard deviation, of several."""
    deviation = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{deviation}"


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
            f"model, and the best by dev of at most {MOST} transitions",
            f"(`--at-most {MOST} --choose best --choose-by accuracy --polish {POLISH}`, else defaults).",
            "Less all: paired over the test texts, with the 95 % interval. Words: those whose vector is",
            "not GloVe's; of vectors: numbers that were learned of these; learned: with patterns and classes. dvd and",
            "electronics are samples of their corpora.",
            "",
            f"| data | `--move-vectors` | full | ≤ {MOST} | less all | transitions | words | of vectors | learned |",
            "|---" * 9 + "|",
            *rows,
            "",
            f"Made by `python benchmarks/move_vectors.py FOLDER --seeds {options.seeds} --data '{options.data}'` on",
            f"{machine()}, one thread.",
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
    with tempfile.TemporaryDirectory() as temporary, processor(1):
        out = options.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        for title in options.data.split(","):
            runs: dict[str, list[Found]] = {kind: [] for kind in options.kinds.split(",")}
            for seed in map(int, options.seeds.split(",")):
                for kind, own in runs.items():
                    place = out / f"{title.replace(' ', '-')}-{kind}-{seed}.json"
                    own.append(kept(corpora[title], kind, seed, place))
            rows += section(title, runs)
            print(*rows, sep="\n", flush=True)
    found = report(rows, options)
    print(found)
    TABLE.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
