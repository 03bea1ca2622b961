"""Semirings over plain Python values: the algebra under every algorithm of the package.

A semiring (K, ⊕, ⊗, 0̄, 1̄) has an associative, commutative ⊕ with neutral 0̄, an associative ⊗ with neutral 1̄
that distributes over ⊕ from both sides, and 0̄ ⊗ a = a ⊗ 0̄ = 0̄. `star` is a* = 1̄ ⊕ a ⊕ a⊗a ⊕ …
No algorithm names a semiring; what an algorithm needs beyond the laws it reads off the two flags.
Source: Mohri (2009), "Weighted automata algorithms".
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

import numpy as np

from wfsa.errors import DivergenceError, SemiringError
from wfsa.numeric import MatrixStar, lehmann, real_matrix_star

V = TypeVar("V")


@dataclass(frozen=True)
class Semiring(Generic[V]):
    """A semiring as a value: its two neutral elements and its operations.

    Attributes:
        name: how it is printed.
        zero: neutral for `plus`, annihilates under `times`; "no path".
        one: neutral for `times`; the weight of the empty path.
        plus: (a, b) → a ⊕ b.
        times: (a, b) → a ⊗ b.
        star: a → 1̄ ⊕ a ⊕ a⊗a ⊕ …; raises DivergenceError where the series has no value.
        lift: a number found on an arc → the element it stands for.
        idempotent: a ⊕ a = a.
        selective: a ⊕ b is a or b, so that best paths exist.
        matrix_star: for semirings over floats, the star of a whole matrix by numpy; None: pivot by pivot in Python.
    """

    name: str
    zero: V
    one: V
    plus: Callable[[V, V], V]
    times: Callable[[V, V], V]
    star: Callable[[V], V]
    lift: Callable[[Any], V]
    idempotent: bool = False
    selective: bool = False
    matrix_star: MatrixStar | None = None

    def sum(self, values: Iterable[V]) -> V:
        """⊕ over `values`; 0̄ when there are none."""
        return reduce(self.plus, values, self.zero)

    def __repr__(self) -> str:
        return self.name


def _diverges(name: str, value: object, domain: str) -> DivergenceError:
    return DivergenceError(f"star in {name} needs {domain} (got {value!r}); scale the weights of that cycle down.")


def _log_plus(a: float, b: float) -> float:
    """log(eᵃ + eᵇ) with true −∞."""
    low, high = (a, b) if a < b else (b, a)
    if low == -math.inf:
        return high
    return high + math.log1p(math.exp(low - high))


def _real_star(a: float) -> float:
    if not -1 < a < 1:
        raise _diverges("REAL", a, "a value strictly between -1 and 1")
    return 1 / (1 - a)


def _log_star(a: float) -> float:
    if not a < 0:
        raise _diverges("LOG", a, "a log-weight below 0")
    return -math.log(-math.expm1(a)) if a > -math.inf else 0.0


def _max_plus_star(a: float) -> float:
    if a > 0:
        raise _diverges("MAX_PLUS", a, "a weight of at most 0")
    return 0.0


def _min_plus_star(a: float) -> float:
    if a < 0:
        raise _diverges("MIN_PLUS", a, "a weight of at least 0")
    return 0.0


def _max_times_star(a: float) -> float:
    if a > 1:
        raise _diverges("MAX_TIMES", a, "a weight of at most 1")
    return 1.0


def _max_times_lift(weight: float) -> float:
    if weight < 0:
        raise SemiringError(
            f"MAX_TIMES takes weights of at least 0 (got {weight!r}): with signed weights the greatest product is not "
            "the product of the greatest; use EXTREMES."
        )
    return float(weight)


def _count_star(a: int) -> int:
    if a != 0:
        raise _diverges("COUNT", a, "no path around the cycle")
    return 1


Extremes = tuple[float, float]
_NO_PATH: Extremes = (math.inf, -math.inf)


def _extremes_plus(a: Extremes, b: Extremes) -> Extremes:
    return min(a[0], b[0]), max(a[1], b[1])


def _extremes_times(a: Extremes, b: Extremes) -> Extremes:
    if a == _NO_PATH or b == _NO_PATH:
        return _NO_PATH
    products = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return min(products), max(products)


def _extremes_star(a: Extremes) -> Extremes:
    if a == _NO_PATH:
        return 1.0, 1.0
    low, high = a
    if low < -1 or high > 1:
        raise _diverges("EXTREMES", a, "both ends between -1 and 1")
    if low < 0:
        return low, 1.0
    return (1.0 if low == 1 else 0.0), 1.0


def _extremes_lift(weight: float | Extremes) -> Extremes:
    return weight if isinstance(weight, tuple) else (float(weight), float(weight))


REAL: Semiring[float] = Semiring(
    "REAL", 0.0, 1.0, lambda a, b: a + b, lambda a, b: a * b, _real_star, float, matrix_star=real_matrix_star
)
"""(ℝ, +, ×): pathsum adds the products along the paths."""

LOG: Semiring[float] = Semiring(
    "LOG", -math.inf, 0.0, _log_plus, lambda a, b: a + b, _log_star, float,
    matrix_star=lehmann(np.logaddexp, np.add, 0.0, _log_star),
)  # fmt: skip
"""(ℝ ∪ {−∞}, log-sum-exp, +): REAL on natural logarithms."""

MAX_PLUS: Semiring[float] = Semiring(
    "MAX_PLUS", -math.inf, 0.0, lambda a, b: max(a, b), lambda a, b: a + b, _max_plus_star, float, True, True,
    lehmann(np.maximum, np.add, 0.0, _max_plus_star),
)  # fmt: skip
"""(ℝ ∪ {−∞}, max, +): the best path by log-weight."""

MIN_PLUS: Semiring[float] = Semiring(
    "MIN_PLUS", math.inf, 0.0, lambda a, b: min(a, b), lambda a, b: a + b, _min_plus_star, float, True, True,
    lehmann(np.minimum, np.add, 0.0, _min_plus_star),
)  # fmt: skip
"""(ℝ ∪ {+∞}, min, +), the tropical semiring: the cheapest path by cost."""

MAX_TIMES: Semiring[float] = Semiring(
    "MAX_TIMES", 0.0, 1.0, lambda a, b: max(a, b), lambda a, b: a * b, _max_times_star, _max_times_lift, True, True,
    lehmann(np.maximum, np.multiply, 1.0, _max_times_star),
)  # fmt: skip
"""(ℝ≥0, max, ×): the most probable path."""

BOOLEAN: Semiring[bool] = Semiring(
    "BOOLEAN", False, True, lambda a, b: a or b, lambda a, b: a and b, lambda a: True, lambda w: w != 0, True, True
)
"""({false, true}, or, and): is there a path whose weights are all non-zero?"""

COUNT: Semiring[int] = Semiring(
    "COUNT", 0, 1, lambda a, b: a + b, lambda a, b: a * b, _count_star, lambda w: int(w != 0)
)
"""(ℕ, +, ×) on 0/1 weights: how many paths have only non-zero weights?"""

EXTREMES: Semiring[Extremes] = Semiring(
    "EXTREMES", _NO_PATH, (1.0, 1.0), _extremes_plus, _extremes_times, _extremes_star, _extremes_lift, True
)
"""Pairs (lowest, highest): the image of "set of path weights" under (min, max).

⊕ = (min of the lows, max of the highs), ⊗ = (min, max) of the four products: right for signed weights, where a
max-only recursion is wrong because two negative factors make a large product.
"""

SEMIRINGS = (REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, BOOLEAN, COUNT, EXTREMES)
