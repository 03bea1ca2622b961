"""Networks of the baselines against numpy, and what a fit leaves of its material."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import torch
from torch import nn

from neural import Encoder, pack
from sparsify.baselines import BASELINES
from sparsify.baselines.modules import UNITS, WIDTHS, Bag, Convolution, DeepAveraging, Recurrence, mean_vectors, padded
from tests.sparsify.baselines.toy import material_of

DIM, CLASSES = 12, 3
LENGTHS = [4, 1, 7, 0, 2]
MODULES = {
    "bag": lambda: Bag(DIM, CLASSES, 0.5),
    "dan": lambda: DeepAveraging(DIM, CLASSES, 0.5, hidden=5, layers=2),
    "cnn": lambda: Convolution(DIM, CLASSES, 0.5, filters=4),
    "lstm": lambda: Recurrence(DIM, CLASSES, 0.5),
}
FEW = {"lr": 0.03, "dropout": 0.1, "vector_dropout": 0.1, "word_dropout": 0.1, "vector_lr": 0.05}
OWN = {"dan": {"hidden": 16, "layers": 2}, "cnn": {"filters": 4}}


@pytest.fixture(scope="module")
def texts():
    """Random vectors of texts of several lengths, one of them empty."""
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(length, DIM, generator=generator) for length in LENGTHS]


def batch(texts):
    return pack(nn.utils.rnn.pad_sequence(texts, batch_first=True), torch.tensor([len(text) for text in texts]))


def made(name):
    torch.manual_seed(1)
    return MODULES[name]().eval()


def parameters(name):
    return {**FEW, **OWN.get(name.removesuffix("-moved"), {})}


@pytest.mark.parametrize("name", MODULES)
def test_a_text_scores_the_same_whatever_is_beside_it(name, texts):
    module = made(name)
    together = module(batch(texts))
    alone = torch.cat([module(batch([text])) for text in texts])

    torch.testing.assert_close(together, alone)


def test_means_are_those_of_numpy(texts):
    expected = np.stack([text.numpy().mean(0) if len(text) else np.zeros(DIM) for text in texts])

    np.testing.assert_allclose(mean_vectors(batch(texts)).numpy(), expected, atol=1e-6)


def test_padded_texts_end_in_zeros(texts):
    found = padded(batch(texts), beyond=2)

    assert found.shape == (len(texts), max(LENGTHS) + 2, DIM)
    for row, text in zip(found, texts, strict=True):
        assert torch.equal(row[: len(text)], text)
        assert not row[len(text) :].any()


def test_the_convolution_is_the_greatest_window_that_begins_at_a_token(texts):
    module = made("cnn")
    for text in texts[:3]:
        ends = np.concatenate([text.numpy(), np.zeros((max(WIDTHS), DIM), np.float32)])
        greatest = []
        for own, width in zip(module.filters, WIDTHS, strict=True):
            weight, bias = own.weight.detach().numpy(), own.bias.detach().numpy()
            windows = [np.einsum("fdt,td->f", weight, ends[t : t + width]) + bias for t in range(len(text))]
            greatest.append(np.maximum(windows, 0).max(0))
        hidden = np.concatenate(greatest)
        expected = module.classes.weight.detach().numpy() @ hidden + module.classes.bias.detach().numpy()

        np.testing.assert_allclose(module(batch([text])).detach().numpy()[0], expected, atol=1e-5)


def test_the_recurrence_reads_the_state_at_the_end_of_every_text(texts):
    module = made("lstm")
    found = module(batch(texts[:3]))
    for row, text in zip(found, texts, strict=False):
        _, (last, _) = module.lstm(text[None])
        torch.testing.assert_close(row, module.classes(last[0, 0]))


@pytest.mark.parametrize("name", ["bag-moved", "dan", "dan-moved", "cnn", "cnn-moved", "lstm", "lstm-moved"])
def test_a_fit_learns_counts_and_leaves_the_material_as_it_was(name):
    baseline, material = BASELINES.find(name), material_of(CLASSES)
    encoder = material.encoder
    table, numbers, state = encoder.table, encoder.table.clone(), torch.get_rng_state()

    fitted = baseline.fit(material, parameters(name), 0)

    assert encoder.table is table
    assert torch.equal(table, numbers)
    assert not table.requires_grad
    assert torch.equal(torch.get_rng_state(), state)
    weights = {
        "bag": DIM * 3 + 3,
        "dan": DIM * 16 + 16 + 16 * 16 + 16 + 16 * 3 + 3,
        "cnn": sum(4 * DIM * width + 4 for width in WIDTHS) + 12 * 3 + 3,
        "lstm": 4 * UNITS * (DIM + UNITS + 2) + UNITS * 3 + 3,
    }[name.removesuffix("-moved")]
    words = len({word for text in material.corpus.train.texts for word in text.split()} | {"<unk>", "</s>"})
    assert fitted.learned == {"vectors": words * DIM if name.endswith("moved") else 0, "weights": weights}
    assert fitted.stored == weights + words * DIM
    assert fitted.dev.shape == (24, 3)
    assert (fitted.test.argmax(1) == material.test.labels.numpy()).mean() > 0.6


@pytest.mark.parametrize("name", ["dan", "lstm-moved"])
def test_the_seed_alone_decides(name):
    material = material_of()
    one, same, other = (BASELINES.find(name).fit(material, parameters(name), seed) for seed in (3, 3, 4))

    np.testing.assert_array_equal(one.test, same.test)
    np.testing.assert_array_equal(one.dev, same.dev)
    assert not np.allclose(one.test, other.test)


@pytest.mark.parametrize("name", ["bag-moved", "dan"])
def test_the_test_texts_are_scored_by_the_epoch_that_dev_chose(name):
    material = material_of()
    fitted = BASELINES.find(name).fit(replace(material, test=material.dev), parameters(name), 0)

    np.testing.assert_allclose(fitted.test, fitted.dev, atol=1e-6)


def test_vectors_move_where_they_are_to():
    """A bag of vectors that are all alike tells nothing; of moved ones, everything."""
    material = material_of()
    material.encoder.table.fill_(0.1)
    fixed, moved = (BASELINES.find(name).fit(material, parameters(name), 0) for name in ("dan", "dan-moved"))

    assert np.ptp(fixed.test, 0).max() < 1e-6
    assert (moved.test.argmax(1) == material.test.labels.numpy()).mean() > 0.9


class Hashed(Encoder):
    """Vectors that are computed from words and their neighbours."""

    dim = DIM

    def vectors(self, tokens):
        pairs = zip(["", *tokens], tokens, strict=False)
        rows = [np.random.default_rng(list(" ".join(pair).encode())).normal(size=self.dim) for pair in pairs]
        return np.array(rows, np.float32).reshape(len(tokens), self.dim)


def test_vectors_in_context_are_read_and_never_move():
    material = material_of(encoder_of=lambda corpus: Hashed("hashed"))
    used = [name for name in BASELINES if BASELINES.find(name).uses(material)]

    assert used == ["majority", "tfidf", "nbsvm", "mean", "dan", "cnn", "lstm"]
    for name in ("mean", "dan", "cnn", "lstm"):
        baseline = BASELINES.find(name)
        fitted = baseline.fit(material, {**parameters(name), "C": 1.0, "standardised": False}, 0)
        assert fitted.stored == fitted.learned["weights"]  # the encoder keeps no numbers
        assert fitted.test.shape == (30, 2)


@pytest.mark.parametrize("name", ["dan", "cnn", "lstm"])
def test_fixed_and_moved_vectors_have_the_same_samples_but_for_the_step_size_of_vectors(name):
    for sample in range(5):
        fixed, moved = (BASELINES.find(own).space(Random(sample), sample) for own in (name, f"{name}-moved"))
        assert moved == {**fixed, "vector_lr": moved["vector_lr"]}
