"""`python -m sparsify.curve`: runs and studies in, figure and tables out; what does not belong together is told."""

import csv
import json
import re
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

import sparsify
import wfsa
from sparsify.curve import draw
from sparsify.curve.__main__ import main
from sparsify.curve.csv_rows import AREA_COLUMNS, COMPARISON_COLUMNS
from sparsify.curve.panels import Panel
from sparsify.curve.run_outcomes import read_runs
from sparsify.curve.study_lines import lines_of, read_lines
from sparsify.runs.manifest import write_manifest
from sparsify.train import main as train
from tests.sparsify.curve.outcomes import outcome, some_right, study

SMALL = [
    "--patterns=3",
    "--length=2",
    "--epochs=1",
    "--growth=4",
    "--polish=1",
    "--debias=1",
    "--certify=0",
    "--threads=1",
]
FILES = {"outcomes.jsonl", "curve.csv", "curve.svg", "curve.png", "curve.txt", "areas.csv", "comparisons.csv"}


def table(place):
    with place.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(place, outcomes):
    place.write_text("".join(json.dumps(one.as_dict()) + "\n" for one in outcomes), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def runs(tmp_path_factory, tenth):
    """A run by each of two methods, on a tenth of Rotten Tomatoes."""
    folder = tmp_path_factory.mktemp("runs")
    common = [*SMALL, "--data", str(tenth)]
    assert train([*common, "--at-most", "6", "--out", str(folder / "path")]) == 0
    assert (
        train([*common, "--method", "constant", "--strength", "1e-5", "--seed", "1", "--out", str(folder / "one")]) == 0
    )
    return folder


@pytest.fixture
def altered(runs, tmp_path):
    """A copy of a run of which one file is changed, and bound by the manifest as it is then."""

    def altered(name, change):
        folder = tmp_path / "altered"
        shutil.copytree(runs / "one", folder)
        place = folder / name
        place.write_text(change(place.read_text(encoding="utf-8")), encoding="utf-8")
        write_manifest(folder, finished=True)
        return folder

    return altered


@pytest.fixture(scope="module")
def curve(runs):
    """What the command makes of both."""
    assert main([str(runs / "path"), str(runs / "one"), "--out", str(runs / "curve")]) == 0
    return runs / "curve"


def test_runs_become_points(runs, curve):
    assert {path.name for path in curve.iterdir()} == FILES
    for row, name in zip(table(curve / "curve.csv"), ("path", "one"), strict=True):
        summary = json.loads((runs / name / "summary.json").read_text(encoding="utf-8"))
        model = sparsify.load(runs / name)
        numbers = sum(own.numel() for own in model.classifier.parameters())
        assert float(row["test_mean"]) == pytest.approx(summary["chosen"]["test"])
        assert float(row["dev_mean"]) == pytest.approx(summary["chosen"]["dev"])
        assert float(row["transitions_mean"]) == model.transitions
        assert float(row["learned_patterns"]) + float(row["learned_class_weights"]) == numbers
        assert float(row["learned_moved_vectors"]) == len(model.encoder.moved.words) * model.encoder.dim > 0
        assert float(row["stored"]) == numbers + model.encoder.table.numel()
        assert (row["arm"], row["goal"]) == (("path", "6") if name == "path" else ("constant", "0"))
    lines = (curve / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    automata = wfsa.load(runs / "path" / "patterns.json").automata.values()
    assert json.loads(lines[0])["lengths"] == sorted((len(wfsa.main_arcs(one)) for one in automata), reverse=True)


def test_the_comparison_of_runs_is_that_of_their_predictions(runs, curve):
    right = []
    for name in ("path", "one"):
        rows = table(runs / name / "predictions.csv")
        right.append(np.array([row["label"] == row["predicted"] for row in rows]))
    found = table(curve / "comparisons.csv")
    near = abs(float(table(curve / "curve.csv")[1]["transitions_mean"]) - 6) <= 3

    assert len(found) == near
    for row in found:
        assert float(row["difference"]) == pytest.approx(right[0].mean() - right[1].mean())
        assert float(row["only_a"]) == (right[0] & ~right[1]).sum()
        assert int(row["texts"]) == len(right[0])


def test_the_page_on_curves_names_every_file_and_column(curve):
    page = (Path(__file__).parents[3] / "docs" / "curve.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.]+)`", page))
    bases = {name.removesuffix("_mean").removesuffix("_sd") for name in table(curve / "curve.csv")[0]}

    assert {path.name for path in curve.iterdir()} <= named
    assert {name for name in bases if not name.startswith("learned_")} <= named
    assert {*AREA_COLUMNS, *COMPARISON_COLUMNS} <= named


def test_a_setting_that_not_all_runs_share_makes_arms(runs, altered):
    other = altered("config.toml", lambda text: text.replace('groups = "state"', 'groups = "arc"'))
    panel = read_runs([runs / "one", other])

    assert [point.arm for point in panel.points] == ["constant groups=state", "constant groups=arc"]
    assert [point.arm for point in read_runs([runs / "path", runs / "one"]).points] == ["path", "constant"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """What is written without --out goes here."""
    monkeypatch.chdir(tmp_path)


def refused(capsys, *sources, said):
    """Is the answer status 2, and one line with these words?"""
    status, error = main([*map(str, sources)]), capsys.readouterr().err
    return (status, error.count("\n"), said in error) == (2, 1, True)


def test_runs_that_cannot_be_compared_are_refused(runs, altered, tmp_path, capsys):
    assert refused(capsys, tmp_path / "none", said="must be a finished run, or a study")
    assert refused(capsys, runs / "one", runs / "one", said="every seed of constant")
    at_work = tmp_path / "at_work"
    shutil.copytree(runs / "one", at_work)
    write_manifest(at_work, finished=False)
    assert refused(capsys, at_work, said="must be a finished run")
    other = altered("summary.json", lambda text: text.replace('"data_digest": "', '"data_digest": "0'))
    assert refused(capsys, runs / "path", other, said="must be of the same data and test texts")
    assert not (tmp_path / "curve").exists()


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("predictions.csv", lambda text: text.splitlines()[0] + "\n", "must have predictions of test texts"),
        ("predictions.csv", lambda text: "\n".join(text.splitlines()[:-1]), "the accuracy that its predictions have"),
        ("summary.json", lambda text: "{}", "must hold the files that a run wrote"),
        ("summary.json", lambda text: text.replace('"test":', '"untested":'), "must hold the files that a run wrote"),
        ("config.toml", lambda text: text.replace("seed = ", "seeds = "), "must hold the files that a run wrote"),
        ("certificate.json", lambda text: "[]", "must hold the files that a run wrote"),
    ],
)
def test_a_run_whose_files_are_not_a_tested_runs_is_refused(altered, capsys, name, change, said):
    assert refused(capsys, altered(name, change), said=said)


