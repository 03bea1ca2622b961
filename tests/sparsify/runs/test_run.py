"""The main job end to end on real reviews, small: every file, the certificate of the deletion, loading, errors."""

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

import sparsify
import wfsa
from sparsify.data import load_corpus
from sparsify.evaluate import main as evaluate
from sparsify.train import main

SMALL = ["--patterns", "6", "--length", "3", "--epochs", "1", "--growth", "3", "--polish", "2", "--debias", "1"]
SMALL += ["--certify", "30", "--threads", "1"]
LOADED = """
import atexit, runpy, sys
from pathlib import Path
atexit.register(lambda: Path(sys.argv[-1] + ".modules").write_text("\\n".join(sys.modules)))
runpy.run_module("sparsify.train", run_name="__main__", alter_sys=True)
"""
"""`python -m sparsify.train … --out FOLDER`, and what it imported in FOLDER.modules."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run on Rotten Tomatoes with a smaller model and a faster path; (directory, what it printed)."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *SMALL, "--at-most", "12", "--out", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, done.stderr


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_file_is_there(run):
    names = {path.name for path in run[0].iterdir()}

    assert names == {
        "config.toml", "env.json", "metrics.jsonl", "curve.csv", "curve.svg", "training.svg", "patterns.json",
        "model.safetensors", "model.json", "automata", "phrases.txt", "phrases.json", "live.json", "report.html",
        "lexicon.txt", "lexicon.json",
        "norms.csv", "predictions.csv", "strengths.svg", "quality.svg",
        "MODEL_CARD.md", "checkpoints", "summary.json", "certificate.json", "manifest.json",
    }  # fmt: skip


def test_it_waits_for_no_compiler_and_no_data_frames(run):
    """What they take to import, every command would take longer to start."""
    modules = run[0].with_name("small.modules").read_text(encoding="utf-8").split()

    assert {"torch", "numba", "pyarrow"} <= set(modules)
    assert {"torch._dynamo", "sympy", "pandas", "pyarrow.dataset"}.isdisjoint(modules)


def test_it_explains_its_columns_and_shows_a_row_per_evaluation(run):
    _, stdout, stderr = run
    records = [json.loads(line) for line in (run[0] / "metrics.jsonl").read_text().splitlines()]
    shape = re.compile(r"(full|path|polish|debias) +\d+ +\d\.\d\de")
    rows = [line.split() for line in stdout.splitlines() if shape.match(line)]

    assert "main arcs that are left" in stdout
    assert max(len(line) for line in stdout.splitlines() if shape.match(line)) < 80, "rows fit a terminal"
    assert [row[0] for row in rows] == [record["phase"] for record in records]
    assert [int(row[6]) for row in rows] == [record["transitions"] for record in records]
    assert stderr == "", "a progress bar is for terminals"
    assert str(run[0]) in stdout


def test_the_summary_has_its_fields(run):
    summary = read_json(run[0] / "summary.json")

    assert summary.keys() == {
        "data", "data_digest", "embeddings", "seed", "seconds", "dense", "chosen", "majority", "cost", "warnings",
        "max_logit_difference", "evaluation", "calibration", "numbers",
    }  # fmt: skip
    assert summary["dense"]["transitions"] == 18
    assert summary["chosen"]["transitions"] <= 12
    assert summary["max_logit_difference"]["equal_shapes"] == 0
    assert summary["max_logit_difference"]["recompiled"] < 1e-4
    assert all(0.45 < summary[model][part] < 0.9 for model in ("dense", "chosen") for part in ("dev", "test"))


def test_the_curve_is_the_record_of_its_models(run):
    with (run[0] / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    sizes = [int(row["transitions"]) for row in rows]

    assert list(rows[0]) == [
        "transitions", "patterns", "strength", "loss", "dev", "dev_debiased", "dev_macro_f1", "certified", "residual",
        "margin", "revivals",
    ]  # fmt: skip
    chosen = next(
        row for row in rows if int(row["transitions"]) == read_json(run[0] / "summary.json")["chosen"]["transitions"]
    )
    certificate = read_json(run[0] / "certificate.json")
    assert float(chosen["residual"]) == certificate["residual"]
    assert bool(float(chosen["certified"])) == certificate["certified"]
    assert sizes == sorted(set(sizes))
    assert len(sizes) >= 5
    assert {p.name for p in (run[0] / "checkpoints").iterdir()} == {"full", *map(str, sizes)}
    strengths = [float(row["strength"]) for row in rows]
    assert strengths[0] == max(strengths) > min(strengths) == strengths[-1] > 0


def test_the_loaded_model_reproduces_the_test_accuracy(run):
    corpus, summary = load_corpus("rotten_tomatoes"), read_json(run[0] / "summary.json")
    texts, labels = corpus.test.texts, [corpus.labels[i] for i in corpus.test.labels]
    for model, wanted in (
        (sparsify.load(run[0]), summary["chosen"]),
        (sparsify.load(run[0], "full"), summary["dense"]),
        (sparsify.load(run[0], summary["chosen"]["transitions"]), summary["chosen"]),
    ):
        predicted = model.predict(texts)
        assert np.mean([a == b for a, b in zip(predicted, labels, strict=True)]) == wanted["test"]
        assert model.transitions == wanted["transitions"]
        assert predicted == [model.labels[i] for i in model.predict_proba(texts).argmax(1)]


def test_macro_f1_and_the_majority_stand_beside_every_accuracy(run):
    """By scikit-learn, from predictions of the loaded models."""
    corpus, summary = load_corpus("rotten_tomatoes"), read_json(run[0] / "summary.json")
    card = (run[0] / "MODEL_CARD.md").read_text(encoding="utf-8")
    with (run[0] / "curve.csv").open() as file:
        curve = {int(row["transitions"]): row for row in csv.DictReader(file)}
    closing = run[1].split("macro-F1  test")[1]
    usual = corpus.labels[max((0, 1), key=corpus.train.labels.count)]
    size = summary["chosen"]["transitions"]

    for part in ("dev", "test"):
        texts, labels = getattr(corpus, part).texts, [corpus.labels[k] for k in getattr(corpus, part).labels]
        for name, predicted in (
            ("dense", sparsify.load(run[0], "full").predict(texts)),
            ("chosen", sparsify.load(run[0]).predict(texts)),
            ("majority", [usual] * len(texts)),
        ):
            found, f1 = summary[name], f1_score(labels, predicted, average="macro")
            assert found[part] == pytest.approx(accuracy_score(labels, predicted))
            assert found[f"{part}_macro_f1"] == pytest.approx(f1)
            assert f"{found[part]:.4f} ± {found[part + '_error']:.4f} | {f1:.4f} |" in card
            assert re.search(rf"{100 * found[part]:.1f} ± \d\.\d +{100 * f1:.1f}\b", closing)
    assert float(curve[size]["dev_macro_f1"]) == pytest.approx(summary["chosen"]["dev_macro_f1"])
    assert f"always '{usual}', the most frequent class in training, has dev accuracy" in run[1]


def test_the_evaluation_is_that_of_the_test_texts(run):
    """By scikit-learn, from predictions of the loaded model; `python -m sparsify.evaluate` has the same figures."""
    corpus, summary = load_corpus("rotten_tomatoes"), read_json(run[0] / "summary.json")
    found, labels = summary["evaluation"], [corpus.labels[k] for k in corpus.test.labels]
    predicted = sparsify.load(run[0]).predict(corpus.test.texts)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert evaluate([str(run[0]), "rotten_tomatoes", "--json", "--threads", "1"]) == 0
    again = json.loads(said.getvalue())

    assert found["confusion"] == confusion_matrix(labels, predicted, labels=corpus.labels).tolist()
    assert found["accuracy"]["value"] == summary["chosen"]["test"]
    assert found["macro_f1"]["value"] == pytest.approx(summary["chosen"]["test_macro_f1"])
    for key in ("accuracy", "macro_f1", "calibration_error"):
        assert again[key] == pytest.approx(found[key], abs=1e-5)
    assert (again["confusion"], again["bootstrap"]) == (found["confusion"], found["bootstrap"])


def test_norms_are_recorded_until_everything_is_gone(run):
    """One row per strength of the path; what reached zero stays there, and the model ends empty."""
    with (run[0] / "norms.csv").open() as file:
        names, *rows = csv.reader(file)
    table = np.array(rows, dtype=float)
    records = [json.loads(line) for line in (run[0] / "metrics.jsonl").read_text().splitlines()]

    assert table[:, 0].tolist() == [record["strength"] for record in records if record["phase"] == "path"]
    alive = (table[:, 1:] > 0).sum(1)
    assert alive[0] == len(names) - 1
    assert not alive[-1]


def test_predictions_are_those_of_the_summary(run):
    with (run[0] / "predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    labels = read_json(run[0] / "patterns.json")["annotations"]["labels"]
    chances = np.array([[float(row[f"p({label})"]) for label in labels] for row in rows])

    right = np.mean([row["label"] == row["predicted"] for row in rows])
    assert right == read_json(run[0] / "summary.json")["chosen"]["test"]
    assert [row["predicted"] for row in rows] == [labels[i] for i in chances.argmax(1)]
    assert np.allclose(chances.sum(1), 1, atol=1e-5)


def test_patterns_json_in_plain_python_gives_the_pattern_scores(run):
    model, bundle = sparsify.load(run[0]), wfsa.load(run[0] / "patterns.json")
    texts = load_corpus("rotten_tomatoes").test.texts[:20]
    scores = model.pattern_scores(texts)
    weigh = wfsa.evaluator(bundle.parameters)

    assert scores.shape == (20, len(bundle.automata))
    assert list(bundle.automata) == list(model.automata)
    for text, row in zip(texts, scores, strict=True):
        want = [wfsa.pathsum(a, model.vectors(text), wfsa.REAL, weigh) for a in bundle.automata.values()]
        assert row.tolist() == pytest.approx(want, rel=1e-5, abs=1e-5)


def test_only_surviving_states_are_drawn_as_kept(run):
    bundle = wfsa.load(run[0] / "patterns.json")
    summary = read_json(run[0] / "summary.json")
    svg = "{http://www.w3.org/2000/svg}"

    assert sum(len(wfsa.main_arcs(a)) for a in bundle.automata.values()) == summary["chosen"]["transitions"]
    for i in range(6):
        kept = set(bundle.automata[f"p{i}"].states) if f"p{i}" in bundle.automata else set()
        root = ElementTree.parse(run[0] / "automata" / f"p{i}.svg").getroot()
        states = [g for g in root.iter(f"{svg}g") if g.get("class").startswith("state")]
        assert {int(g.find(f"{svg}text").text) for g in states if "deleted" not in g.get("class")} == kept
        assert len(states) == 4
        nodes = read_json(run[0] / "automata" / f"p{i}.json")["nodes"]
        assert {node["id"] for node in nodes if node["kept"]} == kept
        dot = (run[0] / "automata" / f"p{i}.dot").read_text()
        assert dot.count("style=bold, color") >= len(kept)


def test_phrases_are_paths_of_the_model(run):
    """The weight of a phrase is the extreme of its text, by the EXTREMES pathsum."""
    model, phrases = sparsify.load(run[0]), read_json(run[0] / "phrases.json")
    texts = load_corpus("rotten_tomatoes").train.texts
    weigh = wfsa.evaluator(model.parameters)

    assert phrases.keys() == model.automata.keys()
    for name, ends in phrases.items():
        for place, end in enumerate(("lowest", "highest")):
            found = ends[end][0]
            xs = model.vectors(texts[found["text"]])
            extremes = wfsa.pathsum(model.automata[name], xs, wfsa.EXTREMES, weigh)
            assert extremes[place] == pytest.approx(found["score"])


def test_the_report_is_one_file_without_network(run):
    page = (run[0] / "report.html").read_text(encoding="utf-8")

    assert "<svg" in page
    assert page.count("src=") == page.count('src="data:image/svg+xml;base64,') == 3
    assert "default-src 'none'" in page
    assert "http://www.w3.org" in page
    assert "https://" not in page
    assert len(page) < 3_000_000


def test_the_same_seed_gives_the_same_bytes_on_one_thread_and_two(run, tmp_path):
    folder = tmp_path / "again"
    subprocess.run(
        [sys.executable, "-m", "sparsify.train", *SMALL, "--at-most", "12", "--threads", "2", "--out", str(folder)],
        check=True, capture_output=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip

    def records(path):
        return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in path.read_text().splitlines()]

    assert records(folder / "metrics.jsonl") == records(run[0] / "metrics.jsonl")
    tables = ("curve.csv", "norms.csv", "predictions.csv")
    pictures = ("curve.svg", "strengths.svg", "quality.svg", "automata/p0.svg")
    for name in ("model.safetensors", "patterns.json", "phrases.json", *tables, *pictures):
        assert (folder / name).read_bytes() == (run[0] / name).read_bytes(), name


def test_a_run_is_never_overwritten_by_mistake(run, tmp_path, capsys):
    assert main(["--out", str(run[0])]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["--out", str(run[0] / "config.toml" / "x")]) == 2
    assert "must be writable" in capsys.readouterr().err
    (tmp_path / "precious").write_text("data")
    assert main(["--out", str(tmp_path), "--force"]) == 2
    assert "only replaces run directories" in capsys.readouterr().err
    assert (tmp_path / "precious").exists()
