"""How hyper-parameters are chosen, and what is said of the chosen ones."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap
from sklearn.metrics import f1_score

from sparsify.baselines import BASELINES
from sparsify.baselines.base import Baseline, Fitted
from sparsify.baselines.tuning import interval, samples_of, tune
from tests.sparsify.baselines.toy import material_of

RANGES = {
    "C": (1e-3, 100), "sublinear": (False, True), "standardised": (False, True), "beta": (0, 1), "lr": (3e-4, 0.3),
    "dropout": (0, 0.5), "vector_dropout": (0, 0.4), "word_dropout": (0, 0.3), "hidden": (50, 200), "layers": (1, 3),
    "filters": (25, 100), "vector_lr": (1e-4, 3e-3),
}  # fmt: skip


class Told(Baseline):
    """Has as many dev texts right as its only hyper-parameter says, and writes down what it is asked."""

    def __init__(self, rights, random):
        self.rights, self.random, self.asked = rights, random, []

    def space(self, generator, sample):
        return {"right": self.rights[sample], "sample": sample}

    def fit(self, material, parameters: Mapping, seed):
        self.asked.append((parameters["sample"], seed, material.test is not None))
        labels = material.dev.labels.numpy()
        predicted = np.where(np.arange(len(labels)) < parameters["right"], labels, 1 - labels)
        test = None if material.test is None else np.eye(2)[(material.test.labels.numpy() + seed) % 2]
        return Fitted(np.eye(2)[predicted], test, {"vectors": 1, "weights": 2}, 3)


def test_samples_see_no_test_texts_and_the_first_of_the_best_has_all_seeds():
    told = Told([3, 20, 20, 7], random=True)
    row = tune("told", told, material_of(), trials=4, seeds=3, seed=10)

    assert told.asked == [
        *((sample, 10, False) for sample in range(4)),
        *((1, seed, True) for seed in (11, 12, 13)),
    ]
    tree = row.as_dict()
    assert tree["parameters"] == {"right": 20, "sample": 1}
    assert tree["dev"] == {"value": pytest.approx(20 / 24), "sd": pytest.approx(0, abs=1e-12)}
    accuracies = [0.0, 1.0, 0.0]  # seeds 11 and 13 have every text wrong
    assert tree["test"]["value"] == pytest.approx(np.mean(accuracies))
    assert tree["test"]["sd"] == pytest.approx(np.std(accuracies, ddof=1))
    assert tree["test"]["low"] == tree["test"]["high"] == pytest.approx(1 / 3)  # of every text


def test_what_is_not_random_is_fitted_once_and_has_no_spread():
    told = Told([3, 4], random=False)
    tree = tune("told", told, material_of(), trials=2, seeds=5, seed=1).as_dict()

    assert told.asked == [(0, 1, False), (1, 1, False), (1, 2, True)]
    assert tree["seeds"] == 1
    assert tree["dev"]["sd"] is None


def test_without_test_texts_there_are_no_test_figures():
    told = Told([3], random=True)
    tree = tune("told", told, replace(material_of(), test=None), trials=1, seeds=2, seed=0).as_dict()

    assert tree["test"] is None
    assert tree["test_macro_f1"] is None
    assert tree["dev"]["value"] == pytest.approx(3 / 24)


def test_figures_are_those_of_scikit_learn():
    material = material_of(3)
    row = tune("tfidf", BASELINES.find("tfidf"), material, trials=3, seeds=2, seed=0)
    fitted = BASELINES.find("tfidf").fit(material, row.parameters, 1)
    labels, predicted = material.test.labels.numpy(), fitted.test.argmax(1)
    tree = row.as_dict()

    assert tree["test"]["value"] == pytest.approx((labels == predicted).mean())
    assert tree["test_macro_f1"]["value"] == pytest.approx(f1_score(labels, predicted, average="macro"))


def test_the_interval_is_the_percentile_bootstrap_of_scipy():
    right = np.random.default_rng(1).choice([0.0, 1 / 3, 2 / 3, 1.0], 400, p=[0.1, 0.2, 0.3, 0.4])
    expected = bootstrap((right,), np.mean, method="percentile", rng=0).confidence_interval

    assert interval(right) == pytest.approx((expected.low, expected.high), abs=0.006)


@pytest.mark.parametrize("name", BASELINES)
@given(st.integers(0, 2**32), st.integers(0, 10_000))
def test_samples_lie_in_their_ranges(name, seed, sample):
    parameters = BASELINES.find(name).space(Random(seed), sample)

    assert all(RANGES[key][0] <= value <= RANGES[key][1] for key, value in parameters.items())


@pytest.mark.parametrize("name", BASELINES)
def test_a_longer_search_begins_with_the_samples_of_a_shorter_one(name):
    baseline = BASELINES.find(name)
    few, many = samples_of(baseline, 3, 5), samples_of(baseline, 8, 5)

    assert many[: len(few)] == few
    assert len(many) == (1 if name == "majority" else 8)
