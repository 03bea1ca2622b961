"""What predictions are worth, in the fields of an `Outcome`: accuracy, a temperature, and the calibration error."""

from typing import Any

import numpy as np
import torch

from sparsify.paper.plan import FINAL
from sparsify.runs.temperature import expected_calibration_error, temperature
from sparsify.training.material import Material


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
    scores, own = torch.from_numpy(test), temperature(torch.from_numpy(dev), material.dev.labels)
    return {
        **found,
        "test": _accuracy(test, labels),
        "right": test.argmax(1) == labels,
        "temperature": own,
        "calibration": tuple(expected_calibration_error(one, material.test.labels) for one in (scores, scores / own)),
    }


def _accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    return float((logits.argmax(1) == labels).mean())
