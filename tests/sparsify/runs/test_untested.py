"""A CSV as people have it, with three classes of which one is rare, and runs without test texts."""

import csv
import json
import random

import pytest

import viz
from sparsify.data import load_corpus
from sparsify.phrases import main as phrases
from sparsify.train import main
from viz.__main__ import main as draw

WORDS = {"good": ["fine", "lovely"], "bad": ["dull", "awful"], "spam": ["buy", "cheap"]}
FILLERS = ["the", "film", "was", "it", "a", "story"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """reviews.csv: a header, an identifier, quotes, line breaks, a class of 5 %; and vectors of its words."""
    folder, chance = tmp_path_factory.mktemp("csv"), random.Random(0)
    with (folder / "reviews.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "Review", "Stars given"])
        for number in range(400):
            label = "spam" if number % 20 == 0 else ["good", "bad"][number % 2]
            words = [*chance.choices(FILLERS, k=5), chance.choice(WORDS[label])]
            writer.writerow([number, f'"{words[0]}",\n' + " ".join(words[1:]) + f" {number}", label])
    vectors = [f"{word} {' '.join(str(chance.gauss(0, 1)) for _ in range(8))}" for word in sum(WORDS.values(), FILLERS)]
    (folder / "vectors.txt").write_text("\n".join(vectors) + "\n")
    return folder


def test_a_csv_with_a_rare_class_is_split_so_that_each_part_has_some(folder):
    corpus = load_corpus(str(folder / "reviews.csv"), label_column="Stars given")

    assert corpus.labels == ("bad", "good", "spam")
    rare = [part.labels.count(2) for part in (corpus.train, corpus.dev, corpus.test)]
    assert (sum(rare), min(rare)) == (20, rare[1])
    assert all(1 <= count <= 3 for count in rare[1:])
    assert all('",\n' in text for text in corpus.train.texts)
    assert corpus.notes[0].endswith(
        "reviews.csv:1: the texts are taken to be in 'Review', of the columns 'id', 'Review', 'Stars given'; "
        "--text-column can say otherwise."
    )


@pytest.fixture(scope="module")
def run(folder):
    flags = [
        "--patterns=4",
        "--length=2",
        "--epochs=4",
        "--growth=3",
        "--polish=2",
        "--debias=2",
        "--certify=0",
        "--threads=1",
    ]
    names = ["--label-column", "Stars given", "--test-share", "0", "--embeddings", str(folder / "vectors.txt")]
    assert main(["--data", str(folder / "reviews.csv"), *names, *flags, "--out", str(folder / "run")]) == 0
    return folder / "run"


def test_without_test_texts_no_figure_is_of_any(run):
    """Neither in summary.json nor in the card nor on the page; the dev figures are said to flatter."""
    summary = json.loads((run / "summary.json").read_text())
    for part in ("dense", "chosen", "majority", "cost"):
        assert not any("test" in key for key in summary[part])
    assert summary["chosen"]["dev"] > summary["majority"]["dev"]
    assert summary["cost"]["dev"] == pytest.approx(summary["dense"]["dev"] - summary["chosen"]["dev"])
    assert summary["warnings"][0].startswith("there are no test texts: the dev figures are of the texts")

    card = (run / "MODEL_CARD.md").read_text()
    assert "| model | transitions | dev accuracy | dev macro-F1 |\n|---|---|---|---|\n" in card
    assert "There were no test texts." in card
    assert "test accuracy" not in card
    assert (run / "predictions.csv").read_text() == "label,predicted,p(bad),p(good),p(spam)\n"
    page = (run / "report.html").read_text()
    assert "Dev accuracy is" in page
    assert "Test texts" not in page
    assert not (run / "quality.svg").exists()


def test_a_run_without_test_texts_is_drawn_again_compared_and_read(run, capsys):
    assert draw([str(run)]) == 0
    assert draw(["diff", str(run), str(run)]) == 0
    assert "patterns, dev " in capsys.readouterr().out
    assert "dev" in viz.notebook.run_html(viz.open_run(run))
    assert phrases([str(run), "--threads", "1"]) == 0, "its settings find the texts again"
