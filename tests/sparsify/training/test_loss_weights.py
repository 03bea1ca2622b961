"""`--class-weight balanced`: weights by scikit-learn, the loss by hand, its gradient by finite differences."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_class_weight

from sparsify import Settings
from sparsify.methods.debias import fit_prior
from sparsify.training.encoded import logits
from sparsify.training.setup import balanced
from tests.sparsify.small import TEXTS, classifier, data_of, static, trainer_of
from wfsa import ngram

SETTINGS = Settings(dropout=0.0, word_dropout=0.0, batch_size=2, clip=1e9, class_weight="balanced")
RARE = [0, 0, 0, 0, 0, 1]


def weighted_loss(model, data, labels):
    """By scikit-learn: the mean over the texts of weight · −log p."""
    weights = compute_class_weight("balanced", classes=np.arange(2), y=labels)[labels]
    return log_loss(labels, logits(model, data.texts).softmax(1).numpy(), sample_weight=weights)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_weights_are_those_of_scikit_learn(labels):
    found = np.unique(labels)
    weights = balanced(torch.tensor(labels), 5).numpy()

    assert weights[found] == pytest.approx(compute_class_weight("balanced", classes=found, y=np.array(labels)))
    assert weights[labels].mean() == pytest.approx(1)


def test_the_gradient_is_that_of_finite_differences():
    data = data_of(static(), labels=RARE)
    model = classifier([ngram(2, "p0"), ngram(1, "p1")])
    trainer = trainer_of([model], SETTINGS, data)
    assert trainer.full_gradient().tolist() == pytest.approx([weighted_loss(model, data, RARE)])
    for parameter in model.parameters():
        flat, found = parameter.detach().view(-1), parameter.grad.reshape(-1).clone()
        for place in range(len(flat)):
            sides = []
            for step in (1e-6, -1e-6):
                with torch.no_grad():
                    flat[place] += step
                sides.append(weighted_loss(model, data, RARE))
                with torch.no_grad():
                    flat[place] -= step
            assert (sides[0] - sides[1]) / 2e-6 == pytest.approx(float(found[place]), abs=1e-7)


def test_models_side_by_side_have_the_weighted_losses_of_each_alone():
    data = data_of(static(), labels=RARE)
    models = [classifier([ngram(n, "p0")], seed=n) for n in (1, 2)]
    together = trainer_of(models, SETTINGS, data)
    wanted = [weighted_loss(model, data, RARE) for model in models]

    assert together.full_gradient().tolist() == pytest.approx(wanted)
    alone = [trainer_of([model], SETTINGS, data) for model in models]
    assert np.allclose([float(own.epoch()) for own in alone], together.epoch().tolist(), rtol=1e-12)
    together.models.write_back()  # the models have learned alone meanwhile
    assert [weighted_loss(model, data, RARE) for model in models] == pytest.approx(
        [float(own.full_gradient()) for own in alone]
    )


def test_a_rare_class_is_learned_that_is_given_up_without():
    """Of 21 texts one is rare, and its word stands in two of the others."""
    texts, labels = [*["film"] * 18, *["bad"] * 3], [0] * 20 + [1]
    data, predicted = data_of(static(), texts, labels), {}
    for weight in ("none", "balanced"):
        model = classifier([ngram(1, "p0")])
        trainer = trainer_of([model], replace(SETTINGS, class_weight=weight), data)
        for _ in range(200):
            trainer.full_step()
        predicted[weight] = logits(model, data.texts).argmax(1).tolist()

    assert predicted == {"none": [0] * 21, "balanced": [0] * 18 + [1] * 3}


def test_without_patterns_the_prior_is_that_of_the_weighted_texts():
    data, model = data_of(static(), TEXTS, RARE), classifier([])
    loss = fit_prior(model, data.labels, balanced(data.labels, 2))

    assert model.bias.softmax(0).tolist() == pytest.approx([0.5, 0.5])
    assert loss == pytest.approx(weighted_loss(model, data, RARE)) == pytest.approx(np.log(2))
