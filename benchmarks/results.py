"""The paper's comparison on six corpora: runs the studies, writes the tables of benchmarks/RESULTS.md and its figure.

    python benchmarks/results.py FOLDER [--only rotten_tomatoes-glove,…] [--parts path,…] [--runs RUNS] [--workers 2]
        [--cache-dir DIR]
    python benchmarks/results.py --tables

FOLDER holds `amazon/dvd`, `amazon/electronics`, `sst2` and `trec`, each with its parts; Rotten Tomatoes and IMDB come
with the extra `demo`. A cell is a corpus and a kind of vectors; each of its parts (the path, the threshold, what has
no size to be learned) is a study of its own and one command, which is shown as it begins. Studies go on where they
were stopped. What a finished one says of every model is kept in `benchmarks/results/CELL-PART.jsonl`; a part that has
such a file is not run again, and the tables are made of these files.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from accuracy import machine

from sparsify.curve.comparisons import Comparison, compare
from sparsify.curve.panels import Panel
from sparsify.curve.points import Point
from sparsify.curve.study_lines import lines_of, read_lines
from sparsify.curve.write import write_curve
from sparsify.paper.plan import FINAL

HERE = Path(__file__).parent
KEPT, PAGE, FIGURE = HERE / "results", HERE / "RESULTS.md", HERE / "results" / "figure3"
CORPORA = {
    "rotten_tomatoes": "", "dvd": "amazon/dvd", "electronics": "amazon/electronics", "sst2": "sst2", "trec": "trec",
    "imdb": "",
}  # fmt: skip
"""Name → where it lies in FOLDER; "": it is built in."""


class Kind(NamedTuple):
    """A kind of vectors: what it is called, flags of training, and the arms of each part that is run with it."""

    title: str
    flags: tuple[str, ...]
    parts: dict[str, str]


_PATH = {"path": "path"}
_STATIC = {**_PATH, "threshold": "threshold", "rivals": "fixed,baselines"}
_OTHERS = {**_STATIC, "rivals": "fixed,mean,dan,cnn,lstm"}
KINDS = {
    "glove": Kind("GloVe 50d, fixed", ("--move-vectors", "none"), _STATIC),
    "sparse": Kind("GloVe 50d, few words moved", ("--move-vectors", "sparse"), _PATH),
    "all": Kind("GloVe 50d, all words moved", ("--move-vectors", "all"), _PATH),
    "spacy300": Kind("spaCy 300d, fixed", ("--embeddings", "spacy300", "--cased", "--move-vectors", "none"),
                     _OTHERS),
    "minilm": Kind("MiniLM in context, 128d", ("--embeddings", "minilm"), _OTHERS),
}  # fmt: skip

GOALS, WITHIN, CERTIFY = "5,10,20", "3", "2500"
"""Up to 20: larger models are seldom certified in so many evaluations."""

SEEDS = {"imdb": "3"}


def command(cell: str, part: str, folder: str, runs: Path, workers: str, cache: str) -> list[str]:
    """The study of a part of a cell."""
    corpus, kind = cell.rsplit("-", 1)
    data = str(Path(folder) / CORPORA[corpus]) if CORPORA[corpus] else corpus
    own = KINDS[kind]
    return [
        sys.executable, "-m", "sparsify.paper", "--data", data, *own.flags, "--arms", own.parts[part],
        "--budget", "small", "--seeds", SEEDS.get(corpus, "5"), "--goals", GOALS, "--within", WITHIN,
        "--certify", CERTIFY, "--patterns", "24", "--workers", workers, "--out", str(runs / f"{cell}-{part}"),
        *(("--cache-dir", cache) if kind == "minilm" and cache else ()),
    ]  # fmt: skip


def run(cell: str, part: str, given: argparse.Namespace) -> None:
    """The study of a part of a cell, and what is kept of it."""
    words = command(cell, part, given.folder, given.runs, given.workers, given.cache_dir)
    print("$", *["python", *words[1:]], flush=True)
    subprocess.run(words, check=True)
    (panel,) = read_lines(given.runs / f"{cell}-{part}" / "outcomes.jsonl")
    final = [one for one in panel.outcomes if one.stage == FINAL]
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{cell}-{part}.jsonl").write_text(lines_of([Panel(cell, final)]))


def kept() -> dict[str, Panel]:
    """Cell → its models."""
    found = {}
    for cell in every_cell():
        places = [KEPT / f"{cell}-{part}.jsonl" for part in parts_of(cell)]
        panels = [panel for place in places if place.is_file() for panel in read_lines(place)]
        if panels:
            found[cell] = Panel(cell, [one for panel in panels for one in panel.outcomes])
    return found


def every_cell() -> list[str]:
    """All of them, in the order in which they are run."""
    return [f"{corpus}-{kind}" for kind in KINDS for corpus in CORPORA]


def parts_of(cell: str) -> dict[str, str]:
    """Part → its arms."""
    return KINDS[cell.rsplit("-", 1)[1]].parts


def tables(cells: dict[str, Panel]) -> str:
    """Every cell's models, then what is between them."""
    lines = []
    for corpus in CORPORA:
        own = {kind: cells[f"{corpus}-{kind}"] for kind in KINDS if f"{corpus}-{kind}" in cells}
        if own:
            lines += [f"### {corpus}, {next(iter(own.values())).texts} test texts", "", *_models(own), ""]
    lines += ["### Differences on the same test texts", "", *_differences(cells), ""]
    return "\n".join(lines)


