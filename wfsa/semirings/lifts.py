"""From what stands on an arc to an element of a semiring of numbers, or the sentence that says why it is none."""

import math
from numbers import Integral
from typing import Any

from wfsa.errors import SemiringError

Extremes = tuple[float, float]
"""(lowest, highest)."""

NO_PATH: Extremes = (math.inf, -math.inf)


def _number(weight: Any, name: str) -> float:
    """The weight as a float, where it is a number."""
    if not hasattr(weight, "__float__"):
        raise SemiringError(f"weights of {name} are numbers (got {weight!r:.60}); give one, or use another semiring.")
    return float(weight)


def real_lift(weight: float) -> float:
    """A finite number."""
    number = _number(weight, "REAL")
    if not math.isfinite(number):
        raise SemiringError(f"REAL takes finite numbers (got {weight!r}); bound the weights, or use LOG.")
    return number


def log_lift(weight: float) -> float:
    """A number below +∞: that of LOG and MAX_PLUS."""
    number = _number(weight, "LOG and MAX_PLUS")
    if not number < math.inf:
        raise SemiringError(f"LOG and MAX_PLUS take numbers below +inf (got {weight!r}); 0̄ is -inf there.")
    return number


def min_plus_lift(weight: float) -> float:
    """A number above −∞."""
    number = _number(weight, "MIN_PLUS")
    if not number > -math.inf:
        raise SemiringError(f"MIN_PLUS takes numbers above -inf (got {weight!r}); 0̄ is +inf there.")
    return number


def max_times_lift(weight: float) -> float:
    """A finite number of at least 0."""
    number = _number(weight, "MAX_TIMES")
    if number < 0:
        raise SemiringError(
            f"MAX_TIMES takes weights of at least 0 (got {weight!r}): with signed weights the greatest product is not "
            "the product of the greatest; use EXTREMES."
        )
    if not number < math.inf:
        raise SemiringError(f"MAX_TIMES takes finite numbers (got {weight!r}); bound the weights, or use MAX_PLUS.")
    return number


def count_lift(weight: float) -> int:
    """An int counts as itself, so that elements stay what they are; any other number counts as one path or none."""
    return (
        int(weight)
        if isinstance(weight, Integral) and not isinstance(weight, bool) and weight >= 0
        else int(weight != 0)
    )


def extremes_lift(weight: float | Extremes) -> Extremes:
    """A finite number as its own lowest and highest; a pair as it is."""
    pair = weight if isinstance(weight, tuple) else (_number(weight, "EXTREMES"),) * 2
    if pair != NO_PATH and not all(map(math.isfinite, pair)):
        raise SemiringError(f"EXTREMES takes finite numbers (got {weight!r}); bound the weights.")
    return pair
