"""Linear baselines against scikit-learn's own pipelines, and against counts by hand."""

import math
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.special import softmax
from scipy.stats.qmc import Halton
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sparsify.baselines import BASELINES
from sparsify.baselines.base import geometric, halton
from sparsify.baselines.linear import MEAN, NBSVM, TFIDF, log_count_ratio, means_of
from tests.sparsify.baselines.toy import material_of


def words_and_pairs(text):
    words = text.split()
    return {*words, *(" ".join(pair) for pair in pairwise(words))}


def presence(texts, vocabulary):
    """[text, n-gram]: 1 where the text has it, as a dense array."""
    return np.array([[float(gram in words_and_pairs(text)) for gram in vocabulary] for text in texts])


def grams_of(material):
    return sorted({gram for text in material.corpus.train.texts for gram in words_and_pairs(text)})


def test_the_log_count_ratio_is_that_of_counts_by_hand():
    texts = {"good film": 1, "good good": 1, "bad film": 0, "a bad , bad film": 0, "film": 0}
    grams = sorted({gram for text in texts for gram in words_and_pairs(text)})
    p, q = (
        {gram: 1 + sum(gram in words_and_pairs(text) for text, own in texts.items() if own == label) for gram in grams}
        for label in (1, 0)
    )
    expected = [math.log(p[g] / sum(p.values()) / (q[g] / sum(q.values()))) for g in grams]

    found = log_count_ratio(csr_matrix(presence(texts, grams)), np.array(list(texts.values())) == 1)

    np.testing.assert_allclose(found, expected, rtol=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.lists(st.booleans(), min_size=5, max_size=5)), min_size=2, max_size=20))
def test_ratios_change_sign_with_the_class_and_carry_one_distribution_into_the_other(rows):
    positive, present = np.array([own for own, _ in rows]), np.array([own for _, own in rows], float)
    ratio = log_count_ratio(csr_matrix(present), positive)
    q = 1 + present[~positive].sum(0)

    np.testing.assert_allclose(ratio, -log_count_ratio(csr_matrix(present), ~positive), atol=1e-12)
    assert (q / q.sum() * np.exp(ratio)).sum() == pytest.approx(1)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("sublinear", [False, True])
def test_tfidf_is_the_pipeline_of_scikit_learn(classes, sublinear):
    material = material_of(classes)
    weigh = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", sublinear_tf=sublinear)
    model = make_pipeline(weigh, LogisticRegression(C=3.0, max_iter=5000))
    model.fit(material.corpus.train.texts, material.corpus.train.labels)

    fitted = TFIDF.fit(material, {"C": 3.0, "sublinear": sublinear}, 0)

    for scores, part in ((fitted.dev, material.corpus.dev), (fitted.test, material.corpus.test)):
        np.testing.assert_allclose(softmax(scores, 1), model.predict_proba(part.texts), atol=1e-4)
    columns = len(weigh.vocabulary_)
    learned = (columns + 1) * (1 if classes == 2 else classes)
    assert fitted.learned == {"vectors": 0, "weights": learned}
    assert fitted.stored == learned + len(weigh.idf_) + columns


def test_nbsvm_with_all_of_the_svm_is_that_svm_on_presence_times_ratios():
    material = material_of()
    labels = np.array(material.corpus.train.labels)
    grams = grams_of(material)
    present = presence(material.corpus.train.texts, grams)
    counts = [1 + present[labels == c].sum(0) for c in (0, 1)]
    ratio = np.log(counts[1] / counts[1].sum() / (counts[0] / counts[0].sum()))
    svm = LinearSVC(C=0.7, dual=False, max_iter=5000).fit(present * ratio, labels)
    dev = presence(material.corpus.dev.texts, grams) * ratio

    whole = NBSVM.fit(material, {"C": 0.7, "beta": 1.0}, 0)
    none = NBSVM.fit(material, {"C": 0.7, "beta": 0.0}, 0)

    np.testing.assert_allclose(np.diff(whole.dev)[:, 0], svm.decision_function(dev), atol=1e-3)
    even = np.abs(svm.coef_).mean() * dev.sum(1) + svm.intercept_
    np.testing.assert_allclose(np.diff(none.dev)[:, 0], even, atol=1e-3)
    assert whole.learned == {"vectors": 0, "weights": len(grams) + 1}
    assert whole.stored == 2 * len(grams) + 1


def test_nbsvm_has_one_svm_for_each_of_several_classes():
    material = material_of(3)
    fitted = NBSVM.fit(material, {"C": 1.0, "beta": 0.25}, 0)

    assert fitted.dev.shape == (24, 3)
    assert fitted.learned["weights"] == 3 * (len(grams_of(material)) + 1)
    assert (fitted.test.argmax(1) == material.test.labels.numpy()).mean() > 0.9


def numpy_means(material, texts):
    encoder = material.encoder
    return np.array([encoder.vectors(material.tokenizer(text)).astype(float).mean(0) for text in texts])


def test_mean_vectors_are_those_of_numpy():
    material = material_of()

    np.testing.assert_allclose(means_of(material.dev), numpy_means(material, material.corpus.dev.texts), atol=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("standardised", [False, True])
def test_mean_is_logistic_regression_on_mean_vectors(classes, standardised):
    material = material_of(classes)
    means, labels = numpy_means(material, material.corpus.train.texts), material.corpus.train.labels
    steps = [*([StandardScaler()] if standardised else []), LogisticRegression(C=2.0, max_iter=5000)]
    model = make_pipeline(*steps).fit(means, labels)

    fitted = MEAN.fit(material, {"C": 2.0, "standardised": standardised}, 0)

    expected = model.predict_proba(numpy_means(material, material.corpus.test.texts))
    np.testing.assert_allclose(softmax(fitted.test, 1), expected, atol=1e-3)
    learned = 13 * (1 if classes == 2 else 3)
    assert fitted.learned == {"vectors": 0, "weights": learned}
    assert fitted.stored == learned + material.encoder.table.numel()


def test_majority_has_the_shares_of_the_training_texts():
    material = material_of()
    labels = torch.tensor([0] * 24 + [1] * 48)
    train = replace(material.train, labels=labels)
    fitted = BASELINES.find("majority").fit(replace(material, train=train), {}, 0)

    np.testing.assert_allclose(softmax(fitted.dev, 1), [[1 / 3, 2 / 3]] * 24, atol=1e-12)
    assert fitted.learned == {"vectors": 0, "weights": 2}


@pytest.mark.parametrize("name", ["majority", "tfidf", "nbsvm", "mean"])
def test_without_test_texts_nothing_is_tested_and_all_else_is_the_same(name):
    baseline, material = BASELINES.find(name), material_of()
    parameters = baseline.space(Random(0), 3)
    with_test, without = (baseline.fit(own, parameters, 0) for own in (material, replace(material, test=None)))

    assert without.test is None
    np.testing.assert_array_equal(with_test.dev, without.dev)
    assert not baseline.random


@pytest.mark.parametrize("base", [2, 3, 5])
def test_halton_is_the_sequence_of_scipy(base):
    column = [2, 3, 5].index(base)
    expected = Halton(3, scramble=False).random(200)[:, column]

    np.testing.assert_allclose([halton(place, base) for place in range(200)], expected, atol=1e-12)


def test_geometric_is_even_on_a_logarithmic_scale():
    found = [geometric(0.01, 100, share) for share in np.linspace(0, 1, 9)]

    np.testing.assert_allclose(found, np.geomspace(0.01, 100, 9))
