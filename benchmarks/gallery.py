"""Learned automata to look at: trains one model per built-in corpus, writes docs/gallery.md and its pictures.

    python benchmarks/gallery.py [--data rotten_tomatoes,imdb,bbc]

Everything on the page comes from the run directories under runs/: sizes and accuracies, the curve, the automata, their
phrases, the words that open their arcs. About ten minutes on two cores.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sparsify.reading.alone import in_words
from viz import Pattern, Run, open_run
from viz.automata.svg import render_svg

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = PAGE.with_suffix("")
LONG = ("--epochs", "3", "--growth", "1.6", "--polish", "6", "--debias", "4")
"""For corpora of millions of words: fewer passes, and a coarser path."""

RUNS = {
    "rotten_tomatoes": (
        "Rotten Tomatoes: sentences of film reviews, good or bad",
        ("--at-most", "20", "--choose", "best"),
    ),
    "imdb": ("IMDB: whole film reviews, good or bad", ("--at-most", "12", *LONG)),
    "bbc": ("BBC News: five kinds of news", ("--at-most", "16", "--growth", "1.5")),
}
HEAD = """\
# Gallery

Automata that `python benchmarks/gallery.py` learned from the built-in corpora, with the training phrases that they
weigh highest and lowest. Only what is left is drawn. A line is as wide as the norm of the parameters that enter its
state; words beside an arc are those that raise (+) and lower (−) its weight most, beside a self-loop those that open it
(the match goes on over them) and close it. ₛₗ marks words that a self-loop read, … more than two of them, `</s>` the
end of a text. Texts: how many have these words on the main arcs of their path; shown: in how many of those that path is
the very phrase. What the model says, and which classes the pattern raises and lowers against the mean of all, is of the
phrase alone, read without what stands behind ….

"""
SHOWN = 6
"""Patterns on the page, those that weigh most in the classifier."""


def command(data: str) -> list[str]:
    """What trains the model of the page."""
    return ["-m", "sparsify.train", "--data", data, *RUNS[data][1], "--out", f"runs/gallery-{data}", "--force"]


def section(data: str) -> Iterator[str]:
    """A corpus: its numbers, its curve, its patterns."""
    run = open_run(ROOT / "runs" / f"gallery-{data}")
    full, chosen = run.summary["dense"], run.summary["chosen"]
    yield from (f"## {RUNS[data][0]}", "", f"    python {' '.join(command(data)[:-1])}", "")
    yield (
        f"{chosen['transitions']} of {full['transitions']} transitions are left, in {chosen['patterns']} patterns: "
        f"{100 * chosen['test']:.1f} ± {100 * chosen['test_error']:.1f} % of the test texts are right (macro-F1 "
        f"{100 * chosen['test_macro_f1']:.1f} %), {100 * full['test']:.1f} % with all of them (macro-F1 "
        f"{100 * full['test_macro_f1']:.1f} %), {100 * run.summary['majority']['test']:.1f} % where every text is "
        "taken for the most frequent class."
    )
    names = {"curve": "dev accuracy against transitions", "quality": "confusion and calibration on the test texts"}
    for name, text in names.items():
        picture = PICTURES / f"{data}-{name}.svg"
        shutil.copyfile(run.folder / f"{name}.svg", picture)
        yield from ("", f"![{text}](gallery/{picture.name})")
    kept = [pattern for pattern in run.patterns if pattern.automaton]
    kept.sort(key=weight, reverse=True)
    for pattern in kept[:SHOWN]:
        picture = PICTURES / f"{data}-{pattern.name}.svg"
        picture.write_text(render_svg(pattern.drawing().folded()), encoding="utf-8")
        yield from ("", f"### {pattern.name}", "", f"![the automaton {pattern.name}](gallery/{picture.name})", "")
        yield from phrases(run, pattern)
    if len(kept) > SHOWN:
        yield from ("", f"And {len(kept) - SHOWN} more.")
    yield ""


def weight(pattern: Pattern) -> float:
    """How far the class weights of a pattern lie apart."""
    weights = pattern.notes["class_weights"].values()
    return max(weights) - min(weights)


def phrases(run: Run, pattern: Pattern) -> Iterator[str]:
    """Best and worst phrases of the training texts; what the model says of each alone, and what the pattern does."""
    yield from (
        "| | phrase | weight | texts | shown | the model says | raises | lowers |",
        "|---|---|---|---|---|---|---|---|",
    )
    for end, rows in run.phrases[pattern.name].items():
        for row in rows[:3]:
            words = plain(row["phrase"].replace("_SL", "ₛₗ"))
            says = f"{plain(row['label'])} {row['probability']:.2f}"
            moves = " | ".join(map(plain, in_words(row["effects"])))
            yield f"| {end} | {words} | {row['score']:+.2f} | {row['count']} | {row['shown']} | {says} | {moves} |"


def plain(text: str) -> str:
    """Text in which no character means anything to Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+!|-])", r"\\\1", text).replace("<", "&lt;")


def main() -> None:
    """Train, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=",".join(RUNS), help="which to train anew; the others are read from runs/")
    chosen = parser.parse_args().data
    for data in filter(None, chosen.split(",")):
        subprocess.run([sys.executable, *command(data)], cwd=ROOT, check=True)
    for data in RUNS:
        open_run(ROOT / "runs" / f"gallery-{data}").summary  # noqa: B018  # all of them, before anything is deleted
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    PAGE.write_text(HEAD + "\n".join(line for data in RUNS for line in section(data)), encoding="utf-8")


if __name__ == "__main__":
    main()
