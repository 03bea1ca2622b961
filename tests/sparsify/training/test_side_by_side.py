"""Models trained side by side are the models trained alone; processes that share batches are one process."""

import json
import os
import subprocess
import sys
import threading
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from neural import PatternClassifier, Vocabulary, compile_patterns, tokenize
from sparsify import Settings
from sparsify.training.encoded import encode
from sparsify.training.side_by_side import Joint
from sparsify.training.trainer import Training
from sparsify.training.two_threads import in_halves
from wfsa import ngram

TEXTS = ["a good film", "a bad film", "good good", "bad", "so good a film", "not a film"]
LABELS = [1, 0, 1, 0, 1, 0]
SETTINGS = Settings(dropout=0.0, word_dropout=0.0, batch_size=3, clip=0.05)


def classifiers():
    """Three models of different sizes, one without patterns, in double precision."""
    generator = torch.Generator().manual_seed(0)
    made = []
    for lengths in ([2, 1], [3], []):
        patterns = [ngram(n, f"p{i}") for i, n in enumerate(lengths)]
        model = PatternClassifier(compile_patterns(patterns, 4), 2).double()
        model.bank.reset_parameters(generator)
        model.reset_parameters(generator)
        made.append(model)
    return made


def training(model):
    vocabulary = Vocabulary(["a", "good", "bad", "film", "so", "not"])
    table = torch.from_numpy(np.random.default_rng(0).normal(size=(len(vocabulary), 4)))
    data = encode([tokenize(text) for text in TEXTS], LABELS, vocabulary)
    return Training(model, table, data, SETTINGS, torch.Generator().manual_seed(5), 0.02)


def state(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def test_models_side_by_side_learn_what_they_learn_alone():
    """Mini-batches, full-batch steps, clipping, a strength per model: the same parameters, the same losses."""
    alone, strengths = classifiers(), [0.01, 0.03, 0.0]
    losses = []
    for model, strength in zip(alone, strengths, strict=True):
        own = training(model)
        own.set_strength(strength)
        losses.append([float(own.epoch()), float(own.full_step()), float(own.full_gradient())])
    beside = classifiers()
    joint = Joint(beside)
    together = training(joint)
    together.set_strength(torch.tensor(strengths, dtype=torch.float64)[joint.owner])
    found = [together.epoch().tolist(), together.full_step().tolist(), together.full_gradient().tolist()]
    joint.write_back()

    assert np.allclose(np.array(found).T, losses, rtol=1e-12)
    for a, b in zip(alone, beside, strict=True):
        assert torch.allclose(state(a), state(b), rtol=1e-10, atol=1e-12)


def test_a_joint_writes_back_what_it_was_given():
    models = classifiers()
    before = [deepcopy(model) for model in models]
    Joint(models).write_back()

    assert all(torch.equal(state(a), state(b)) for a, b in zip(models, before, strict=True))


def test_two_processes_are_one(tmp_path, tenth):
    """torchrun with gloo: the same curve, parameters equal up to rounding, one run directory."""
    small = ["--patterns=3", "--length=2", "--epochs=1", "--growth=4", "--polish=2", "--debias=1"]
    small += ["--data", str(tenth), "--batch-size=64"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    commands = {
        "one": [sys.executable, "-m", "sparsify.train"],
        "two": [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "-m", "sparsify.train"],
    }
    for name, command in commands.items():
        subprocess.run(
            [*command, *small, "--out", str(tmp_path / name)],
            check=True, capture_output=True, cwd=Path(__file__).parents[3], env=environment,
        )  # fmt: skip
    records = {
        name: [json.loads(line) for line in (tmp_path / name / "metrics.jsonl").read_text().splitlines()]
        for name in commands
    }

    assert len(records["one"]) == len(records["two"]) > 5
    for a, b in zip(records["one"], records["two"], strict=True):
        assert (a["phase"], a["transitions"]) == (b["phase"], b["transitions"])
        assert a["strength"] == pytest.approx(b["strength"], rel=1e-5)
        assert a["loss"] == pytest.approx(b["loss"], rel=1e-5)
    one, two = (load_file(tmp_path / name / "checkpoints" / "full" / "model.safetensors") for name in commands)
    assert one.keys() == two.keys()
    assert all(torch.allclose(one[key], two[key], rtol=1e-4, atol=1e-5) for key in one)


def test_a_device_that_is_not_there_is_said(capsys):
    from sparsify.train import main

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert main(["--device", "cuda"]) == 2
    assert "needs a GPU that torch can use (got none)" in capsys.readouterr().err


@pytest.mark.parametrize("costs", [[5, 4, 3, 3, 1], [1], [], [2, 2, 2, 2], [90, 1, 1, 1, 1]])
def test_halves_cost_alike_and_threads_change_nothing(costs):
    """Every place in one half; no half could be relieved of a model and still cost more than the other."""
    own, found = training(classifiers()[0]), []
    for threads in (1, 2):
        own.settings = replace(SETTINGS, threads=threads)
        seen = []

        def job(places, stop, seen=seen):
            assert not stop.is_set()
            assert torch.get_num_threads() == 1
            seen.append(places)
            return [costs[place] * 10.0 for place in places]

        assert in_halves(costs, job, own) == [10.0 * cost for cost in costs]
        found.append(sorted(map(list, seen)))
    assert found[0] == found[1]
    assert sorted(place for half in found[0] for place in half) == list(range(len(costs)))
    totals = sorted((sum(costs[place] for place in half), half) for half in found[0])
    if len(totals) == 2:
        assert totals[1][0] - min(costs[place] for place in totals[1][1]) <= totals[0][0]


def test_a_failure_stops_the_other_half():
    own, left, begun = training(classifiers()[0]), [], threading.Event()
    own.settings = replace(SETTINGS, threads=2)

    def job(places, stop):
        if 0 in places:
            assert begun.wait(60)
            raise KeyboardInterrupt
        begun.set()
        left.append(stop.wait(60))
        return [0.0] * len(places)

    with pytest.raises(KeyboardInterrupt):
        in_halves([1, 1], job, own)
    assert left == [True]
