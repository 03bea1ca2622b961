"""Weights as the costs that OpenFst writes, −log w, and back to the last bit.

Many doubles below 1/e are exp(−c) for no double c, since such c lie further apart than their exponentials. They get a
decimal of more digits.
"""

import math
from decimal import Context, Decimal

from wfsa.errors import SemiringError
from wfsa.semirings.base import Cost

_WRITTEN, _READ = Context(prec=22), Context(prec=30)
"""745, the largest cost of a double, has 19 decimals then; neighbouring doubles differ by 1e-16 of their size."""

_LARGEST = 750.0
"""Beyond it, exp and its inverse leave the doubles."""


def number_of_cost(cost: Cost) -> float:
    """exp(−cost), correctly rounded.

    Raises:
        SemiringError: no double is near.
    """
    if cost == math.inf:
        return 0.0
    number = float(_READ.exp(Decimal(cost).copy_negate())) if abs(float(cost)) < _LARGEST else 0.0
    if not 0 < number < math.inf:
        raise SemiringError(
            f"a cost lies between -709.7 and 745.1 where its weight exp(−cost) is to be a double (got {cost}); use "
            "LOG, MAX_PLUS or MIN_PLUS, which keep costs as they are."
        )
    return number


def cost_of_number(weight: float) -> Cost:
    """−log w: the double whose exp(−c) is w, or 22 digits where there is none.

    Raises:
        SemiringError: the weight is negative or infinite.
    """
    if not 0 <= weight < math.inf:
        raise SemiringError(
            f"a cost −log w needs a finite w of at least 0 (got {weight!r}); negative weights have no cost."
        )
    if weight == 0:
        return math.inf
    cost = 0.0 - math.log(weight)
    return cost if number_of_cost(cost) == weight else _WRITTEN.ln(Decimal(weight)).copy_negate()


def log_of_cost(cost: Cost) -> float:
    """−cost, with 0 for 0."""
    return 0.0 - float(cost)


def cost_of_log(weight: float) -> float:
    """−weight, with 0 for 0."""
    return 0.0 - weight


def truth_of_cost(cost: Cost) -> bool:
    """What has a finite cost is there."""
    return cost != math.inf


def cost_of_truth(weight: bool) -> float:
    """0, or infinity for false."""
    return 0.0 if weight else math.inf


def count_of_cost(cost: Cost) -> int:
    """The natural number n with cost = −log n.

    Raises:
        SemiringError: exp(−cost) is further than 1e-4 from every natural number.
    """
    if cost == math.inf:
        return 0
    if -_LARGEST < cost < 1:
        value = Context(prec=12 + math.ceil(abs(float(cost)) / 2.3)).exp(Decimal(cost).copy_negate())
        count = round(value)
        if count > 0 and abs(value - count) < Decimal("1e-4"):
            return count
    raise SemiringError(
        f"COUNT reads costs −log n of natural numbers n below exp(750), which exp(−cost) meets to four decimals (got "
        f"{cost}); use REAL, LOG or MIN_PLUS."
    )


def cost_of_count(count: int) -> Cost:
    """−log n: a double, or as many digits as tell n from its neighbours.

    Raises:
        SemiringError: n is negative or too large.
    """
    if count == 0:
        return math.inf
    if count < 0 or math.log(count) >= _LARGEST - 1:
        raise SemiringError(f"a count has a cost from 0 to exp(749) (got {Decimal(count):.3e}).")
    cost = 0.0 - math.log(count)
    told_apart = count < 1e9  # a double is wrong by less than 1e-15 here, and 1 / n is what the next cost is away
    return cost if told_apart else Context(prec=12 + len(str(count))).ln(Decimal(count)).copy_negate()
