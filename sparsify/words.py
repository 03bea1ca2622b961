"""Which words drive each learned weight: the ones with the highest and the lowest w · x."""

from collections.abc import Mapping

import numpy as np

from neural import Vocabulary
from wfsa import Affine, Parameters

Words = Mapping[str, Mapping[str, list[str]]]
"""parameter name → {"high": words, "low": words}."""


def driving_words(parameters: Parameters, vocabulary: Vocabulary, table: np.ndarray, count: int = 3) -> Words:
    """For every `Linear`, the `count` words of the vocabulary with the highest and the lowest value.

    On a main arc they move the pattern's score up or down; on a self-loop they open it (the state remembers) or close
    it. Words without a vector are left out.
    """
    known = np.flatnonzero(np.linalg.norm(table, axis=1) > 0)
    return {name: _extremes(affine, vocabulary, table[known], known, count) for name, affine in parameters.items()}


def _extremes(
    affine: Affine, vocabulary: Vocabulary, vectors: np.ndarray, known: np.ndarray, count: int
) -> dict[str, list[str]]:
    order = known[np.argsort(vectors @ np.asarray(affine.weights), kind="stable")]
    return {
        "high": [vocabulary.words[i] for i in order[::-1][:count]],
        "low": [vocabulary.words[i] for i in order[:count]],
    }
