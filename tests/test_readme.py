"""README.md is true: its Python runs, its commands exist, its numbers are those of the committed tables."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sparsify.baselines.__main__ import parser as baselines_parser
from sparsify.commands import parser
from sparsify.paper.flags import parser as paper_parser
from sparsify.train import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the README's run lies, made by a small job."""
    folder = tmp_path_factory.mktemp("readme")
    small = ["--patterns=3", "--length=2", "--epochs=1", "--growth=3", "--polish=1", "--debias=1", "--certify=0"]
    assert main([*small, "--out", str(folder / "runs" / "rotten_tomatoes-seed0")]) == 0
    return folder


def test_its_python_runs(folder):
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False, env=environment
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].count("tive'") == 2


def test_its_flags_exist():
    known = {option for action in parser()._actions for option in action.option_strings} | {"--nproc-per-node"}
    known |= {option for action in baselines_parser()._actions for option in action.option_strings}
    known |= {option for action in paper_parser()._actions for option in action.option_strings}
    known |= {"--proba"}  # of predict, which another test runs
    named = set(re.findall(r"(?<![-\w])--[a-z][a-z-]+", README))

    assert named
    assert named <= known


def test_its_own_texts_become_figures_and_predictions_in_three_commands(tmp_path):
    """Three classes, one of 5 %; a header, quotes and line breaks."""
    block = README.split("## Use")[1].split("\n\n")[2]
    commands = [line.strip() for line in block.splitlines()]
    texts = {"good": 'a "warm" film,\nso good', "bad": 'dull, "lifeless"\nand bad', "mixed": "good; \nbut bad"}
    for name, count in (("reviews.csv", 400), ("new.csv", 60)):
        kinds = ["mixed" if i % 20 == 0 else "good" if i % 2 else "bad" for i in range(count)]
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            rows = [(i, kind, f"{texts[kind]} {'film ' * (i % 7)}{i % 9} {i}") for i, kind in enumerate(kinds)]
            csv.writer(file).writerows([("id", "label", "text"), *rows])
    small = " --patterns 6 --length 2 --epochs 12 --growth 2 --polish 1 --debias 4 --certify 0"
    commands[0] += small
    for command in commands:
        done = subprocess.run(
            command.replace("python", sys.executable, 1), shell=True, cwd=tmp_path, capture_output=True, text=True,
            check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        if ".evaluate" in command:
            assert "mixed" in done.stdout
    lines = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]
    right = np.mean([line["predicted"] == kind for line, kind in zip(lines, kinds, strict=True)])
    assert right > 0.9
    assert all(sum(line["p"].values()) == pytest.approx(1, abs=1e-5) for line in lines)


def test_its_commands_are_those_that_ci_runs():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert "pip install -e '.[demo,test]' && python -m pytest -q" in README
    assert "'.[demo,test]'" in ci
    assert "python -m pytest -q" in ci


def test_its_files_are_those_that_a_run_leaves(folder):
    run = folder / "runs" / "rotten_tomatoes-seed0"
    table = README.split("## What a run leaves")[1].split("\n## ")[0]
    first_cells = "".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))
    names = re.findall(r"`(.*?)`", first_cells)

    assert {name for name in names if "*" not in name} == {
        path.name + ("/" if path.is_dir() else "") for path in run.iterdir()
    } - {"automata/"}
    assert all(list((run / "automata").glob(pattern)) for pattern in ("*.dot", "*.svg", "*.json"))


def test_the_page_of_the_run_directory_is_true(folder):
    """Its files are those of a run; columns of tables and keys of JSON objects are those that it names."""
    run = folder / "runs" / "rotten_tomatoes-seed0"
    page = (ROOT / "docs" / "run-directory.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    cells = {name: row[1] for row in rows for name in re.findall(r"`(.*?)`", row[0])}
    cells["summary.json"] += page.split("## What predictions are worth")[1].split("\n## ")[0]  # its `evaluation`
    writers = {path for row in rows for path in re.findall(r"`(\S+\.py)`", row[2])}

    assert {name.rstrip("/") for name in cells} == {path.name for path in run.iterdir()}
    assert all((ROOT / "sparsify" / writer).is_file() for writer in writers)
    for name, text in cells.items():
        named = set(re.findall(r"`(\w+)`", text))
        if name.endswith((".csv", ".jsonl")) and name != "norms.csv":
            first = (run / name).read_text(encoding="utf-8").splitlines()[0]
            fields = json.loads(first) if name.endswith("l") else next(csv.reader([first]))
            assert {field for field in fields if "(" not in field} == named, name
        if name in ("model.json", "certificate.json", "live.json", "summary.json"):
            tree = json.loads((run / name).read_text(encoding="utf-8"))
            assert set(tree) <= named, name
            inside = {key for value in tree.values() if isinstance(value, dict) for key in value}
            assert name == "live.json" or inside <= named, name
    notes = json.loads((run / "patterns.json").read_text(encoding="utf-8"))["annotations"]["patterns"]["p0"]
    assert {*notes, *notes["groups"][0]} == set(re.findall(r"`(\w+)`", cells["patterns.json"].split("annotations")[1]))


@pytest.mark.parametrize(
    ("page", "part", "name"),
    [
        ("README.md", "results", "RESULTS"),
        ("README.md", "encoders", "encoders"),
        ("README.md", "speed", "speed"),
        ("docs/speed.md", "speed", "speed"),
    ],
)
def test_its_numbers_are_those_of_the_committed_tables(page, part, name):
    quoted = (ROOT / page).read_text(encoding="utf-8").split(f"<!-- {part} -->")[1].split(f"<!-- /{part} -->")[0]
    rows = [line for line in quoted.splitlines() if re.match(r"\| .*\d\.\d", line)]
    table = (ROOT / "benchmarks" / f"{name}.md").read_text(encoding="utf-8").splitlines()

    assert rows
    assert all(row in table for row in rows)
