"""What each rule of choice costs: writes benchmarks/choice.md.

    python benchmarks/choice.py FOLDER [--kinds glove,minilm] [--seeds 0,1,2] [--jobs 2] [--kept RESULTS]

FOLDER holds `amazon/dvd`, `amazon/electronics`, `sst2` and `trec`; Rotten Tomatoes comes with the extra `demo`. What
`python -m sparsify.train` finds is a curve; every rule (`--choose`, `--choose-by`) picks a model of it by its dev
texts, and its test accuracy is compared with that of the model with the highest dev accuracy. Curves in RESULTS are
kept.
"""

import argparse
import json
import os
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from machine import machine

from sparsify import Settings
from sparsify.data import load_corpus
from sparsify.runs.experiment import train
from sparsify.runs.scores import Score, score
from sparsify.runs.select import choose
from sparsify.training.material import prepare

TABLE = Path(__file__).with_suffix(".md")
CORPORA = {
    "rotten_tomatoes": "", "dvd": "amazon/dvd", "electronics": "amazon/electronics", "sst2": "sst2", "trec": "trec",
}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {"glove": {"move_vectors": "none"}, "minilm": {"embeddings": "minilm"}}
RULES = [(by, rule) for by in ("accuracy", "loss") for rule in ("best", "near-best", "one-se")]


class Curve(NamedTuple):
    """[size, text] of the dev texts, [size] of the test texts."""

    sizes: list[int]
    predicted: list[list[int]]
    losses: list[list[float]]
    labels: list[int]
    test: list[float]


def curve(folder: str, corpus: str, kind: str, seed: int, cache: str) -> Curve:
    """Train, and score what was found."""
    data = str(Path(folder) / CORPORA[corpus]) if CORPORA[corpus] else corpus
    own = {**KINDS[kind], **({"cache_dir": cache} if cache and "embeddings" in KINDS[kind] else {})}
    settings = Settings(data=data, seed=seed, threads=1, **own)
    material = prepare(settings, load_corpus(data))
    assert material.test is not None
    _, candidates = train(settings, material)
    dev = [score(one.model, material.dev) for one in candidates]
    test = [score(one.model, material.test).accuracy for one in candidates]
    return Curve(
        [one.transitions for one in candidates], [own.predicted.tolist() for own in dev],
        [own.losses.tolist() for own in dev], dev[0].labels.tolist(), test,
    )  # fmt: skip


def kept(job: tuple[str, str, str, int, str, Path]) -> Curve:
    """The curve, from its file if there is one."""
    folder, corpus, kind, seed, cache, results = job
    place = results / f"{corpus}-{kind}-{seed}.json"
    if not place.is_file():
        results.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(curve(folder, corpus, kind, seed, cache)._asdict()))
        print(place, file=sys.stderr, flush=True)
    return Curve(**json.loads(place.read_text()))


def picked(own: Curve, by: str, rule: str) -> int:
    """The place of the model that a rule picks."""
    labels = np.array(own.labels)
    dev = {
        size: Score(np.array(predicted), labels, np.array(losses))
        for size, predicted, losses in zip(own.sizes, own.predicted, own.losses, strict=True)
    }
    candidates: Any = [SimpleNamespace(transitions=size) for size in own.sizes]
    chosen = choose(candidates, Settings(choose=rule, choose_by=by), dev)
    return own.sizes.index(chosen.transitions)


def table(curves: dict[tuple[str, str], list[Curve]]) -> list[str]:
    """A row per rule, a column per corpus and kind, their mean last."""
    heads = [f"{corpus}, {kind}" for corpus, kind in curves]
    lines = [f"| `--choose-by` | `--choose` | {' | '.join(heads)} | mean ± se | transitions |"]
    lines.append("|" + "---|" * (len(heads) + 4))
    for by, rule in RULES:
        gains, sizes, cells = [], [], []
        for own in curves.values():
            places = [(one, picked(one, by, rule), picked(one, "accuracy", "best")) for one in own]
            found = [100 * (one.test[here] - one.test[best]) for one, here, best in places]
            gains += found
            sizes += [one.sizes[here] for one, here, _ in places]
            cells.append(f"{statistics.mean(found):+.1f}")
        error = statistics.stdev(gains) / len(gains) ** 0.5
        mean = f"{statistics.mean(gains):+.2f} ± {error:.2f}"
        lines.append(f"| {by} | {rule} | {' | '.join(cells)} | {mean} | {statistics.mean(sizes):.1f} |")
    return lines


def main() -> None:
    """Make the curves, compare the rules, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--kinds", default="glove,minilm")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kept", type=Path, default=Path("runs/choice"))
    parser.add_argument("--cache-dir", default="")
    given = parser.parse_args()
    seeds = [int(seed) for seed in given.seeds.split(",")]
    pairs = list(product(CORPORA, given.kinds.split(",")))
    jobs = [(given.folder, *pair, seed, given.cache_dir, given.kept) for pair in pairs for seed in seeds]
    with ProcessPoolExecutor(given.jobs) as pool:
        found = list(pool.map(kept, jobs))
    curves = {pair: found[i * len(seeds) : (i + 1) * len(seeds)] for i, pair in enumerate(pairs)}
    TABLE.write_text("\n".join([*INTRODUCTION, *table(curves), "", f"{machine()}; seeds {given.seeds}.", ""]))


INTRODUCTION = [
    "# What a rule of choice costs",
    "",
    "Test accuracy of the model that a rule picks by its dev texts, less that of the model with the highest dev",
    "accuracy, in points (`python benchmarks/choice.py FOLDER`): mean over the seeds of every corpus and kind of",
    "vectors (glove: 50 dimensions, fixed; minilm: in context); the last columns are means over all curves, with the",
    "standard error over curves, and the size of what is picked.",
    "",
]

if __name__ == "__main__":
    main()
