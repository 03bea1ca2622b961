"""Symbolic weights: small expressions over the symbol that an arc reads.

A weight is a number, or an expression whose value depends on the symbol x and on named parameters. `evaluate` is the
definition that everything compiled from a weight must equal. Two equal sub-expressions are tied: they name the same
parameters.

A kind of expression is one class and one entry of `KINDS`; what all kinds have in common is in `wfsa.weights.base`.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from wfsa.weights.base import Const, Expression
from wfsa.weights.numbers import logarithm, sigmoid, softmax, total


class Affine(NamedTuple):
    """The parameters of one `Linear`: x ↦ weights · x + bias. `weights` holds one number per input dimension."""

    weights: Sequence[float] | np.ndarray
    bias: float = 0.0


Table = Mapping[Hashable, float]
"""The parameters of one `Lookup`: symbol → value."""

Parameters = Mapping[str, Affine | Table | float]
"""name → what a `Linear`, a `Lookup` or a `Scalar` of that name reads."""


class Leaf(Expression):
    """What reads a parameter, its `name`: a closed set, since a bank has a tensor for each kind."""

    name: str

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """Is looked up, by `evaluate`."""
        raise TypeError(f"{self.name!r} has no value without parameters; call wfsa.evaluate.")

    def text(self, texts: Sequence[str]) -> str:
        """The name."""
        return self.name


@dataclass(frozen=True)
class Linear(Leaf):
    """w · x + b, with w and b looked up under `name`; without `bias`, b must be 0."""

    name: str
    bias: bool = False


@dataclass(frozen=True)
class Lookup(Leaf):
    """The value of the symbol in the table `name`: learned weights over a finite alphabet."""

    name: str


@dataclass(frozen=True)
class Scalar(Leaf):
    """The learned number `name`, whatever is read: for epsilon arcs, initial and final weights, scales."""

    name: str


@dataclass(frozen=True)
class Sigmoid(Expression):
    """σ(e) = 1 / (1 + exp(−e))."""

    argument: Expression

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """Without overflow at either end."""
        return sigmoid(values[0])

    def text(self, texts: Sequence[str]) -> str:
        """σ(a)."""
        return f"σ({texts[0]})"


@dataclass(frozen=True)
class Complement(Expression):
    """1 − e."""

    argument: Expression

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """1 − e."""
        return 1.0 - values[0]

    def text(self, texts: Sequence[str]) -> str:
        """(1 − a)."""
        return f"(1 − {texts[0]})"


@dataclass(frozen=True)
class Product(Expression):
    """The product of `factors`, from left to right; 1 when there are none."""

    factors: tuple[Expression, ...]

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """From left to right."""
        return math.prod(values)

    def text(self, texts: Sequence[str]) -> str:
        """a · b."""
        return " · ".join(texts) or "1"

    def vanishes(self, zero: Sequence[bool]) -> bool:
        """One factor of 0 is enough."""
        return any(zero)


@dataclass(frozen=True)
class Sum(Expression):
    """The sum of `terms`, from left to right; 0 when there are none."""

    terms: tuple[Expression, ...]

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """Rounded once."""
        return total(values)

    def text(self, texts: Sequence[str]) -> str:
        """(a + b)."""
        return f"({' + '.join(texts)})" if texts else "0"

    def vanishes(self, zero: Sequence[bool]) -> bool:
        """All terms must be 0."""
        return all(zero)


@dataclass(frozen=True)
class Log(Expression):
    """The natural logarithm log e, −∞ at 0; what a weight of REAL is in LOG and MAX_PLUS."""

    argument: Expression

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """log e."""
        return logarithm(values[0])

    def text(self, texts: Sequence[str]) -> str:
        """log a."""
        return f"log {texts[0]}"


@dataclass(frozen=True)
class Softmax(Expression):
    """exp(e_i) / Σ_j exp(e_j) over `terms` e_1 … e_n, where i is `place`, from 0: weights that sum to one."""

    terms: tuple[Expression, ...]
    place: int

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """The share of one term."""
        return softmax(values, self.place)

    def text(self, texts: Sequence[str]) -> str:
        """softmax(a)."""
        return f"softmax({texts[self.place]})"

    def is_valid(self) -> bool:
        """Is there such a term?"""
        return 0 <= self.place < len(self.terms)


KINDS: dict[str, type[Expression]] = {
    "const": Const, "linear": Linear, "lookup": Lookup, "scalar": Scalar, "sigmoid": Sigmoid, "complement": Complement,
    "product": Product, "sum": Sum, "log": Log, "softmax": Softmax,
}  # fmt: skip
"""What JSON calls it → the kind; a new kind is one class and one entry."""

Weight = Any
"""A number, an `Expression`, or an element of some semiring, whose parts may be expressions."""
