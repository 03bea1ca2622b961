"""The product of two weights that may be symbolic, without reading them."""

import math
from typing import TypeVar

from wfsa.errors import AutomatonError, RangeError
from wfsa.semirings.base import Semiring
from wfsa.weights.base import Const, Expression
from wfsa.weights.evaluate import evaluate
from wfsa.weights.expressions import Product, Sum, Weight
from wfsa.weights.parts import leaves

V = TypeVar("V")


def multiply(a: Weight, b: Weight, K: Semiring[V]) -> Weight:
    """The weight whose lift is lift(a) ⊗ lift(b), whatever the parameters are.

    Two numbers are multiplied in K. Where one is symbolic: its Product with the other, or their Sum where K adds
    logarithms; a factor 1̄ leaves a weight as it is.

    Raises:
        RangeError: the product of two numbers is 0̄ by rounding, or beyond the doubles.
        AutomatonError: a symbolic weight meets an element that is no number, or K is neither additive nor not.
    """
    if type(a) is float and type(b) is float:  # those of large automata
        return times_within(K.lift(a), K.lift(b), K)
    a, b = _read(a), _read(b)
    symbolic_a, symbolic_b = isinstance(a, Expression), isinstance(b, Expression)
    if not symbolic_a and not symbolic_b:
        return times_within(K.lift(a), K.lift(b), K)
    if not symbolic_a and a == K.one:
        return b
    if not symbolic_b and b == K.one:
        return a
    if K.additive is None:
        raise AutomatonError(
            f"in {K} symbolic weights cannot be multiplied unread (got {a} and {b}); evaluate them first."
        )
    factors = (_expression(a), _expression(b))
    return Sum(factors) if K.additive else Product(factors)


def times_within(a: V, b: V, K: Semiring[V]) -> V:
    """a ⊗ b.

    Raises:
        RangeError: it is 0̄ by rounding, or beyond the doubles.
    """
    return _within(K.times(a, b), a, "⊗", b, K)


def divide_within(a: V, b: V, K: Semiring[V]) -> V:
    """a ⊘ b, where K divides and b is not 0̄.

    Raises:
        RangeError: it is 0̄ by rounding, or beyond the doubles.
    """
    found: V = K.needs("divide", "a quotient")(a, b)
    return _within(found, a, "⊘", b, K)


def _within(found: V, a: V, sign: str, b: V, K: Semiring[V]) -> V:
    lost = found == K.zero and K.zero not in (a, b) and K.integral
    if lost or is_beyond(found, K):
        what = "rounds to 0" if lost else "finds beyond them"
        raise RangeError(
            f"products and quotients of two weights lie within the doubles (got {a!r} {sign} {b!r}, which {K} {what}); "
            "scale them, or use LOG or MAX_PLUS with their logarithms."
        )
    return found


def is_beyond(weight: V, K: Semiring[V]) -> bool:
    """Is it what floats make of a number that is too large for them: infinite, and not 0̄, or a NaN?"""
    return isinstance(weight, float) and not math.isfinite(weight) and weight != K.zero


def _read(weight: Weight) -> Weight:
    """An expression without parameters is a number."""
    if isinstance(weight, Expression) and next(leaves(weight), None) is None:
        return evaluate(weight, None, {})
    return weight


def _expression(weight: Weight) -> Expression:
    if isinstance(weight, Expression):
        return weight
    if not isinstance(weight, int | float):
        raise AutomatonError(
            f"a symbolic weight can only be multiplied by a number (got {weight!r}); evaluate it first, with "
            "weigh=wfsa.evaluator(parameters)."
        )
    return Const(float(weight))
