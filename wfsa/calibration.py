"""How far probabilities can be believed: the expected calibration error, for all packages that show or record it."""

import numpy as np

BINS = 10
"""Of equally many texts, where nothing else is said."""


def reliability(certainty: np.ndarray, right: np.ndarray, bins: int = BINS) -> np.ndarray:
    """[bin, 3]: mean probability of the predicted class, share of right predictions, number of texts.

    Bins hold equally many texts, as far as the number allows, from the least to the most certain.

    Args:
        certainty: [text]: the probability of the predicted class.
        right: [text]: is it the label?
    """
    order = np.argsort(certainty, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    rows = [(certainty[part].mean(), right[part].mean(), len(part)) for part in parts]
    return np.array(rows, dtype=float).reshape(-1, 3)


def calibration_error(table: np.ndarray) -> float:
    """Σ over the bins of |mean probability − share right| · share of texts: the expected calibration error.

    Source: Naeini et al. (2015), with bins of equally many texts.
    """
    total = table[:, 2].sum()
    return float((np.abs(table[:, 0] - table[:, 1]) * table[:, 2]).sum() / total) if total else 0.0
