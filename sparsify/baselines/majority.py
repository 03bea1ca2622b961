"""The class of most training texts for every text."""

from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np

from sparsify.baselines.base import Baseline, Fitted
from sparsify.training.encoded import Encoded
from sparsify.training.material import Material


class Majority(Baseline):
    """Every text has the probabilities of the classes among the training texts."""

    def space(self, generator: Random, sample: int) -> dict[str, Any]:
        """{}."""
        return {}

    def fit(self, material: Material, parameters: Mapping[str, Any], seed: int) -> Fitted:
        """Count: a number for every class is learned."""
        counts = np.bincount(material.train.labels.numpy(), minlength=len(material.corpus.labels))

        def logits(data: Encoded) -> np.ndarray:
            return np.tile(np.log(counts / counts.sum()), (len(data), 1))

        test = None if material.test is None else logits(material.test)
        return Fitted(logits(material.dev), test, {"vectors": 0, "weights": len(counts)}, len(counts))


MAJORITY = Majority()
