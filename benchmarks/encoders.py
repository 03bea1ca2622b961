"""Small models over four kinds of vectors, bags of words, bags of vectors: writes benchmarks/encoders.md.

    python benchmarks/encoders.py FOLDER [--out RUNS] [--cache-dir CACHE] [--seeds 0,1,2] [--jobs 2]

FOLDER holds `amazon/dvd`, `amazon/electronics`, `sst2` and `trec`, each with its parts; Rotten Tomatoes comes with the
extra `demo`. Where a corpus has no dev part, it is split off the training texts. A run of `python -m sparsify.train`
gives a whole curve; of its models with at most 2, 10 and 20 transitions the best by dev, of equals the smallest, is
scored on the test texts. Rivals learn from the same training texts, and the same dev texts choose what they leave open.
Runs and results in RUNS are not made again.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # runs share the cores: threads that wait for each other cost five times

import numpy as np
from machine import machine
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sparsify import Settings, load
from sparsify.data import Corpus, load_corpus
from sparsify.training.encoded import Encoded, logits
from sparsify.training.material import prepare

TABLE = Path(__file__).with_suffix(".md")
SIZES = (2, 10, 20)
SLOWLY = ["--growth", "1.1", "--path-epochs", "240"]
"""Flags of a path that meets more of the small models."""

STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
"""C of logistic regression."""


class Vectors(NamedTuple):
    """A kind of vectors: what it is called, the settings, and whether they learn."""

    title: str
    settings: dict[str, Any]
    moved: bool = False


KINDS = {
    "glove": Vectors("GloVe 50d, fixed", {"embeddings": "glove", "move_vectors": "none"}),
    "moved": Vectors("GloVe 50d, moved", {"embeddings": "glove"}, moved=True),
    "spacy300": Vectors("spaCy 300d, fixed", {"embeddings": "spacy300", "cased": True, "move_vectors": "none"}),
    "minilm": Vectors("MiniLM in context, 128d, fixed", {"embeddings": "minilm"}),
}


class Found(NamedTuple):
    """What one model makes of the test texts."""

    right: list[bool]
    """[text]"""
    numbers: int
    """How many numbers it learned."""
    size: int = 0
    """Transitions."""

    @property
    def accuracy(self) -> float:
        """In per cent."""
        return 100 * statistics.mean(self.right)


Make = Callable[[], dict[str, Found]]


def kept(path: Path, make: Make) -> dict[str, Found]:
    """What `make` makes, from the file where it was written before."""
    if not path.exists():
        path.write_text(json.dumps(make()), encoding="utf-8")
    return {name: Found(*own) for name, own in json.loads(path.read_text(encoding="utf-8")).items()}


def regression(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, Found]:
    """Logistic regression on (features, labels) of train, dev and test: its best dev accuracy, and the test texts."""
    (train, labels), (dev, dev_labels), (test, test_labels) = parts
    models = [LogisticRegression(C=C, max_iter=3000).fit(train, labels) for C in STRENGTHS]
    best = max(models, key=lambda model: model.score(dev, dev_labels))
    right = best.predict(test) == test_labels
    return best.score(dev, dev_labels), Found(right.tolist(), best.coef_.size + best.intercept_.size)


def bag_of_words(corpus: Corpus) -> Found:
    """TF-IDF of words and pairs of words."""
    parts = (corpus.train, corpus.dev, corpus.test)

    def features(sublinear: bool) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        weigh = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", sublinear_tf=sublinear)
        weigh.fit(corpus.train.texts)
        for part in parts:
            yield weigh.transform(part.texts), np.array(part.labels)

    return max((regression(list(features(sublinear))) for sublinear in (False, True)), key=lambda found: found[0])[1]


def means(data: Encoded) -> np.ndarray:
    """[text, dim]: the mean of every text's vectors."""
    rows = []
    for places in np.array_split(np.arange(len(data)), max(1, len(data) // 64)):
        packed = data.batch(places)
        vectors, ends = packed.data[packed.rows].numpy(), packed.offsets.numpy()
        rows += [vectors[first:last].mean(0) for first, last in pairwise(ends)]
    return np.stack(rows)


def bag_of_vectors(corpus: Corpus, kind: str, cache: str) -> Found:
    """Mean vectors, as they are or standardised; of those in context all dimensions or the principal components."""
    settings = [Settings(**KINDS[kind].settings, cache_dir=cache if kind == "minilm" else "")]
    if kind == "minilm":
        settings.append(Settings(**KINDS[kind].settings, cache_dir=cache, reduce=0))
    found = []
    for own in settings:
        material = prepare(own, corpus)
        parts = [(means(part), part.labels.numpy()) for part in (material.train, material.dev, material.test)]
        scale = StandardScaler().fit(parts[0][0])
        found += [regression(parts), regression([(scale.transform(rows), labels) for rows, labels in parts])]
    return max(found, key=lambda one: one[0])[1]


def rivals(corpus: Corpus, cache: str) -> dict[str, Found]:
    """Name → what it makes of the test texts."""
    kinds = {kind: bag_of_vectors(corpus, kind, cache) for kind in KINDS if not KINDS[kind].moved}
    return {"tfidf": bag_of_words(corpus), **kinds}


def train(data: str, kind: str, seed: int, cache: str, most: int, run: Path) -> None:
    """One run of the command line, if it is not there."""
    if run.exists():
        return
    options = {**KINDS[kind].settings, "data": data, "seed": seed, "threads": 1, "at_most": most, "out": run}
    if kind == "minilm":
        options["cache_dir"] = cache
    flags = ["--choose", "best", *(SLOWLY if most < max(SIZES) else [])]
    for name, value in options.items():
        flags += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    done = subprocess.run([sys.executable, "-m", "sparsify.train", *flags], check=False, stdout=subprocess.DEVNULL)
    if not run.exists():  # a run that met no model that is small enough says so by its status, and is there
        done.check_returncode()


def ours(corpus: Corpus, data: str, kind: str, seed: int, cache: str, run: Path) -> dict[str, Found]:
    """Greatest size → what the best model by dev makes of the test texts.

    Where a path has no model that is small enough, another one rises more slowly, and bisects.
    """
    train(data, kind, seed, cache, max(SIZES), run)
    found = {}
    for most in SIZES:
        place = run
        if best(run, most) > most:
            place = run.with_name(f"{run.name}-{most}")
            train(data, kind, seed, cache, most, place)
        found[str(most)] = scored(corpus, KINDS[kind].moved, cache, place, best(place, most))
    return found


def best(run: Path, most: int) -> int:
    """The size with the highest dev accuracy; where none is small enough, the smallest."""
    with (run / "curve.csv").open(encoding="utf-8") as file:
        curve = [(int(row["transitions"]), float(row["dev_debiased"])) for row in csv.DictReader(file)]
    small = [point for point in curve if point[0] <= most] or [min(curve)]
    return max(small, key=lambda point: (point[1], -point[0]))[0]


def scored(corpus: Corpus, moved: bool, cache: str, run: Path, size: int) -> Found:
    """What a model of a run makes of the test texts."""
    model = load(run, size)
    model.encoder.keep_in(cache)
    read = model.encoder.read_corpus(corpus.test.texts, model.tokenizer)
    right = logits(model.classifier, read).argmax(1).numpy() == np.array(corpus.test.labels)
    numbers = sum(own.numel() for own in model.classifier.parameters())
    return Found(right.tolist(), numbers + (model.encoder.table.numel() if moved else 0), size)


def difference(own: list[Found], other: Found) -> str:
    """Mean over seeds of the accuracy less another's, with the paired 95 % interval over the test texts."""
    each = 100 * (np.mean([one.right for one in own], 0) - np.array(other.right, float))
    half = 1.96 * each.std(ddof=1) / len(each) ** 0.5
    return f"{each.mean():+.1f} [{each.mean() - half:+.1f}, {each.mean() + half:+.1f}]"


def cell(own: list[Found], most: int) -> str:
    """Mean ± standard deviation over seeds; models that are larger than asked for are said."""
    values = [one.accuracy for one in own]
    large = [one.size for one in own if one.size > most]
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.1f} ± {spread:.1f}" + (f" (of {min(large)}–{max(large)})" if large else "")


Own = dict[str, list[dict[str, Found]]]
"""Kind of vectors → per seed: greatest size → what the best model makes of the test texts."""


def section(title: str, corpus: Corpus, others: dict[str, Found], own: Own) -> str:
    """The table of one corpus."""
    labels = np.bincount(corpus.test.labels) / len(corpus.test)
    heads = [f"≤ {most}" for most in SIZES]
    lines = [
        f"## {title}",
        "",
        f"{len(corpus.train):,} training, {len(corpus.dev):,} dev and {len(corpus.test):,} test texts, "
        f"{len(corpus.labels)} classes; the most frequent one has {100 * labels.max():.1f} % of the test texts. "
        f"TF-IDF + LR: **{others['tfidf'].accuracy:.1f}** ({others['tfidf'].numbers:,} numbers).",
        "",
        f"| vectors | mean + LR | {' | '.join(heads)} | ≤ 10 less mean + LR | ≤ 10 less TF-IDF | numbers, ≤ 10 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, runs in own.items():
        mean = others["glove" if kind == "moved" else kind]
        models = {most: [run[str(most)] for run in runs] for most in SIZES}
        lines.append(
            f"| {KINDS[kind].title} | {mean.accuracy:.1f} | {' | '.join(cell(models[most], most) for most in SIZES)} | "
            f"{difference(models[10], mean)} | {difference(models[10], others['tfidf'])} | "
            f"{statistics.mean(one.numbers for one in models[10]):,.0f} |"
        )
    return "\n".join([*lines, ""])


def summary(others: dict[str, dict[str, Found]], own: dict[str, Own], most: int) -> list[str]:
    """A line for every corpus: models of at most so many transitions, beside the rivals."""
    heads = [f"{kind.title.split(',')[0]}{' moved' * kind.moved}, ≤ {most}" for kind in KINDS.values()]
    lines = [f"| test accuracy, % | TF-IDF + LR | MiniLM mean + LR | {' | '.join(heads)} |", "|---" * 7 + "|"]
    for title, kinds in own.items():
        rivals = [f"{others[title][name].accuracy:.1f}" for name in ("tfidf", "minilm")]
        cells = [cell([run[str(most)] for run in runs], most) for runs in kinds.values()]
        lines.append(f"| {title.removeprefix('amazon/')} | {' | '.join([*rivals, *cells])} |")
    return [*lines, ""]


def report(summed: list[str], sections: list[str], options: argparse.Namespace) -> str:
    """The file."""
    return "\n".join(
        [
            "# Vectors: small models against bags of words and bags of vectors",
            "",
            f"Test accuracy in per cent, mean ± standard deviation over the seeds {options.seeds}, of the best by",
            "dev with at most 2, 10, 20 transitions (all of a curve, which one run gives; settings are the defaults).",
            "LR: logistic regression, C of nine by dev; TF-IDF of words and pairs of words, plain or sublinear by dev;",
            "mean: of a text's vectors, standardised or not by dev, in context of 384 or 128 dimensions by dev (beside",
            "moved vectors: of the fixed ones). Differences: paired over the test texts, with 95 % intervals. Moved",
            "vectors are learned, fixed ones are not; numbers: learned, of patterns, classes, moved vectors.",
            "",
            *summed,
            *sections,
            f"Made by `python benchmarks/encoders.py FOLDER --seeds {options.seeds}` on {machine()},",
            f"{options.jobs} runs at a time, one thread each.",
            "",
        ]
    )


def main() -> None:
    """Run what is missing, print the tables and write them beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds amazon/dvd, amazon/electronics, sst2, trec")
    parser.add_argument("--out", type=Path, help="where runs and results are kept; default: nowhere")
    parser.add_argument("--cache-dir", default="", help="of vectors in context")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    corpora = {"Rotten Tomatoes": "rotten_tomatoes"}
    corpora |= {name: str(options.folder / name) for name in ("amazon/dvd", "amazon/electronics", "sst2", "trec")}
    loaded = {title: load_corpus(data) for title, data in corpora.items()}
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(options.jobs) as pool:
        out = options.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        stems = {title: out / title.replace("/", "-").replace(" ", "-") for title in corpora}
        others = {
            title: kept(Path(f"{stems[title]}-rivals.json"), lambda corpus=corpus: rivals(corpus, options.cache_dir))
            for title, corpus in loaded.items()
        }

        def result(job: tuple[str, str, int]) -> dict[str, Found]:
            title, kind, seed = job
            run = Path(f"{stems[title]}-{kind}-{seed}")
            given = (loaded[title], corpora[title], kind, seed, options.cache_dir, run)
            return kept(Path(f"{run}.json"), lambda: ours(*given))

        jobs = [(title, kind, seed) for title in corpora for kind in KINDS for seed in seeds]
        results = dict(zip(jobs, pool.map(result, jobs), strict=True))
    own = {title: {k: [results[title, k, seed] for seed in seeds] for k in KINDS} for title in corpora}
    tables = [section(title, loaded[title], others[title], own[title]) for title in corpora]
    found = report(summary(others, own, 10), tables, options)
    print(found)
    TABLE.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
