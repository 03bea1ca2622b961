"""The semirings over numbers, and EXTREMES over pairs of them."""

import math
import operator
from collections.abc import Callable

import numpy as np

from wfsa.errors import DivergenceError
from wfsa.semirings.base import Operations, Semiring
from wfsa.semirings.costs import (
    cost_of_count,
    cost_of_log,
    cost_of_number,
    cost_of_truth,
    count_of_cost,
    log_of_cost,
    number_of_cost,
    truth_of_cost,
)
from wfsa.semirings.float_stars import MARGIN, Lehmann, grown_logarithms, real_matrix_star, rounded, rounded_log
from wfsa.semirings.lifts import (
    NO_PATH,
    Extremes,
    count_lift,
    extremes_lift,
    log_lift,
    max_times_lift,
    min_plus_lift,
    real_lift,
)

_SLACK = 1e-12
"""A cycle that gains no more than this gains by rounding."""


def _diverges(name: str, value: object, domain: str) -> DivergenceError:
    return DivergenceError(f"star in {name} needs {domain} (got {value!r}); scale the weights of that cycle down.")


def _log_plus(a: float, b: float) -> float:
    """log(eᵃ + eᵇ) with true −∞."""
    low, high = (a, b) if a < b else (b, a)
    if low == -math.inf or high == math.inf:
        return high
    return high + math.log1p(math.exp(low - high))


def _real_star(a: float) -> float:
    if not abs(a) < 1 - MARGIN:
        raise _diverges("REAL", a, "a value strictly between -1 and 1 by more than rounding, 1e-13,")
    return 1 / (1 - a)


def _log_star(a: float) -> float:
    if not a < -MARGIN:
        raise _diverges("LOG", a, "a log-weight below 0 by more than rounding, 1e-13,")
    return -math.log(-math.expm1(a)) if a > -math.inf else 0.0


def _max_plus_star(a: float) -> float:
    if a > _SLACK:
        raise _diverges("MAX_PLUS", a, "a weight of at most 0")
    return 0.0


def _min_plus_star(a: float) -> float:
    if a < -_SLACK:
        raise _diverges("MIN_PLUS", a, "a weight of at least 0")
    return 0.0


def _max_times_star(a: float) -> float:
    if a > 1 + _SLACK:
        raise _diverges("MAX_TIMES", a, "a weight of at most 1")
    return 1.0


def _boolean_star(a: bool) -> bool:
    return True


def _boolean_divide(a: bool, b: bool) -> bool:
    return a


def _nonzero(weight: float) -> bool:
    return weight != 0


def _count_star(a: int) -> int:
    if a != 0:
        raise _diverges("COUNT", a, "no path around the cycle")
    return 1


def _always_one(a: float) -> float:
    return 1.0


def _big_float(count: int) -> float:
    try:
        return float(count)
    except OverflowError:
        return math.inf


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _extremes_plus(a: Extremes, b: Extremes) -> Extremes:
    return min(a[0], b[0]), max(a[1], b[1])


def _extremes_times(a: Extremes, b: Extremes) -> Extremes:
    if a == NO_PATH or b == NO_PATH:
        return NO_PATH
    products = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return min(products), max(products)


def _extremes_star(a: Extremes) -> Extremes:
    if a == NO_PATH:
        return 1.0, 1.0
    low, high = a
    if low < -1 or high > 1:
        raise _diverges("EXTREMES", a, "both ends between -1 and 1")
    if low < 0:
        return low, 1.0
    return (1.0 if low == 1 else 0.0), 1.0


def _larger(a: float, b: float) -> float:
    return a if a >= b else b


def _smaller(a: float, b: float) -> float:
    return a if a <= b else b


_ADD: Callable[[float, float], float] = operator.add
_MULTIPLY: Callable[[float, float], float] = operator.mul

