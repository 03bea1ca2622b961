"""Functions of numbers that keep their digits, for the values of expressions."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from wfsa.errors import AutomatonError


def plain_number(value: Any) -> int | float | None:
    """A number of Python's or numpy's as one of Python's, of the same value; None for anything else."""
    if isinstance(value, np.bool_ | np.integer | np.floating):
        return int(value) if isinstance(value, np.bool_ | np.integer) else float(value)
    return value if isinstance(value, int | float) else None


def sigmoid(z: float) -> float:
    """1 / (1 + exp(−z)) without overflow at either end."""
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


def logarithm(value: float) -> float:
    """log with true −∞ at 0.

    Raises:
        AutomatonError: the value is negative.
    """
    if not value >= 0:
        raise AutomatonError(f"Log takes values of at least 0 (got {value!r}); negative weights have no logarithm.")
    return math.log(value) if value > 0 else -math.inf


def total(terms: Sequence[float]) -> float:
    """The sum, rounded once."""
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # beyond the doubles, or both infinities: what plain addition makes of them
        return sum(terms)


def softmax(values: Sequence[float], place: int) -> float:
    """exp(v_place) / Σ exp(v)."""
    peak = max(values)
    powers = [math.exp(value - peak) for value in values]
    return powers[place] / math.fsum(powers)