_HEADS = (
    "vectors", "arm", "goal", "n", "transitions", "test, %", "learned: patterns or weights", "classes", "vectors",
    "stored", "certified", "calibration error, before → after", "seconds",
)  # fmt: skip


def _models(own: dict[str, Panel]) -> Iterator[str]:
    yield f"| {' | '.join(_HEADS)} |"
    yield "|" + "---|" * len(_HEADS)
    for kind, panel in own.items():
        for point in panel.points:
            yield f"| {' | '.join([_vectors(kind, point), *_cells(point)])} |"


_READS_NONE = ("majority", "tfidf", "nbsvm")
"""Baselines without word vectors."""


def _vectors(kind: str, point: Point) -> str:
    """What a model reads: baselines may move the vectors that the methods of their cell keep."""
    if point.arm in _READS_NONE:
        return "none"
    return "GloVe 50d, all words moved" if point.arm.endswith("-moved") else KINDS[kind].title


def _cells(point: Point) -> list[str]:
    models = point.outcomes
    size = "–" if point.transitions is None else _spread(point.transitions.mean, point.transitions.sd)
    learned = [sum(one.learned.get(part, 0) for one in models) / len(models) for part in ("classes", "vectors")]
    patterns = sum(sum(one.learned.values()) for one in models) / len(models) - sum(learned)
    known = [one.certified for one in models if one.certified is not None]
    calibrations = [one.calibration for one in models if one.calibration is not None]
    before, after = (_mean(values) for values in zip(*calibrations, strict=True)) if calibrations else (None, None)
    return [
        f"{point.arm} {point.shape}".strip(), str(point.goal or "–"), str(len(models)), size,
        _spread(100 * point.test.mean, None if point.test.sd is None else 100 * point.test.sd),
        *(f"{round(number):,}" for number in (patterns, *learned)), f"{round(_mean(one.stored for one in models)):,}",
        f"{sum(known)} of {len(known)}" if known else "–",
        "–" if before is None or after is None else f"{100 * before:.1f} → {100 * after:.1f}",
        f"{_mean(one.seconds for one in models):.0f}",
    ]  # fmt: skip


def _mean(values: Iterable[float]) -> float:
    found = [*values]
    return sum(found) / len(found)


def _spread(mean: float, sd: float | None) -> str:
    return f"{mean:.1f}" if sd is None else f"{mean:.1f} ± {sd:.1f}"


def _differences(cells: dict[str, Panel]) -> Iterator[str]:
    """path less the others at equal size with equal vectors, and with other vectors at equal goals."""
    yield "| corpus | a | b | size of a | of b | a − b, points | 95 %, texts and seeds | McNemar p |"
    yield "|---|---|---|---|---|---|---|---|"
    for corpus in CORPORA:
        own = {kind: cells[f"{corpus}-{kind}"] for kind in KINDS if f"{corpus}-{kind}" in cells}
        for found in _of_corpus(own):
            sizes = ("–" if one.transitions is None else f"{one.transitions.mean:.0f}" for one in (found.a, found.b))
            difference = found.difference
            low, high = 100 * difference.low_seeds, 100 * difference.high_seeds
            yield (
                f"| {corpus} | {_name(found.a)} | {_name(found.b)} | {' | '.join(sizes)} | "
                f"{100 * difference.value:+.1f} | {low:+.1f} to {high:+.1f} | {found.discordance.p:.3f} |"
            )


def _name(point: Point) -> str:
    return f"{point.arm} {point.shape}{f' @{point.goal}' if point.goal else ''}".replace("  ", " ").strip()


def _of_corpus(own: dict[str, Panel]) -> Iterator[Comparison]:
    for kind, panel in own.items():
        for found in panel.comparisons:
            arms = {found.a.arm, found.b.arm}
            if "path" in arms and (arms & {"threshold", "fixed"} or kind in ("glove", "minilm")):
                yield found
    together = [
        replace(one, arm=f"path, {KINDS[kind].title}")
        for kind, panel in own.items()
        for one in panel.outcomes
        if one.arm == "path"
    ]
    if len(own) > 1:
        yield from compare(Panel("together", together).points)


def write(cells: dict[str, Panel]) -> None:
    """The tables between the marks of the page, and the figure."""
    start, end = "<!-- tables -->", "<!-- /tables -->"
    page = PAGE.read_text()
    before, after = page.split(start)[0], page.split(end)[1]
    PAGE.write_text(f"{before}{start}\n\n{machine()}\n\n{tables(cells)}\n{end}{after}")
    panels = [panel for name, panel in cells.items() if name.endswith("-glove")][:5]
    if panels:
        write_curve([Panel(panel.data.removesuffix("-glove"), panel.outcomes) for panel in panels], FIGURE)


def main() -> None:
    """Run what is asked for and not there, then write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default="")
    parser.add_argument("--runs", type=Path, default=Path("runs/results"))
    parser.add_argument("--only", default="")
    parser.add_argument("--parts", type=lambda text: text.split(","))
    parser.add_argument("--workers", default="2")
    parser.add_argument("--cache-dir", default="")
    parser.add_argument("--tables", action="store_true", help="run nothing")
    given = parser.parse_args()
    cells = given.only.split(",") if given.only else every_cell()
    wanted = [(cell, part) for cell in cells for part in parts_of(cell) if not given.parts or part in given.parts]
    for cell, part in [] if given.tables else wanted:
        if not (KEPT / f"{cell}-{part}.jsonl").is_file():
            run(cell, part, given)
            write(kept())
    write(kept())


if __name__ == "__main__":
    main()
