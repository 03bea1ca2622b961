"""Symbolic weights: small expressions over the symbol that an arc reads.

A weight is a number, or an expression whose value depends on the symbol x and on named parameters. `evaluate` is the
definition that everything compiled from a weight must equal. Two equal sub-expressions are tied: they name the same
parameters.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


class Affine(NamedTuple):
    """The parameters of one `Linear`: x ↦ weights · x + bias. `weights` holds one number per input dimension."""

    weights: Sequence[float] | np.ndarray
    bias: float = 0.0


Table = Mapping[Hashable, float]
"""The parameters of one `Lookup`: symbol → value."""

Parameters = Mapping[str, Affine | Table | float]
"""name → what a `Linear`, a `Lookup` or a `Scalar` of that name reads."""


@dataclass(frozen=True)
class Const:
    """The number `value`, whatever is read."""

    value: float


@dataclass(frozen=True)
class Linear:
    """w · x + b, with w and b looked up under `name`; without `bias`, b must be 0."""

    name: str
    bias: bool = False


@dataclass(frozen=True)
class Lookup:
    """The value of the symbol in the table `name`: learned weights over a finite alphabet."""

    name: str


@dataclass(frozen=True)
class Scalar:
    """The learned number `name`, whatever is read: for epsilon arcs, initial and final weights, scales."""

    name: str


@dataclass(frozen=True)
class Sigmoid:
    """σ(e) = 1 / (1 + exp(−e))."""

    argument: "Expression"


@dataclass(frozen=True)
class Complement:
    """1 − e."""

    argument: "Expression"


@dataclass(frozen=True)
class Product:
    """The product of `factors`, from left to right; 1 when there are none."""

    factors: tuple["Expression", ...]


@dataclass(frozen=True)
class Sum:
    """The sum of `terms`, from left to right; 0 when there are none."""

    terms: tuple["Expression", ...]


@dataclass(frozen=True)
class Log:
    """The natural logarithm log e, −∞ at 0; what a weight of REAL is in LOG and MAX_PLUS."""

    argument: "Expression"


@dataclass(frozen=True)
class Softmax:
    """exp(e_i) / Σ_j exp(e_j) over `terms` e_1 … e_n, where i is `place`, from 0: weights that sum to one."""

    terms: tuple["Expression", ...]
    place: int


Expression = Const | Linear | Lookup | Scalar | Sigmoid | Complement | Product | Sum | Log | Softmax
EXPRESSIONS = (Const, Linear, Lookup, Scalar, Sigmoid, Complement, Product, Sum, Log, Softmax)
Weight = Any
"""A number, an `Expression`, or an element of some semiring, whose parts may be expressions."""


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct sub-expressions, in order."""
    if isinstance(expression, Product):
        return expression.factors
    if isinstance(expression, Sum | Softmax):
        return expression.terms
    if isinstance(expression, Sigmoid | Complement | Log):
        return (expression.argument,)
    return ()


def leaves(weight: Weight) -> Iterator[Linear | Lookup | Scalar]:
    """Everything inside `weight` that reads a parameter, left to right, repeats included."""
    if isinstance(weight, Linear | Lookup | Scalar):
        yield weight
    elif isinstance(weight, tuple):
        for part in weight:
            yield from leaves(part)
    elif isinstance(weight, EXPRESSIONS):
        for child in children(weight):
            yield from leaves(child)


def linears(weight: Weight) -> Iterator[Linear]:
    """Every `Linear` inside `weight`, left to right, repeats included."""
    return (leaf for leaf in leaves(weight) if isinstance(leaf, Linear))


def reads_symbol(weight: Weight) -> bool:
    """Does the value depend on the symbol that is read?"""
    return any(isinstance(leaf, Linear | Lookup) for leaf in leaves(weight))
