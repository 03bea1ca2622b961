"""CONTRIBUTING.md is true: every "how to add" is done as it says, and a run uses what was added."""

import csv
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import sparsify
from neural import ENCODERS, REAL, compile_patterns
from sparsify.data import load_corpus
from sparsify.settings import Settings
from sparsify.tables import FAMILIES, GROUPS, METHODS, MOVES, PENALTIES
from sparsify.train import main
from sparsify.training.material import prepare
from wfsa import WFSA, Arc, pathsum

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"### (.*?)\n.*?```python\n(.*?)```", TEXT, re.DOTALL))
SMALL = ["--patterns=3", "--epochs=2", "--growth=4", "--polish=2", "--debias=1", "--certify=0", "--threads=1"]


@pytest.fixture
def tables():
    """What the recipes add is gone afterwards."""
    every = (FAMILIES, GROUPS, METHODS, MOVES, PENALTIES, ENCODERS)
    before = [dict(table) for table in every]
    yield
    for table, entries in zip(every, before, strict=True):
        table.clear()
        table.update(entries)


def carried_out(name):
    """The names that a recipe defines."""
    made = {"__name__": "recipe"}
    exec(RECIPES[name], made)
    return made


def run(folder, data, *flags):
    """A small run; its summary."""
    assert main([*SMALL, "--data", str(data), "--out", str(folder), *flags]) == 0
    assert (folder / "report.html").is_file()
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def curve(folder):
    with (folder / "curve.csv").open() as file:
        return list(csv.DictReader(file))


def test_there_are_nine():
    assert list(RECIPES) == [
        "a semiring", "a family of patterns", "a weight expression", "a grouping", "a penalty",
        "a way for words to move", "a method", "an encoder", "a command",
    ]  # fmt: skip


def test_a_semiring():
    made = carried_out("a semiring")
    two = (Arc(0, "a", 1, 3.0), Arc(1, "b", 2, 5.0), Arc(0, "a", 3, 4.0), Arc(3, "b", 2, 3.5))
    machine = WFSA({0: math.inf}, two, {2: math.inf})
    bank = compile_patterns([machine], semiring=made["WIDEST"], alphabet="ab")

    assert pathsum(machine, "ab", made["BOTTLENECK"]) == 3.5
    assert bank(torch.tensor([[0, 1]])).item() == 3.5


def test_a_family_of_patterns(tables, tenth, tmp_path):
    star = carried_out("a family of patterns")["star"]
    summary = run(tmp_path / "run", tenth, "--family", "star", "--length=3")
    model = sparsify.load(tmp_path / "run", "full")

    assert summary["max_logit_difference"]["equal_shapes"] == 0
    assert list(model.automata.values()) == [star(3, f"p{i}") for i in range(3)]
    assert min(int(row["transitions"]) for row in curve(tmp_path / "run")) < 9


def test_a_weight_expression(tenth, tmp_path):
    """In a copy of the packages, since a picture is drawn by another process: read from a file, trained, deleted from,
    written, drawn."""
    for package in ("wfsa", "neural", "sparsify", "viz"):
        shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / "wfsa" / "squashed.py").write_text(RECIPES["a weight expression"], encoding="utf-8")
    with (tmp_path / "wfsa" / "__init__.py").open("a", encoding="utf-8") as file:
        file.write("import wfsa.squashed\n")
    for command in (
        ["-c", "import wfsa; wfsa.save('chain.json', {'chain': wfsa.squashed.squashed(2, 'c')})"],
        ["-m", "sparsify.train", *SMALL, "--data", str(tenth), "--family", "chain.json", "--out", "run"],
    ):
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    live = json.loads((tmp_path / "run" / "live.json").read_text(encoding="utf-8"))

    assert summary["dense"]["transitions"] == 6
    assert summary["max_logit_difference"]["equal_shapes"] == 0
    assert int(curve(tmp_path / "run")[0]["transitions"]) < 6
    assert '"tanh": {' in (tmp_path / "run" / "checkpoints" / "full" / "patterns.json").read_text(encoding="utf-8")
    assert "tanh" not in json.dumps(live["model"]["automata"]), "a page gets tables for kinds it does not know"
    assert (tmp_path / "run" / "report.html").is_file()


