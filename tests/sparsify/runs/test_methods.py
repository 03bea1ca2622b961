"""Other runs than the default one: sizes that are asked for, one strength, pictures that cannot be drawn."""

import json

import pytest

from sparsify import RunError
from sparsify.runs.drawing import drawing
from sparsify.train import main

SMALL = ["--patterns", "6", "--length", "3", "--epochs", "2", "--growth", "2", "--polish", "3", "--debias", "2"]
SMALL += ["--threads", "1"]


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_what_cannot_be_drawn_is_said_after_all_else_is_written(tmp_path):
    written = []
    with drawing() as draw, pytest.raises(RunError, match=r"must be drawn .* must be a run directory"):
        draw(tmp_path, lambda: written.append(True))

    assert written


def test_sizes_are_reached_exactly_and_one_strength_gives_one_model(tmp_path, tenth):
    sizes, small = tmp_path / "sizes", [*SMALL, "--epochs", "1", "--polish", "1", "--debias", "1", "--data", str(tenth)]
    assert main([*small, "--sizes", "5,9", "--out", str(sizes), "--penalty", "nested"]) == 0
    assert [row.split(",")[0] for row in (sizes / "curve.csv").read_text().splitlines()] == ["transitions", "5", "9"]

    assert main([*small, "--sizes", "5", "--out", str(sizes), "--force"]) == 0
    assert not (sizes / "checkpoints" / "9").exists()

    assert main([*small, "--at-most", "1", "--out", str(sizes), "--force"]) == 0
    assert read_json(sizes / "summary.json")["chosen"]["transitions"] <= 1

    constant = tmp_path / "constant"
    strength = ["--method", "constant", "--strength", "3e-4", "--path-epochs", "4"]
    assert main([*small, *strength, "--out", str(constant)]) == 0
    assert len((constant / "curve.csv").read_text().splitlines()) == 2