def test_a_run_that_was_damaged_is_refused(runs, tmp_path, capsys):
    shutil.copytree(runs / "one", tmp_path / "copy")
    (tmp_path / "copy" / "predictions.csv").write_text("label,predicted\n", encoding="utf-8")

    assert refused(capsys, tmp_path / "copy", said="must hold what the run wrote")


def test_studies_are_panels_and_their_folders_can_be_drawn_again(tmp_path, capsys):
    both = [written(tmp_path / f"set {k}.jsonl", study(seed=k)) for k in (1, 2)]
    assert main([*map(str, both), "--out", str(tmp_path / "both")]) == 0
    printed = capsys.readouterr().out
    draw(study(seed=1), tmp_path / "first", "set 1")
    assert main([str(tmp_path / "first"), str(both[1]), "--out", str(tmp_path / "again")]) == 0

    for name in FILES:
        assert (tmp_path / "both" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    assert printed.startswith((tmp_path / "both" / "curve.txt").read_text(encoding="utf-8"))
    assert str(tmp_path / "both") in printed.splitlines()[-1]
    texts = {
        text.text for text in ElementTree.parse(tmp_path / "both" / "curve.svg").iter() if text.tag.endswith("}text")
    }
    assert {"set 1", "set 2", "path", "threshold", "fixed", "cnn", "tfidf"} <= texts
    rows = table(tmp_path / "both" / "curve.csv")
    assert [float(row["certified"]) for row in rows if row["arm"] == "path"] == pytest.approx([2 / 3] * 4)
    assert {row["data"] for row in table(tmp_path / "both" / "areas.csv")} == {"set 1", "set 2"}


def test_a_study_of_baselines_alone_has_tables_with_a_head(tmp_path):
    draw([outcome("cnn", some_right(np.random.default_rng(0), 0.7))], tmp_path / "made" / "here", "data")

    for name in ("areas.csv", "comparisons.csv"):
        assert (tmp_path / "made" / "here" / name).read_text(encoding="utf-8").count("\n") == 1


def test_outcomes_are_read_as_they_were_written_numbers_of_numpy_too(tmp_path):
    models = [*study(), outcome("cnn", [True] * 200, seed=9, parameters={"lr": np.float32(0.5)}, stored=np.int64(7))]
    (tmp_path / "x.jsonl").write_text(lines_of([Panel("a", models), Panel("b", models[:1])]), encoding="utf-8")
    first, second = read_lines(tmp_path / "x.jsonl")

    assert (first.data, second.data, len(second.outcomes)) == ("a", "b", 1)
    for read, given in zip(first.outcomes, models, strict=True):
        assert read.as_dict() == given.as_dict()


LINE = outcome("path", [True, False], 20, lengths=[4, 1]).as_dict()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "must hold an outcome"),
        ("{", "outcomes.jsonl:1 must be an outcome of a study in JSON"),
        ("[]", "must be an outcome of a study in JSON"),
        ("{}", "must be an outcome of a study in JSON"),
        ({**LINE, "more": 1}, "must be an outcome of a study in JSON"),
        ({**LINE, "right": {"texts": 2, "bits": "?"}}, "must be an outcome of a study in JSON"),
        ({**LINE, "right": {"texts": 9, "bits": "gA=="}}, "must be an outcome of a study in JSON"),
        ({**LINE, "lengths": [4, -1]}, "(got lengths = (4, -1))"),
        ({**LINE, "dev": "0.5"}, "(got dev = '0.5')"),
        ({**LINE, "dev": float("nan")}, "(got dev = nan)"),
        ({**LINE, "learned": {"patterns": "many"}}, "(got learned = {'patterns': 'many'})"),
        ({**LINE, "stage": "last"}, "(got stage = 'last')"),
        ({**LINE, "transitions": 1.5}, "(got transitions = 1.5)"),
        ({**LINE, "calibration": [0.1]}, "(got calibration = (0.1,))"),
    ],
)
def test_a_line_that_is_no_outcome_is_named(tmp_path, capsys, line, said):
    content = line if isinstance(line, str) else json.dumps(line)
    (tmp_path / "outcomes.jsonl").write_text(content, encoding="utf-8")

    assert refused(capsys, tmp_path, said=said)
