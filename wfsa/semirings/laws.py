"""The laws of semirings, for anyone who makes one."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from wfsa.errors import DivergenceError, SemiringError
from wfsa.semirings.base import Semiring, as_semiring

V = TypeVar("V")
Law = tuple[str, V, V]
"""What must be equal, in words, and its two sides."""


def check_laws(K: Semiring[V], elements: Iterable[V], equal: Callable[[V, V], bool] | None = None) -> None:
    """Check every law that K claims, on every triple of `elements`, together with 0̄ and 1̄.

    The semiring laws; what `idempotent`, `selective`, `divide`, `real`, `from_real`, `cost`, `lift` and `star` promise.

    Args:
        K: the semiring.
        elements: a few elements of it; n of them cost O(n³).
        equal: when two elements count as equal; by default, `K.near`.

    Raises:
        SemiringError: a law does not hold; the message names it and the elements.
    """
    as_semiring(K)
    known = [K.zero, K.one, *elements]
    size = max((abs(number) for element in known for number in _numbers(element)), default=0.0)
    # Three factors, and a sum that may cancel: what rounding leaves of it.
    slack = 1e-14 * (1 + size) ** 3
    same = equal or (lambda a, b: K.near(a, b, slack))
    for arity, laws in ((1, _of_one), (2, _of_two), (3, _of_three)):
        for chosen in itertools.product(known, repeat=arity):
            for law, left, right in laws(K, *chosen):
                if not same(left, right):
                    named = ", ".join(f"{name} = {value!r}" for name, value in zip("abc", chosen, strict=False))
                    raise SemiringError(f"in {K}, {law} must hold (got {left!r} and {right!r} for {named}).")


def _numbers(element: object) -> Iterator[float]:
    """The finite numbers that an element is made of."""
    if isinstance(element, tuple):
        for part in element:
            yield from _numbers(part)
    elif isinstance(element, int | float) and math.isfinite(element):
        yield float(element)


def _of_one(K: Semiring[V], a: V) -> Iterator[Law[V]]:
    yield "a ⊕ 0̄ = a", K.plus(a, K.zero), a
    yield "a ⊗ 1̄ = a", K.times(a, K.one), a
    yield "1̄ ⊗ a = a", K.times(K.one, a), a
    yield "a ⊗ 0̄ = 0̄", K.times(a, K.zero), K.zero
    yield "0̄ ⊗ a = 0̄", K.times(K.zero, a), K.zero
    yield "lift(a) = a", K.lift(a), a
    if K.idempotent:
        yield "a ⊕ a = a", K.plus(a, a), a
    if K.real is not None and K.from_real is not None:
        yield "from_real(real(a)) = a", K.from_real(K.real(a)), a
    if K.cost is not None and K.from_cost is not None:
        try:
            cost = K.cost(a)
        except SemiringError:  # not every element has one
            return
        yield "from_cost(cost(a)) = a", K.from_cost(cost), a
    try:
        star = K.star(a)
    except DivergenceError:
        return
    yield "a* = 1̄ ⊕ a ⊗ a*", star, K.plus(K.one, K.times(a, star))
    yield "a* = 1̄ ⊕ a* ⊗ a", star, K.plus(K.one, K.times(star, a))


def _of_two(K: Semiring[V], a: V, b: V) -> Iterator[Law[V]]:
    yield "a ⊕ b = b ⊕ a", K.plus(a, b), K.plus(b, a)
    if K.selective:
        yield "a ⊕ b is a or b", K.plus(a, b), a if K.plus(a, b) == a else b
    if K.divide is not None and b != K.zero:
        yield "b ⊗ divide(b ⊗ a, b) = b ⊗ a", K.times(b, K.divide(K.times(b, a), b)), K.times(b, a)
    if K.real is not None:
        for sign, here, there in (("⊕", K.plus, float.__add__), ("⊗", K.times, float.__mul__)):
            left, right = K.real(here(a, b)), there(float(K.real(a)), float(K.real(b)))
            # Numbers are compared by their distance: they are no elements, so `equal` does not know them.
            if abs(left - right) > 1e-9 * max(1.0, abs(left), abs(right)):
                raise SemiringError(
                    f"in {K}, real(a {sign} b) must be that of the numbers (got {left!r} and {right!r} for a = {a!r}, "
                    f"b = {b!r})."
                )


def _of_three(K: Semiring[V], a: V, b: V, c: V) -> Iterator[Law[V]]:
    yield "(a ⊕ b) ⊕ c = a ⊕ (b ⊕ c)", K.plus(K.plus(a, b), c), K.plus(a, K.plus(b, c))
    yield "(a ⊗ b) ⊗ c = a ⊗ (b ⊗ c)", K.times(K.times(a, b), c), K.times(a, K.times(b, c))
    yield "a ⊗ (b ⊕ c) = a⊗b ⊕ a⊗c", K.times(a, K.plus(b, c)), K.plus(K.times(a, b), K.times(a, c))
    yield "(b ⊕ c) ⊗ a = b⊗a ⊕ c⊗a", K.times(K.plus(b, c), a), K.plus(K.times(b, a), K.times(c, a))
