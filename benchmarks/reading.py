"""How long it takes to read a model: phrases of all IMDB reviews, the trace of one. Writes benchmarks/reading.md.

    python benchmarks/reading.py RUN

RUN is a run on IMDB, as benchmarks/gallery.py leaves in runs/gallery-imdb. Phrases are those of the full model, all of
its patterns, in all reviews, tokenising included; two threads. The trace is by the command, in a process of its own, of
the first test review of at least 300 words, cut to 300; and by `explain` in a process that has loaded the model.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from machine import machine

from sparsify import load
from sparsify.data import load_corpus
from sparsify.reading.explain import explain
from sparsify.reading.phrases import find_phrases

TABLE = Path(__file__).with_suffix(".md")


def seconds(job: Callable[[], object], tries: int) -> str:
    """Median and range."""
    clocks = []
    for _ in range(tries):
        started = time.perf_counter()
        job()
        clocks.append(time.perf_counter() - started)
    return f"{statistics.median(clocks):.2f} ({min(clocks):.2f}–{max(clocks):.2f})"


def main() -> None:
    """Time everything, print the table and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    corpus = load_corpus("imdb")
    texts = [text for part in (corpus.train, corpus.dev, corpus.test) for text in part.texts]
    review = " ".join(next(text for text in corpus.test.texts if len(text.split()) >= 300).split()[:300])
    full, small = load(run, "full"), load(run)
    command = [sys.executable, "-m", "sparsify.trace", str(run), review]
    rows = {
        f"phrases of {len(full.automata)} patterns in {len(texts)} reviews": (
            lambda: find_phrases(full, texts, threads=2), 3),
        "the same, anywhere in a review": (lambda: find_phrases(full, texts, anywhere=True, threads=2), 3),
        f"explain 300 words by {len(small.automata)} patterns": (lambda: explain(small, review), 7),
        f"explain 300 words by {len(full.automata)} patterns": (lambda: explain(full, review), 7),
        "python -m sparsify.trace, imports and loading included": (
            lambda: subprocess.run(command, check=True, capture_output=True), 5),
    }  # fmt: skip
    lines = ["# Reading", "", f"`python benchmarks/reading.py RUN` on {machine()}.", ""]
    lines += ["| | seconds, median (range) |", "|---|---|"]
    for name, (job, tries) in rows.items():
        lines.append(f"| {name} | {seconds(job, tries)} |")
        print(lines[-1], flush=True)
    TABLE.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
