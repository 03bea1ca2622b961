"""Semirings made of semirings: pairs, expectations, entropy."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from wfsa.errors import SemiringError
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.scalars import REAL
from wfsa.semirings.stars import dense_product, dense_star

A = TypeVar("A")
B = TypeVar("B")
Rows = Sequence[Sequence[Any]]


def product(left: Semiring[A], right: Semiring[B]) -> Semiring[tuple[A, B]]:
    """K₁ × K₂, pair by pair: two answers from one pass. A number is lifted into both, a pair by its parts.

    A part that products round to 0 is 0 without a warning; ask for it alone, or use logarithms, to be told.
    """

    left, right = as_semiring(left), as_semiring(right)

    def lift(weight: Any) -> tuple[A, B]:
        a, b = weight if isinstance(weight, tuple) and len(weight) == 2 else (weight, weight)
        return left.lift(a), right.lift(b)

    return Semiring(
        f"product({left}, {right})",
        (left.zero, right.zero),
        (left.one, right.one),
        lambda a, b: (left.plus(a[0], b[0]), right.plus(a[1], b[1])),
        lambda a, b: (left.times(a[0], b[0]), right.times(a[1], b[1])),
        lambda a: (left.star(a[0]), right.star(a[1])),
        lift,
        idempotent=left.idempotent and right.idempotent,
        additive=left.additive if left.additive == right.additive else None,
        key=lambda a: (left.key(a[0]), right.key(a[1])),
        block_star=lambda rows: _zipped(dense_star(_parts(rows, 0), left), dense_star(_parts(rows, 1), right)),
    )


def _parts(rows: Rows, place: int) -> list[list[Any]]:
    """The matrix of one part of every element."""
    return [[element[place] for element in row] for row in rows]


def _zipped(*matrices: list[list[Any]]) -> list[list[Any]]:
    """The matrix whose elements have these parts."""
    return [[tuple(parts) for parts in zip(*rows, strict=True)] for rows in zip(*matrices, strict=True)]


def expectation(K: Semiring[Any], order: int = 1) -> Semiring[tuple[Any, ...]]:
    """Sums of values along paths, weighted by the paths, in one pass.

    First order: elements (p, r) with (p₁, r₁) ⊗ (p₂, r₂) = (p₁p₂, p₁r₂ + r₁p₂). Give an arc of weight p and value v
    the pair (p, p·v); the pathsum is then (Z, Σ p(path) · Σ v), and the expectation of Σ v is their quotient.
    Second order: (p, r, s, t) with r = p·v, s = p·u, t = p·u·v gives in t the sum of p · (Σ v) · (Σ u), for
    covariances.
    A bare number has the value 0.

    Source: Eisner (2002), "Parameter estimation for probabilistic finite-state transducers"; Li and Eisner (2009).

    Raises:
        SemiringError: the order is neither 1 nor 2.
    """
    if order not in (1, 2):
        raise SemiringError(f"an expectation is of order 1 or 2 (got {order!r}).")
    as_semiring(K)
    size = 2 * order
    name = f"expectation({K})" if order == 1 else f"expectation({K}, order=2)"
    times, star = (_times_first(K), _star_first(K)) if order == 1 else (_times_second(K), _star_second(K))

    def lift(weight: Any) -> tuple[Any, ...]:
        parts = weight if isinstance(weight, tuple) else (weight,)
        if len(parts) not in (1, size):
            raise SemiringError(f"{name} takes a number or {size} of them (got {weight!r}).")
        return tuple(K.lift(part) for part in parts) + (K.zero,) * (size - len(parts))

    return Semiring(
        name,
        (K.zero,) * size,
        (K.one, *(K.zero,) * (size - 1)),
        lambda a, b: tuple(K.plus(x, y) for x, y in zip(a, b, strict=True)),
        times,
        star,
        lift,
        idempotent=K.idempotent,
        additive=K.additive,
        key=lambda a: tuple(K.key(part) for part in a),
        block_star=partial(_block_star, K=K),
    )


Operation = Callable[[tuple[A, ...], tuple[A, ...]], tuple[A, ...]]


def _times_first(K: Semiring[A]) -> Operation[A]:
    def times(a: tuple[A, ...], b: tuple[A, ...]) -> tuple[A, ...]:
        (p, r), (q, s) = a, b
        return K.times(p, q), K.plus(K.times(p, s), K.times(r, q))

    return times


def _star_first(K: Semiring[A]) -> Callable[[tuple[A, ...]], tuple[A, ...]]:
    def star(a: tuple[A, ...]) -> tuple[A, ...]:
        around = K.star(a[0])
        return around, K.times(K.times(around, a[1]), around)

    return star


def _times_second(K: Semiring[A]) -> Operation[A]:
    def times(a: tuple[A, ...], b: tuple[A, ...]) -> tuple[A, ...]:
        (p, r, s, t), (q, v, u, w) = a, b
        cross = K.sum((K.times(p, w), K.times(r, u), K.times(s, v), K.times(t, q)))
        return (
            K.times(p, q),
            K.plus(K.times(p, v), K.times(r, q)),
            K.plus(K.times(p, u), K.times(s, q)),
            cross,
        )

    return times


def _star_second(K: Semiring[A]) -> Callable[[tuple[A, ...]], tuple[A, ...]]:
    def star(a: tuple[A, ...]) -> tuple[A, ...]:
        p, r, s, t = a
        around = K.star(p)

        def between(x: A) -> A:
            return K.times(K.times(around, x), around)

        twice = K.plus(K.times(K.times(r, around), s), K.times(K.times(s, around), r))
        return around, between(r), between(s), between(K.plus(t, twice))

    return star


def _block_star(rows: Rows, K: Semiring[Any]) -> list[list[Any]]:
    """The star of a matrix of expectations from that of its first parts A alone: A*, A*·R·A*, and so on.

    So a sum exists where that of A exists, whatever stands on the diagonal.
    """
    parts = [_parts(rows, place) for place in range(len(rows[0][0]))]
    around = dense_star(parts[0], K)

    def between(matrix: list[list[Any]]) -> list[list[Any]]:
        return dense_product(dense_product(around, matrix, K), around, K)

    if len(parts) == 2:
        return _zipped(around, between(parts[1]))
    first, second = between(parts[1]), between(parts[2])
    twice = [parts[3], dense_product(first, parts[2], K), dense_product(second, parts[1], K)]
    # R·A*·S with A* on both sides is (A*·R·A*)·S·A*: one A* is there already.
    crossed = [dense_product(matrix, around, K) for matrix in twice[1:]]
    third = between(twice[0])
    total = [[K.sum(cells) for cells in zip(*lines, strict=True)] for lines in zip(third, *crossed, strict=True)]
    return _zipped(around, first, second, total)


_EXPECTATION = expectation(REAL)


def _surprise(weight: Any) -> tuple[float, ...]:
    """A probability p as (p, −p·log p); a pair is an element already."""
    if isinstance(weight, tuple):
        return _EXPECTATION.lift(weight)
    if weight < 0:
        raise SemiringError(f"ENTROPY takes weights of at least 0 (got {weight!r}).")
    weight = REAL.lift(weight)
    return weight, -weight * math.log(weight) if weight > 0 else 0.0


ENTROPY: Semiring[tuple[float, ...]] = Semiring(
    "ENTROPY", _EXPECTATION.zero, _EXPECTATION.one, _EXPECTATION.plus, _EXPECTATION.times, _EXPECTATION.star,
    _surprise, key=_EXPECTATION.key, block_star=_EXPECTATION.block_star,
)  # fmt: skip
"""Pairs (Z, R) with R = −Σ w(path) · log w(path): the entropy of the path distribution is log Z + R / Z, in nats.

Source: Cortes, Mohri, Rastogi and Riley (2008), "On the computation of the relative entropy of probabilistic automata".
"""
