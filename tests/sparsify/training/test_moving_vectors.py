"""The word vectors move with the full model, by plain gradient steps, and never after that."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from neural import PatternClassifier, Vocabulary, compile_patterns, tokenize
from sparsify import Settings
from sparsify.log import Log
from sparsify.methods.strength_path import follow, train_dense
from sparsify.training.encoded import encode
from sparsify.training.trainer import Training
from wfsa import ngram

TEXTS = ["a good film", "a bad film", "good good", "bad", "so good a film", "not a film"]
LABELS = [1, 0, 1, 0, 1, 0]
SETTINGS = Settings(dropout=0.0, word_dropout=0.0, batch_size=6, epochs=3, path_epochs=3, vector_lr=0.25)


def make_training(settings=SETTINGS):
    """Two bigram patterns, in float64; the word "unseen" is in no text."""
    vocabulary = Vocabulary(["a", "good", "bad", "film", "so", "not", "unseen"])
    table = torch.from_numpy(np.random.default_rng(0).normal(size=(len(vocabulary), 4)))
    model = PatternClassifier(compile_patterns([ngram(2, "p0"), ngram(2, "p1")], 4).double(), 2).double()
    generator = torch.Generator().manual_seed(0)
    model.bank.reset_parameters(generator)
    model.reset_parameters(generator)
    data = encode([tokenize(text) for text in TEXTS], LABELS, vocabulary)
    return Training(model, table, data, settings, generator, 0.01)


def loss(training, table):
    with torch.no_grad():
        out = training.model(training.data.packed(np.arange(len(TEXTS)), table))
        return float(torch.nn.functional.cross_entropy(out, training.data.labels))


def test_a_step_is_minus_the_gradient_times_the_step_size():
    """By central differences."""
    training = make_training()
    before = training.table.clone()
    gradient = torch.zeros_like(before)
    for place in np.ndindex(tuple(before.shape)):
        step = torch.zeros_like(before)
        step[place] = 1e-5
        gradient[place] = (loss(training, before + step) - loss(training, before - step)) / 2e-5
    training.learn_words()
    training.epoch()
    moved = training.table.detach() - before

    torch.testing.assert_close(moved, -0.25 * gradient, rtol=1e-5, atol=1e-9)
    assert gradient.abs().max() > 1e-3


def test_words_that_no_text_holds_stay_bit_for_bit():
    training = make_training()
    before = training.table.clone()
    training.learn_words()
    training.epoch()
    seen = set(np.concatenate(training.data.ids).tolist())
    still = (training.table == before).all(1).tolist()

    assert len(seen) < len(before)
    assert [word in seen for word in range(len(before))] == [not same for same in still]


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path / "metrics.jsonl", 0.0)


def test_the_path_reads_the_vectors_that_the_full_model_left(log):
    training = make_training()
    given = training.table
    last = train_dense(training, training.data, log)
    learned = training.table
    kept = learned.clone()
    list(follow(training, training.data, last, log))

    assert training.table is learned
    assert not learned.requires_grad
    assert torch.equal(learned, kept)
    assert not torch.equal(learned, given)


def test_without_a_step_size_the_vectors_stay_those_that_were_given(log):
    training = make_training(replace(SETTINGS, vector_lr=0.0))
    given = training.table.clone()
    train_dense(training, training.data, log)

    assert torch.equal(training.table, given)


def test_with_a_fixed_strength_the_last_epoch_counts(log):
    training = make_training(replace(SETTINGS, method="fixed", strength=1e-5))
    (found,) = follow(training, training.data, 1.0, log)
    now = training.model.state_dict()

    assert training.optimizer.param_groups[0]["strength"] == found.strength == 1e-5
    assert all(torch.equal(values, now[name]) for name, values in found.state.items())
