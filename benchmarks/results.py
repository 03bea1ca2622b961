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
from pathlib import Path

from machine import machine
from results_page import CORPORA, KINDS, summary, tables

from sparsify.curve.panels import Panel
from sparsify.curve.study_lines import lines_of, read_lines
from sparsify.curve.write import write_curve
from sparsify.paper.plan import FINAL

HERE = Path(__file__).parent
KEPT, PAGE, FIGURE = HERE / "results", HERE / "RESULTS.md", HERE / "results" / "figure3"
README = HERE.parent / "README.md"
GOALS, CERTIFY, WITHIN = {"minilm": "5,10"}, {"minilm": "1000"}, "3"
"""Kind of vectors → goals, others have 5, 10 and 20; and evaluations, others have 2,500: larger models are seldom
certified in so many, each of which takes three times as long over vectors in context."""

SEEDS = {"imdb": "3"}


def command(cell: str, part: str, folder: str, runs: Path, workers: str, cache: str) -> list[str]:
    """The study of a part of a cell."""
    corpus, kind = cell.rsplit("-", 1)
    data = str(Path(folder) / CORPORA[corpus]) if CORPORA[corpus] else corpus
    own = KINDS[kind]
    return [
        sys.executable, "-m", "sparsify.paper", "--data", data, *own.flags, "--arms", own.parts[part],
        "--budget", "small", "--seeds", SEEDS.get(corpus, "5"), "--within", WITHIN,
        "--goals", GOALS.get(kind, "5,10,20"), "--certify", CERTIFY.get(kind, "2500"), "--patterns", "24",
        "--workers", workers, "--out", str(runs / f"{cell}-{part}"),
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


def write(cells: dict[str, Panel]) -> None:
    """The tables between the marks of the page and of README, and the figure."""
    fill(PAGE, "tables", f"{machine()}\n\n{tables(cells)}")
    fill(README, "results", summary(cells))
    panels = [panel for name, panel in cells.items() if name.endswith("-glove")][:5]
    if panels:
        write_curve([Panel(panel.data.removesuffix("-glove"), panel.outcomes) for panel in panels], FIGURE)


def fill(page: Path, name: str, text: str) -> None:
    """Put the text between the marks of this name."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, after = page.read_text().split(start)[0], page.read_text().split(end)[1]
    page.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}")


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
