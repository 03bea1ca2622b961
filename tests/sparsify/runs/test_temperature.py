"""The temperature: against a general minimiser; it changes probabilities and no prediction."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from sparsify.runs.temperature import cool_, temperature
from sparsify.training.encoded import logits
from tests.sparsify.small import classifier, data_of, static
from wfsa import ngram


@given(seed=st.integers(0, 10_000), classes=st.integers(2, 5), scale=st.floats(0.1, 10))
def test_it_minimises_the_cross_entropy(seed, classes, scale):
    random = np.random.default_rng(seed)
    scores = random.normal(size=(40, classes)) * scale
    labels = np.where(random.random(40) < 0.6, scores.argmax(1), random.integers(classes, size=40))

    def loss(log_degree):
        return -log_softmax(scores / np.exp(log_degree), axis=1)[np.arange(40), labels].mean()

    want = minimize_scalar(loss, bounds=(-np.log(20), np.log(20)), method="bounded", options={"xatol": 1e-9})
    found = temperature(torch.from_numpy(scores), torch.from_numpy(labels))

    assert loss(np.log(found)) <= want.fun + 1e-9


def test_certainty_is_bounded_and_ignorance_left_alone():
    right = torch.tensor([[3.0, 0.0], [0.0, 3.0]])

    assert temperature(right, torch.tensor([0, 1])) == pytest.approx(1 / 20)
    assert temperature(right, torch.tensor([1, 0])) == pytest.approx(20)
    assert temperature(torch.zeros(3, 2), torch.tensor([0, 1, 1])) == 1.0


def test_it_becomes_part_of_the_model():
    model, data = classifier([ngram(2, "p0"), ngram(1, "p1")]), data_of(static())
    before = logits(model, data.texts)
    degree = cool_(model, data)
    after = logits(model, data.texts)

    assert degree != 1.0
    assert after * degree == pytest.approx(before.numpy(), rel=1e-12)
    assert torch.equal(after.argmax(1), before.argmax(1))
