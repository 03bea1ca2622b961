"""Models trained side by side are the models trained alone; processes that share batches are one process."""

import json
import os
import subprocess
import sys
import threading
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sparsify import Settings
from sparsify.methods.debias import train_on
from sparsify.methods.polish import polish
from sparsify.methods.snapshot import path_epoch
from sparsify.tables import GROUPS
from sparsify.training.processes import ALONE
from sparsify.training.side_by_side import SideBySide
from sparsify.training.two_threads import in_halves
from tests.sparsify.small import classifier, search_of, trainer_of
from wfsa import bigram, ngram, soft_pattern, unigram

SETTINGS = Settings(dropout=0.0, word_dropout=0.0, batch_size=3, clip=0.05)
DROPPING = Settings(batch_size=3, polish=4, debias=4)


def classifiers():
    """Three models of different sizes, one without patterns, in double precision."""
    return [classifier([ngram(n, f"p{i}") for i, n in enumerate(lengths)], seed=m) for m, lengths in enumerate(LENGTHS)]


LENGTHS = ([2, 1], [3], [])


def state(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def same(a, b):
    return torch.allclose(state(a), state(b), rtol=1e-10, atol=1e-12)


def test_models_side_by_side_learn_what_they_learn_alone():
    """Mini-batches, full-batch steps, clipping, a strength per model: the same parameters, the same losses."""
    alone, strengths = classifiers(), [0.01, 0.03, 0.0]
    losses = []
    for model, strength in zip(alone, strengths, strict=True):
        own = trainer_of([model], SETTINGS)
        own.optimizer.set_strength(strength)
        losses.append([float(own.epoch()), float(own.full_step()), float(own.full_gradient())])
    beside = classifiers()
    together = trainer_of(beside, SETTINGS)
    together.optimizer.set_strength(torch.tensor(strengths, dtype=torch.float64)[together.models.owner])
    found = [together.epoch().tolist(), together.full_step().tolist(), together.full_gradient().tolist()]
    together.models.write_back()

    assert np.allclose(np.array(found).T, losses, rtol=1e-12)
    assert all(same(a, b) for a, b in zip(alone, beside, strict=True))


FAMILIES = [
    [ngram(3, "p0"), ngram(2, "p1")],
    [soft_pattern(3, "p0", main="tied"), soft_pattern(2, "p1", main="untied")],
    [bigram("p0"), unigram("p1")],
]


@pytest.mark.parametrize("patterns", FAMILIES, ids=["ngram", "soft_pattern", "bigram"])
def test_debiased_beside_others_is_debiased_alone(tmp_path, patterns):
    """With dropout: its masks and the order of texts do not depend on who else is there."""
    search = search_of(classifier([ngram(2)]), DROPPING, tmp_path)

    def classifiers():
        return [classifier(patterns[:count], seed=count) for count in (1, 2, 0)]

    alone, beside = classifiers(), classifiers()
    losses = [train_on(search, [model], range(4))[0] for model in alone]

    assert train_on(search, beside, range(4)) == pytest.approx(losses, rel=1e-10)
    assert all(same(a, b) for a, b in zip(alone, beside, strict=True))
    assert not any(same(a, b) for a, b in zip(beside[:2], classifiers(), strict=False)), "they were trained"


@pytest.mark.parametrize("patterns", FAMILIES, ids=["ngram", "soft_pattern", "bigram"])
@pytest.mark.parametrize("groups", GROUPS)
def test_polished_beside_others_is_polished_alone(tmp_path, patterns, groups):
    search = search_of(classifier(patterns), replace(DROPPING, groups=groups), tmp_path)
    snapshots = [path_epoch(search, strength) for strength in (1e-3, 3e-2, 0.1, 0.2)]
    beside = polish(search, snapshots, range(4))

    for snapshot, one in zip(sorted(snapshots, key=lambda own: own.transitions), beside, strict=True):
        (alone,) = polish(search, [snapshot], range(4))
        assert one.loss == pytest.approx(alone.loss, rel=1e-10)
        assert (one.transitions, one.kept, one.deleted) == (alone.transitions, alone.kept, alone.deleted)
        assert all(torch.allclose(v, alone.state[k], rtol=1e-9, atol=1e-11) for k, v in one.state.items())
        assert same(one.model, alone.model)


def test_models_side_by_side_are_written_back_as_they_were_given():
    models = classifiers()
    before = [deepcopy(model) for model in models]
    SideBySide(models).write_back()

    assert all(torch.equal(state(a), state(b)) for a, b in zip(models, before, strict=True))


def test_two_processes_are_one(tmp_path, tenth):
    """torchrun with gloo: the same curve, parameters equal up to rounding, one run directory.

    Hundreds of steps that follow the curvature make rounding visible: nothing is certified here.
    """
    small = ["--patterns=3", "--length=2", "--epochs=1", "--growth=4", "--polish=2", "--debias=1", "--certify=0"]
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
    words, others = (load_file(tmp_path / name / "model.safetensors")["encoder.embedding"] for name in commands)
    torch.testing.assert_close(words, others, rtol=1e-4, atol=1e-5)


def test_a_device_that_is_not_there_is_said(capsys):
    from sparsify.train import main

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert main(["--device", "cuda"]) == 2
    assert "needs a GPU that torch can use (got none)" in capsys.readouterr().err


@pytest.mark.parametrize("costs", [[5, 4, 3, 3, 1], [1], [], [2, 2, 2, 2], [90, 1, 1, 1, 1]])
def test_halves_cost_alike_and_threads_change_nothing(costs):
    """Every place in one half; no half could be relieved of a model and still cost more than the other."""
    found = []
    for threads in (1, 2):
        seen = []

        def job(places, stop, seen=seen):
            assert not stop.is_set()
            assert torch.get_num_threads() == 1
            seen.append(places)
            return [costs[place] * 10.0 for place in places]

        assert in_halves(costs, job, threads, ALONE) == [10.0 * cost for cost in costs]
        found.append(sorted(map(list, seen)))
    assert found[0] == found[1]
    assert sorted(place for half in found[0] for place in half) == list(range(len(costs)))
    totals = sorted((sum(costs[place] for place in half), half) for half in found[0])
    if len(totals) == 2:
        assert totals[1][0] - min(costs[place] for place in totals[1][1]) <= totals[0][0]


def test_both_halves_share_the_processor():
    torch.set_num_threads(2)
    shares = []
    try:
        in_halves([1, 1], lambda places, _: shares.append(torch.get_num_threads()) or places, 2, ALONE)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert shares == [1, 1]


def test_a_failure_stops_the_other_half():
    left, begun = [], threading.Event()

    def job(places, stop):
        if 0 in places:
            assert begun.wait(60)
            raise KeyboardInterrupt
        begun.set()
        left.append(stop.wait(60))
        return [0.0] * len(places)

    with pytest.raises(KeyboardInterrupt):
        in_halves([1, 1], job, 2, ALONE)
    assert left == [True]


def test_an_interruption_ends_the_polish(tmp_path):
    """Which would take minutes."""
    search = search_of(classifier([ngram(2, "p0"), ngram(2, "p1")]), replace(DROPPING, polish=100_000), tmp_path)
    snapshots = [path_epoch(search, 1e-5)] * 2
    begun = time.monotonic()

    def steps():
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        polish(search, snapshots, steps())
    assert time.monotonic() - begun < 30
