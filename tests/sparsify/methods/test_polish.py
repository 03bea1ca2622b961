"""What of the path is polished, and that it is, while the path goes on."""

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from neural import PatternClassifier, Vocabulary, compile_patterns, tokenize
from sparsify import Settings
from sparsify.log import Log
from sparsify.methods.polish import polish, polish_along, spread
from sparsify.methods.strength_path import Snapshot, copy_state
from sparsify.training.encoded import encode
from sparsify.training.trainer import Training
from wfsa import ngram

TEXTS = ["a good film", "a bad film", "good good", "bad", "so good a film", "not a film"]
LABELS = [1, 0, 1, 0, 1, 0]
SETTINGS = Settings(dropout=0.0, word_dropout=0.0, polish=3)
PATTERNS = 16
SIZES = (32, 30, 26, 24, 9, 2, 0)


def make_training(threads=1):
    """16 bigram patterns, 32 transitions, in float64."""
    vocabulary = Vocabulary(["a", "good", "bad", "film", "so", "not"])
    table = torch.from_numpy(np.random.default_rng(0).normal(size=(len(vocabulary), 4)))
    bank = compile_patterns([ngram(2, f"p{i}") for i in range(PATTERNS)], 4).double()
    model = PatternClassifier(bank, 2).double()
    generator = torch.Generator().manual_seed(0)
    bank.reset_parameters(generator)
    model.reset_parameters(generator)
    data = encode([tokenize(text) for text in TEXTS], LABELS, vocabulary)
    return Training(model, table, data, replace(SETTINGS, threads=threads), generator, 0.01)


def snapshots(training):
    """The model without its last states: of as many transitions as `SIZES` says, at rising strengths."""
    ends = sorted(range(len(training.groups.keys)), key=lambda g: training.groups.keys[g][::-1])  # first states first
    with torch.no_grad():
        for n, size in enumerate(SIZES):
            for g in ends[size:]:
                training.model.bank.weight[training.groups.row_group == g] = 0
                training.model.bank.bias[training.groups.row_group[-len(training.model.bank.bias) :] == g] = 0
            yield Snapshot(size, 1e-6 * 2**n, copy_state(training.model))


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path / "metrics.jsonl", 0.0)


@pytest.mark.parametrize("threads", [1, 2])
def test_models_of_a_path_are_polished_as_each_alone(log, threads):
    training = make_training(threads)
    found = polish_along(training, snapshots(training), log)

    assert [polished.snapshot.transitions for polished in found] == sorted(SIZES)[1:]
    for polished in found:
        (alone,) = polish(training, training.model, [polished.snapshot], range(SETTINGS.polish))
        assert polished.transitions == alone.transitions
        assert polished.loss == pytest.approx(alone.loss, rel=1e-10)
        for name, values in polished.state.items():
            assert torch.allclose(values, alone.state[name], rtol=1e-9, atol=1e-11), name


def test_the_larger_ones_are_polished_while_the_path_goes_on(log, monkeypatch):
    begun, step, shares = threading.Event(), Training.full_step, []

    def seen(self):
        shares.append(torch.get_num_threads())
        if threading.current_thread() is not threading.main_thread():
            begun.set()
        return step(self)

    def path():
        for snapshot in snapshots(training):
            assert snapshot.transitions > 20 or begun.wait(60)
            yield snapshot

    monkeypatch.setattr(Training, "full_step", seen)
    training, threads = make_training(2), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert len(polish_along(training, path(), log)) == len(SIZES) - 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert set(shares) == {1}


def test_an_interruption_of_the_path_ends_the_polish(log):
    """Which would take minutes."""
    training, begun = make_training(2), time.monotonic()
    training.settings = replace(training.settings, polish=100_000)

    def path():
        for snapshot in snapshots(training):
            if snapshot.transitions < 20:
                raise KeyboardInterrupt
            yield snapshot

    with pytest.raises(KeyboardInterrupt):
        polish_along(training, path(), log)
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("met", "kept"),
    [
        ((46, 44, 42, 40, 38, 36, 34, 32, 9, 2), [2, 9, 32, 34, 36, 38, 42, 46]),
        ((32, 24, 26, 9), [9, 24, 32]),  # a state that comes back
        ((32, 30), [30, 32]),  # a path that ends early
    ],
)
def test_which_of_a_path_are_polished(log, met, kept):
    training = make_training()
    state = copy_state(training.model)
    found = polish_along(training, [Snapshot(size, 1e-6, state) for size in met], log)

    assert [polished.snapshot.transitions for polished in found] == kept


def test_of_a_path_that_leaves_nothing_the_empty_model_is_polished(log):
    training = make_training()
    *_, empty = snapshots(training)
    (found,) = polish_along(training, [empty], log)

    assert found.transitions == 0
    assert found.pruned.kept == ()


@pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 8, 9, 30])
def test_of_many_larger_models_the_next_ones_and_the_largest_are_kept(count):
    sizes = list(range(25, 25 + count))
    kept = [snapshot.transitions for snapshot in spread([SimpleNamespace(transitions=n) for n in sizes[::-1]])]

    assert kept == sorted(set(kept))
    assert len(kept) == min(count, 6)
    assert kept[:3] == sizes[:3]
    assert kept[-1:] == sizes[-1:]