REAL: Semiring[float] = Semiring(
    "REAL", 0.0, 1.0, _ADD, _MULTIPLY, _real_star, real_lift,
    divide=operator.truediv, real=float, from_real=float, key=rounded,
    cost=cost_of_number, from_cost=number_of_cost, arrays=Operations(np.add, np.multiply), matrix_star=real_matrix_star,
)  # fmt: skip
"""(ℝ, +, ×): pathsum adds the products along the paths. No weight is infinite: 0 · ∞ has no value."""

LOG: Semiring[float] = Semiring(
    "LOG", -math.inf, 0.0, _log_plus, _ADD, _log_star, log_lift,
    additive=True, divide=operator.sub, real=_exp, key=rounded_log, cost=cost_of_log, from_cost=log_of_cost,
    arrays=Operations(np.logaddexp, np.add),
    matrix_star=Lehmann(np.logaddexp, np.add, 0.0, _log_star, -math.inf, grown_logarithms),
)  # fmt: skip
"""(ℝ ∪ {−∞}, log-sum-exp, +): REAL on natural logarithms."""

MAX_PLUS: Semiring[float] = Semiring(
    "MAX_PLUS", -math.inf, 0.0, _larger, _ADD, _max_plus_star, log_lift, True, True, True,
    divide=operator.sub, key=rounded_log, cost=cost_of_log, from_cost=log_of_cost,
    arrays=Operations(np.maximum, np.add), matrix_star=Lehmann(np.maximum, np.add, 0.0, _max_plus_star, -math.inf),
)  # fmt: skip
"""(ℝ ∪ {−∞}, max, +): the best path by log-weight."""

MIN_PLUS: Semiring[float] = Semiring(
    "MIN_PLUS", math.inf, 0.0, _smaller, _ADD, _min_plus_star, min_plus_lift, True, True, True,
    divide=operator.sub, key=rounded_log, cost=float, from_cost=float,
    arrays=Operations(np.minimum, np.add), matrix_star=Lehmann(np.minimum, np.add, 0.0, _min_plus_star, math.inf),
)  # fmt: skip
"""(ℝ ∪ {+∞}, min, +), the tropical semiring: the cheapest path by cost."""

MAX_TIMES: Semiring[float] = Semiring(
    "MAX_TIMES", 0.0, 1.0, _larger, _MULTIPLY, _max_times_star, max_times_lift, True, True,
    divide=operator.truediv, key=rounded, cost=cost_of_number, from_cost=number_of_cost,
    arrays=Operations(np.maximum, np.multiply), matrix_star=Lehmann(np.maximum, np.multiply, 1.0, _max_times_star, 0.0),
)  # fmt: skip
"""(ℝ≥0, max, ×): the most probable path. No weight is infinite."""

BOOLEAN: Semiring[bool] = Semiring(
    "BOOLEAN", False, True, operator.or_, operator.and_, _boolean_star, _nonzero, True, True,
    divide=_boolean_divide, cost=cost_of_truth, from_cost=truth_of_cost,
    arrays=Operations(np.maximum, np.multiply), matrix_star=Lehmann(np.maximum, np.multiply, 1.0, _always_one, 0.0),
)  # fmt: skip
"""({false, true}, or, and): is there a path whose weights are all non-zero?"""

COUNT: Semiring[int] = Semiring(
    "COUNT", 0, 1, operator.add, operator.mul, _count_star, count_lift, additive=None, real=_big_float,
    cost=cost_of_count, from_cost=count_of_cost,
)  # fmt: skip
"""(ℕ, +, ×), where an arc counts once unless its weight is 0 or an int: how many paths have only non-zero weights?"""

EXTREMES: Semiring[Extremes] = Semiring(
    "EXTREMES", NO_PATH, (1.0, 1.0), _extremes_plus, _extremes_times, _extremes_star, extremes_lift, True
)
"""Pairs (lowest, highest): the image of "set of path weights" under (min, max).

⊕ = (min of the lows, max of the highs), ⊗ = (min, max) of the four products: right for signed weights, where a
max-only recursion is wrong because two negative factors make a large product.
"""

SEMIRINGS = (REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, BOOLEAN, COUNT, EXTREMES)
"""The semirings of this module."""
