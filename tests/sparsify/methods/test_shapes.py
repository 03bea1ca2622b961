"""Shapes set by hand or taken from another run, trained anew; and whole runs of the methods beside the path."""

import csv
import json

import pytest
from sklearn.metrics import accuracy_score

import sparsify
import wfsa
from sparsify import Settings
from sparsify.errors import ConfigError, RunError
from sparsify.runs.full_patterns import full_patterns
from sparsify.train import main
from wfsa import main_arcs, ngram

SMALL = ["--epochs=1", "--path-epochs=4", "--growth=8", "--polish=1", "--certify=0", "--debias=1"]
SMALL += ["--threads=1"]


def run(folder, data, *flags):
    """A small run with fixed vectors: (summary, curve)."""
    assert main([*SMALL, "--move-vectors=none", "--data", str(data), "--out", str(folder), *flags]) == 0
    with (folder / "curve.csv").open() as file:
        curve = list(csv.DictReader(file))
    return json.loads((folder / "summary.json").read_text(encoding="utf-8")), curve


def lengths(model):
    return [len(main_arcs(pattern)) for pattern in model.automata.values()]


@pytest.fixture(scope="module")
def learned(tenth, tmp_path_factory):
    """A run by dual averaging."""
    folder = tmp_path_factory.mktemp("learned") / "run"
    return folder, *run(folder, tenth, "--method=dual-averaging", "--patterns=4", "--length=2", "--choose=best")


def test_shapes_are_counts_of_lengths():
    patterns = full_patterns(Settings(method="fixed", shapes="2x1,1x3"))
    assert patterns == [ngram(1, "p0"), ngram(1, "p1"), ngram(3, "p2")]

    (pattern,) = full_patterns(Settings(method="fixed", shapes="1x2", family="soft_pattern"))
    assert pattern == wfsa.soft_pattern(2, "p0", main="tied")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shapes": "24*1"}, "must be COUNTxLENGTH .* .got '24.1'"),
        ({"shapes": "0x1"}, "must be COUNTxLENGTH"),
        ({"shapes": "2x1,"}, "must be COUNTxLENGTH .* .got ''"),
        ({"shapes": "900x900"}, "at most 50,000 transitions .got 810,000"),
        ({"shapes": "2x2", "family": "bigram"}, "families of any length .got bigram"),
        ({}, "needs a --shapes .got none.; try --shapes 24x1"),
        ({"shapes": "2x1", "patterns": 3}, "has its patterns from --shapes; leave --patterns out"),
        ({"shapes": "2x1", "penalty": "nested"}, "--penalty goes with --method path"),
        ({"shapes": "2x1", "strength": 0.1}, "--strength goes with --method constant or threshold"),
        ({"shapes": "2x1", "gates": 3}, "--gates goes with --method dgate"),
    ],
)
def test_shapes_that_are_none_are_refused_in_one_sentence(settings, message):
    with pytest.raises(ConfigError, match=message):
        full_patterns(Settings(method="fixed", **settings))


def test_a_hand_set_shape_is_the_model_and_nothing_is_deleted(tenth, tmp_path):
    summary, curve = run(tmp_path / "run", tenth, "--method=fixed", "--shapes=2x1,1x2", "--variational-dropout=0.1")
    model, full = sparsify.load(tmp_path / "run"), sparsify.load(tmp_path / "run", "full")

    assert [row["transitions"] for row in curve] == ["4"]
    assert summary["max_logit_difference"] == {"equal_shapes": 0, "recompiled": 0}
    assert lengths(model) == lengths(full) == [1, 1, 2]
    texts = [line.split("\t") for line in (tenth / "dev").read_text(encoding="utf-8").splitlines()]
    predicted = model.predict([text for _, text in texts])
    assert accuracy_score([label for label, _ in texts], predicted) == pytest.approx(float(curve[0]["dev_debiased"]))


def test_a_learned_structure_is_trained_from_new_values(learned, tenth, tmp_path):
    folder, _, curve = learned
    size = curve[-1]["transitions"]
    model = sparsify.load(folder, int(size))
    assert curve[0]["transitions"] != size
    run(tmp_path / "run", tenth, "--method=scratch", "--structure", f"{folder}:{size}", "--seed=3")
    anew = sparsify.load(tmp_path / "run")

    assert lengths(anew) == lengths(model)
    assert list(anew.automata) == [f"p{p}" for p in range(len(model.automata))]
    assert not set(map(str, anew.parameters.values())) & set(map(str, model.parameters.values()))
    chosen = full_patterns(Settings(method="scratch", structure=str(folder)))
    assert [len(main_arcs(pattern)) for pattern in chosen] == lengths(sparsify.load(folder))


def test_a_structure_that_is_none_is_refused_in_one_sentence(learned, tmp_path):
    folder = learned[0]
    for structure, message in (
        (f"{folder}:95", rf"{folder} has models of the sizes \[[1-7], .*8\] .got .*:95"),
        (str(tmp_path), "must name a finished run, RUN or RUN:SIZE"),
    ):
        with pytest.raises(ConfigError, match=message):
            full_patterns(Settings(method="scratch", structure=structure))
    (tmp_path / "manifest.json").write_text((folder / "manifest.json").read_text())
    (tmp_path / "patterns.json").write_text((folder / "patterns.json").read_text() + " ")
    with pytest.raises(RunError, match="must hold what the run wrote"):
        full_patterns(Settings(method="scratch", structure=str(tmp_path)))


def test_dual_averaging_and_gates_give_a_curve_whose_deletions_move_no_logit(learned, tenth, tmp_path):
    gated = run(tmp_path / "run", tenth, "--method=dgate", "--gates=3", "--patterns=4", "--length=2")
    for summary, curve in (learned[1:], gated):
        assert len(curve) > 1
        assert int(curve[0]["transitions"]) < 8
        assert summary["max_logit_difference"]["equal_shapes"] == 0


def test_a_threshold_moves_logits_and_the_summary_says_so(tenth, tmp_path):
    flags = ["--method=threshold", "--strength=0.002", "--threshold=0.7", "--patterns=4", "--length=2"]
    summary, curve = run(tmp_path / "run", tenth, *flags)

    assert len(curve) == 1
    assert 0 < int(curve[0]["transitions"]) < 8
    assert summary["max_logit_difference"]["equal_shapes"] > 1e-4
    assert summary["max_logit_difference"]["recompiled"] > 1e-4
