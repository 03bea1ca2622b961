"""The word vectors move with the full model, by plain gradient steps, and never after that."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from neural import pack_words, sorted_batches
from sparsify import Settings
from sparsify.methods.constant import constant
from sparsify.methods.dense import train_dense
from sparsify.methods.snapshot import path_epoch
from sparsify.methods.strength_path import follow
from sparsify.moving.base import MovingVectors
from tests.sparsify.small import WORDS, classifier, data_of, search_of, static
from wfsa import ngram

SETTINGS = Settings(dropout=0.0, word_dropout=0.0, batch_size=6, epochs=3, path_epochs=3, vector_lr=0.25)
PATTERNS = [ngram(2, "p0"), ngram(2, "p1")]


def make_search(folder, settings=SETTINGS):
    """Two bigram patterns, in float64; the word "unseen" is in no text. Also the encoder."""
    encoder = static([*WORDS, "unseen"])
    return search_of(classifier(PATTERNS), settings, folder, data_of(encoder), seed=0, lr=0.01), encoder


def loss(search, encoder, table):
    encoder.keep(table)
    with torch.no_grad():
        out = search.model(search.trainer.data.batch(np.arange(len(search.dev))))
        return float(torch.nn.functional.cross_entropy(out, search.dev.labels))


def test_a_step_is_minus_the_gradient_times_the_step_size(tmp_path):
    """By central differences."""
    search, encoder = make_search(tmp_path)
    before = encoder.table.clone()
    gradient = torch.zeros_like(before)
    for place in np.ndindex(tuple(before.shape)):
        step = torch.zeros_like(before)
        step[place] = 1e-5
        gradient[place] = (loss(search, encoder, before + step) - loss(search, encoder, before - step)) / 2e-5
    encoder.keep(before)
    search.trainer.learn_vectors(MovingVectors(encoder.learn(), SETTINGS))
    search.trainer.epoch()
    moved = encoder.table.detach() - before

    torch.testing.assert_close(moved, -0.25 * gradient, rtol=1e-5, atol=1e-9)
    assert gradient.abs().max() > 1e-3


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_step_moves_the_words_of_its_batch_as_plain_sgd_moves_a_table(tmp_path, dtype):
    """torch.optim.SGD on a dense gradient of the whole table: the same numbers, bit by bit, row by row."""
    encoder = static([*WORDS, *(f"unseen{n}" for n in range(1000))], dim=5)
    encoder.table = encoder.table.to(dtype)
    model = classifier(PATTERNS, dim=5).to(dtype)
    search = search_of(model, SETTINGS, tmp_path, data_of(encoder), seed=0, lr=0.01)
    dense = torch.nn.Parameter(encoder.table.clone())
    (places,) = sorted_batches(search.dev.lengths, 1000)
    out = model(pack_words([search.dev.texts.ids[place] for place in places], dense))
    torch.nn.functional.cross_entropy(out, search.dev.labels[places], reduction="sum").mul(1 / len(places)).backward()
    torch.optim.SGD([dense], lr=0.25).step()
    search.trainer.learn_vectors(MovingVectors(encoder.learn(), SETTINGS))
    search.trainer.full_step()

    assert torch.equal(encoder.table, dense)
    assert encoder.table.grad.indices().shape[1] == len(WORDS) + 1, "the words of the texts, and their end"


def test_the_vectors_are_those_of_the_epoch_with_the_best_dev_accuracy(tmp_path):
    """What training that ends there leaves."""
    settings = replace(SETTINGS, epochs=30)
    for name in ("long", "short"):
        (tmp_path / name).mkdir()
    search, encoder = make_search(tmp_path / "long", settings)
    train_dense(search, encoder)
    rows = [json.loads(line) for line in (tmp_path / "long" / "metrics.jsonl").read_text().splitlines()]
    best = 1 + int(np.argmax([row["dev"] for row in rows]))
    short, other = make_search(tmp_path / "short", replace(settings, epochs=best))
    train_dense(short, other)

    assert 1 < best < 30
    assert torch.equal(encoder.table, other.table)
    assert all(
        torch.equal(one, two) for one, two in zip(search.model.parameters(), short.model.parameters(), strict=True)
    )


def test_words_that_no_text_holds_stay_bit_for_bit(tmp_path):
    search, encoder = make_search(tmp_path)
    before = encoder.table.clone()
    search.trainer.learn_vectors(MovingVectors(encoder.learn(), SETTINGS))
    search.trainer.epoch()
    seen = set(np.concatenate(search.dev.texts.ids).tolist())
    still = (encoder.table == before).all(1).tolist()

    assert len(seen) < len(before)
    assert [word in seen for word in range(len(before))] == [not same for same in still]


def test_the_path_reads_the_vectors_that_the_full_model_left(tmp_path):
    search, encoder = make_search(tmp_path)
    given = encoder.table
    search = train_dense(search, encoder)
    learned = encoder.table
    kept = learned.clone()
    list(follow(search))

    assert encoder.table is learned
    assert not learned.requires_grad
    assert torch.equal(learned, kept)
    assert not torch.equal(learned, given)


def test_fixed_vectors_stay_those_that_were_given(tmp_path):
    search, encoder = make_search(tmp_path, replace(SETTINGS, move_vectors="none"))
    given = encoder.table.clone()
    train_dense(search, encoder)

    assert torch.equal(encoder.table, given)


def test_with_a_constant_strength_the_last_epoch_counts(tmp_path):
    search, _ = make_search(tmp_path, replace(SETTINGS, method="constant", strength=1e-5, polish=0))
    (found,) = constant(search)

    assert search.trainer.optimizer.param_groups[0]["strength"] == found.strength == 1e-5
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["phase"] for row in rows] == ["path"] * 3 + ["polish", "debias"]
    again, _ = make_search(tmp_path, search.settings)
    *_, last = (path_epoch(again, 1e-5) for _ in range(3))
    assert all(torch.equal(values, last.state[name]) for name, values in found.found.items())
