"""The area under a tradeoff curve: one number for accuracy over a range of sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Area:
    """The area under an arm's curve between two sizes, divided by their distance: a mean accuracy.

    Attributes:
        low, high: the sizes, in transitions.
        value: a share.
    """

    low: float
    high: float
    value: float


def areas(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> dict[str, Area]:
    """The area of every arm over the sizes that all arms have, x linear in transitions, as the figure is drawn.

    A = 1 / (h − l) ∫_l^h a(x) dx, where a is linear between an arm's points, l the largest of the arms' smallest sizes
    and h the smallest of their largest. Arms of a single size are left out; where no range is common there is none.

    Args:
        curves: arm → sizes and accuracies, a mean over seeds each.
    """
    sorted_curves = {arm: _in_order(*curve) for arm, curve in curves.items()}
    longer = {arm: curve for arm, curve in sorted_curves.items() if len(curve[0]) > 1}
    if not longer:
        return {}
    low = max(float(sizes[0]) for sizes, _ in longer.values())
    high = min(float(sizes[-1]) for sizes, _ in longer.values())
    if low >= high:
        return {}
    return {arm: Area(low, high, _mean(*curve, low, high)) for arm, curve in longer.items()}


def _in_order(sizes: Sequence[float], accuracies: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """From small to large, with the mean accuracy where sizes are equal."""
    found, place = np.unique(np.asarray(sizes, dtype=np.float64), return_inverse=True)
    return found, np.bincount(place, weights=accuracies) / np.bincount(place)


def _mean(sizes: np.ndarray, accuracies: np.ndarray, low: float, high: float) -> float:
    inside = sizes[(sizes > low) & (sizes < high)]
    ends = np.concatenate([[low], inside, [high]])
    values = np.interp(ends, sizes, accuracies)
    return float(((values[1:] + values[:-1]) / 2 * np.diff(ends)).sum() / (high - low))
