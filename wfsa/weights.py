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

Parameters = Mapping[str, Affine | Table]


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


Expression = Const | Linear | Lookup | Sigmoid | Complement | Product | Sum | Log
EXPRESSIONS = (Const, Linear, Lookup, Sigmoid, Complement, Product, Sum, Log)
Weight = Any
"""A number, an element of some semiring, or an `Expression`."""


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct sub-expressions, in order."""
    if isinstance(expression, Product):
        return expression.factors
    if isinstance(expression, Sum):
        return expression.terms
    if isinstance(expression, Sigmoid | Complement | Log):
        return (expression.argument,)
    return ()


def leaves(weight: Weight) -> Iterator[Linear | Lookup]:
    """Everything inside `weight` that reads a parameter, left to right, repeats included."""
    if isinstance(weight, Linear | Lookup):
        yield weight
    elif isinstance(weight, EXPRESSIONS):
        for child in children(weight):
            yield from leaves(child)


def linears(weight: Weight) -> Iterator[Linear]:
    """Every `Linear` inside `weight`, left to right, repeats included."""
    return (leaf for leaf in leaves(weight) if isinstance(leaf, Linear))
