"""What predictions are worth, in the fields of an `Outcome`: accuracy, a temperature, and the calibration error."""

from typing import Any

import numpy as np

from sparsify.paper.plan import FINAL
from sparsify.training.material import Material
from wfsa.calibration import calibration_error, reliability

_SPAN, _HALVINGS = 8.0, 60
"""Temperatures lie between e⁻⁸ and e⁸: the first make a certainty of everything, the last an even chance."""


def judged(stage: str, material: Material, dev: np.ndarray, test: np.ndarray) -> dict[str, Any]:
    """The fields of an outcome that come from logits.

    Args:
        stage: in the search nothing is said of the test texts.
        dev, test: [text, class].
    """
    dev_labels = material.dev.labels.numpy()
    found: dict[str, Any] = {"dev": _accuracy(dev, dev_labels), "test": None, "right": np.zeros(0, dtype=bool)}
    if stage != FINAL or material.test is None:
        return found
    labels = material.test.labels.numpy()
    own = temperature(dev, dev_labels)
    return {
        **found,
        "test": _accuracy(test, labels),
        "right": test.argmax(1) == labels,
        "temperature": own,
        "calibration": (_error(test, labels), _error(test / own, labels)),
    }


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """T that minimises the mean cross-entropy of softmax(logits / T), between e⁻⁸ and e⁸.

    The cross-entropy is convex in 1 / T; its slope there, the mean over texts of Σ_k p_k z_k − z_label, is bisected.
    Source: Guo et al. (2017).

    Args:
        logits: [text, class].
        labels: [text] → class.
    """
    logits = logits.astype(np.float64)
    own = logits[np.arange(len(labels)), labels]
    low, high = -_SPAN, _SPAN
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        slope = float(((softmax(logits * np.exp(middle)) * logits).sum(1) - own).mean())
        low, high = (low, middle) if slope > 0 else (middle, high)
    return float(np.exp(-(low + high) / 2))


def softmax(logits: np.ndarray) -> np.ndarray:
    """[text, class]: probabilities."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    chances: np.ndarray = powers / powers.sum(1, keepdims=True)
    return chances


def _accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    return float((logits.argmax(1) == labels).mean())


def _error(logits: np.ndarray, labels: np.ndarray) -> float:
    return calibration_error(reliability(softmax(logits.astype(np.float64)).max(1), logits.argmax(1) == labels))
