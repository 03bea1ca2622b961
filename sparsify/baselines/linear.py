"""Linear models by scikit-learn: over n-grams of words, and over means of word vectors.

Scores of two classes from one number d, the log-odds or the margin of the second one, are −d/2 and d/2.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np
import torch

from neural import Tokenizer, sorted_batches
from sparsify.baselines.base import Baseline, Fitted, geometric, halton
from sparsify.baselines.modules import mean_vectors
from sparsify.errors import ConfigError
from sparsify.training.encoded import Encoded, tokens_at_once
from sparsify.training.material import Material

try:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC
except ImportError:
    raise ConfigError(
        "linear baselines need the package scikit-learn (not installed); pip install 'sparse-wfsa[baselines]', or name "
        "others: --only."
    ) from None

_STEPS = 5_000
"""Of an optimiser, at most: more than any of these problems took."""

Sparse = Any
"""A matrix of scipy."""


class NGrams:
    """Counts of the words and pairs of neighbours of training texts, in these and in others.

    Args:
        texts: the training texts.
        cut: text → tokens, the last of which, `</s>`, is left out.
    """

    def __init__(self, texts: Sequence[str], cut: Tokenizer) -> None:
        self._vectorizer = CountVectorizer(
            ngram_range=(1, 2), tokenizer=lambda text: cut(text)[:-1], token_pattern=None, lowercase=False
        )
        self.train: Sparse = self._vectorizer.fit_transform(texts)

    def of(self, texts: Sequence[str]) -> Sparse:
        """[text, n-gram]: how often; an n-gram that no training text has is left out."""
        return self._vectorizer.transform(texts)


@lru_cache(maxsize=1)
def ngrams(texts: tuple[str, ...], cut: Tokenizer) -> NGrams:
    """`NGrams`, those of the last training texts kept: all samples of the hyper-parameters need the same."""
    return NGrams(texts, cut)


def log_count_ratio(present: Sparse, positive: np.ndarray) -> np.ndarray:
    """[n-gram]: r = log((p / ‖p‖₁) / (q / ‖q‖₁)), where p, q are 1 + the number of positive, other texts with it.

    Args:
        present: [text, n-gram]: 1 where the text has it, else 0.
        positive: [text]: is it of the class?

    Source: Wang and Manning (2012), with their α = 1.
    """
    p, q = (1 + np.asarray(present[rows].sum(0), dtype=np.float64).ravel() for rows in (positive, ~positive))
    ratio: np.ndarray = np.log(p / p.sum()) - np.log(q / q.sum())
    return ratio


def two_columns(decision: np.ndarray) -> np.ndarray:
    """[text] or [text, class] of scikit-learn → [text, class]."""
    return np.stack([-decision / 2, decision / 2], 1) if decision.ndim == 1 else decision


class Tfidf(Baseline):
    """Logistic regression on TF-IDF of words and pairs, each text's of length 1; tf or 1 + log tf.

    Learned are coefficients and intercepts; stored also the idf and the string of every n-gram, which counts as one
    number.
    """

    def space(self, generator: Random, sample: int) -> dict[str, Any]:
        """C from 0.1 to 100, and whether tf is taken by its logarithm."""
        return {"C": geometric(0.1, 100, halton(sample + 1, 3)), "sublinear": sample % 2 == 1}

    def fit(self, material: Material, parameters: Mapping[str, Any], seed: int) -> Fitted:
        """By L-BFGS; nothing is random."""
        counts = ngrams(material.corpus.train.texts, material.tokenizer)
        weigh = TfidfTransformer(sublinear_tf=parameters["sublinear"]).fit(counts.train)
        model = LogisticRegression(C=parameters["C"], max_iter=_STEPS)
        model.fit(weigh.transform(counts.train), material.train.labels.numpy())
        learned = model.coef_.size + model.intercept_.size
        return _fitted(
            material,
            lambda texts: model.decision_function(weigh.transform(counts.of(texts))),
            learned,
            learned + 2 * counts.train.shape[1],
        )


class NbSvm(Baseline):
    """A linear SVM over presence of words and pairs, times their log-count ratios; of several classes one against all.

    With w the SVM's weights and w̄ = ‖w‖₁ / |V|, the model's are (1 − β) w̄ + β w. Source: Wang and Manning (2012).
    Ratios and weights are one number for every n-gram (and class) in the end; stored is also its string, as one number.
    """

    def space(self, generator: Random, sample: int) -> dict[str, Any]:
        """C from 0.001 to 10, and β from 0 to 1."""
        return {"C": geometric(1e-3, 10, halton(sample + 1, 3)), "beta": halton(sample + 1, 2)}

    def fit(self, material: Material, parameters: Mapping[str, Any], seed: int) -> Fitted:
        """By Newton's method on the squared hinge loss; nothing is random."""
        counts = ngrams(material.corpus.train.texts, material.tokenizer)
        labels, present = material.train.labels.numpy(), counts.train.sign()
        classes = range(1, 2) if len(material.corpus.labels) == 2 else range(len(material.corpus.labels))
        weights, biases = zip(*(self._one(present, labels == c, **parameters) for c in classes), strict=True)
        table, bias = np.stack(weights, 1), np.array(biases)

        def decision(texts: Sequence[str]) -> np.ndarray:
            margins: np.ndarray = counts.of(texts).sign() @ table + bias
            return margins[:, 0] if len(bias) == 1 else margins

        learned = table.size + bias.size
        return _fitted(material, decision, learned, learned + len(table))

    @staticmethod
    def _one(present: Sparse, positive: np.ndarray, C: float, beta: float) -> tuple[np.ndarray, float]:
        """(weights of n-grams, bias) of one class against the others."""
        ratio = log_count_ratio(present, positive)
        svm = LinearSVC(C=C, dual=False, max_iter=_STEPS).fit(present.multiply(ratio).tocsr(), positive)
        own = svm.coef_[0]
        return ratio * ((1 - beta) * np.abs(own).mean() + beta * own), float(svm.intercept_[0])


