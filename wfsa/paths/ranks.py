"""The order of a selective semiring as keys to sort by."""

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any, TypeVar

import numpy as np

from wfsa.semirings.base import Semiring

V = TypeVar("V")


def rank(K: Semiring[V]) -> Callable[[V], Any]:
    """The key by which better elements come first: for numbers a number."""
    if K.arrays is not None:
        sign = 1 if K.arrays.plus is np.minimum else -1
        return lambda weight: sign * weight  # type: ignore[operator]  # those of arrays are numbers

    def compare(a: V, b: V) -> int:
        return 0 if a == b else -1 if K.better(a, b) else 1

    return cmp_to_key(compare)