def test_a_grouping(tables, tenth, tmp_path):
    carried_out("a grouping")
    run(tmp_path / "run", tenth, "--groups", "tail", "--length=3")
    with (tmp_path / "run" / "norms.csv").open() as file:
        head = next(csv.reader(file))

    assert head == ["strength", "p0.2", "p1.2", "p2.2"]
    sizes = {int(row["transitions"]) for row in curve(tmp_path / "run")}
    assert sizes <= {3, 5, 7, 9}, "tails of two die as one"
    assert min(sizes) < 9


def test_a_penalty(tables, tenth, tmp_path):
    penalty = carried_out("a penalty")["GroupCount"]
    bank = compile_patterns(sparsify.training.families.make_patterns("ngram", 2, 2), 3, REAL)
    toy = penalty(sparsify.groups(bank.layout))
    sizes = sparsify.norms(bank, toy.groups)

    assert toy.value(bank) == pytest.approx(4 * 7**0.5)
    assert toy.factors(sizes.numpy(), np.full(4, 1e9)).tolist() == [0] * 4
    assert run(tmp_path / "run", tenth, "--penalty", "l0", "--length=3")["max_logit_difference"]["equal_shapes"] == 0
    assert int(curve(tmp_path / "run")[0]["transitions"]) < 9


def test_a_way_for_words_to_move(tables, tenth, tmp_path):
    carried_out("a way for words to move")
    run(tmp_path / "run", tenth, "--move-vectors", "near", "--vector-lr=5")
    given = prepare(Settings(), load_corpus(str(tenth))).encoder.table
    shift = (sparsify.load(tmp_path / "run").encoder.table - given).abs()

    assert 0.0999 < float(shift.max()) < 0.1001


def test_a_method(tables, tenth, tmp_path):
    carried_out("a method")
    run(tmp_path / "run", tenth, "--method", "doubling", "--length=3")
    strengths = sorted(float(row["strength"]) for row in curve(tmp_path / "run"))

    assert len(strengths) > 1
    assert all(math.log2(strength / 1e-4) == pytest.approx(round(math.log2(strength / 1e-4))) for strength in strengths)


def test_an_encoder(tables, tenth, tmp_path):
    """Contextual: it trains, is saved, loaded and read, and the page says that it cannot run it."""
    carried_out("an encoder")
    run(tmp_path / "run", tenth, "--embeddings", "hashed", "--length=3")
    model = sparsify.load(tmp_path / "run")
    texts = load_corpus(str(tenth)).test.texts
    with (tmp_path / "run" / "predictions.csv").open() as file:
        rows = list(csv.DictReader(file))

    assert model.predict(texts) == [row["predicted"] for row in rows]
    assert model.vectors("good good").shape == (3, 8)
    assert not np.array_equal(*model.vectors("good good")[:2]), "the same word, another context"
    assert json.loads((tmp_path / "run" / "live.json").read_text())["model"] is None
    assert 'id="try"' not in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_command(tenth, tmp_path):
    (tmp_path / "sizes.py").write_text(RECIPES["a command"], encoding="utf-8")
    run(tmp_path / "run", tenth)
    sizes = [row["transitions"] for row in curve(tmp_path / "run")]
    for folder, status, output in ((tmp_path / "run", 0, " ".join(sizes) + "\n"), (tmp_path, 2, "")):
        done = subprocess.run(
            [sys.executable, str(tmp_path / "sizes.py"), str(folder)],
            capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (status, output), done.stderr
        assert done.stderr.count("\n") == (status > 0)