class Mean(Baseline):
    """Logistic regression on the mean of a text's word vectors, fixed ones, as they are or standardised.

    Mean and deviation of the standardised become part of the coefficients.
    """

    def space(self, generator: Random, sample: int) -> dict[str, Any]:
        """C from 0.01 to 100, and whether the means are standardised."""
        return {"C": geometric(0.01, 100, halton(sample + 1, 3)), "standardised": sample % 2 == 1}

    def fit(self, material: Material, parameters: Mapping[str, Any], seed: int) -> Fitted:
        """By L-BFGS; nothing is random."""
        scale = StandardScaler(with_mean=parameters["standardised"], with_std=parameters["standardised"])
        means = scale.fit_transform(means_of(material.train))
        model = LogisticRegression(C=parameters["C"], max_iter=_STEPS).fit(means, material.train.labels.numpy())
        learned = model.coef_.size + model.intercept_.size
        dev, test = (
            None if data is None else two_columns(model.decision_function(scale.transform(means_of(data))))
            for data in (material.dev, material.test)
        )
        assert dev is not None
        return Fitted(dev, test, {"vectors": 0, "weights": learned}, learned + material.encoder.numbers)


def means_of(data: Encoded) -> np.ndarray:
    """[text, dim], float64: the mean of every text's vectors."""
    found: np.ndarray | None = None
    for places in sorted_batches(data.lengths, tokens_at_once(data.texts)):
        with torch.no_grad():
            rows = mean_vectors(data.batch(places)).cpu().numpy()
        if found is None:
            found = np.empty((len(data), rows.shape[1]))
        found[places] = rows
    assert found is not None  # no part is without texts
    return found


def _fitted(material: Material, decision: Callable[[Sequence[str]], np.ndarray], learned: int, stored: int) -> Fitted:
    """What a model of the texts themselves makes of the material."""
    test = None if material.test is None else two_columns(decision(material.corpus.test.texts))
    dev = two_columns(decision(material.corpus.dev.texts))
    return Fitted(dev, test, {"vectors": 0, "weights": learned}, stored)


TFIDF, NBSVM, MEAN = Tfidf(), NbSvm(), Mean()
