"""Symbolic weights: small expressions over the symbol that an arc reads.

A weight is a number, or an expression whose value depends on the symbol x and on named parameters. `evaluate` is the
definition that everything compiled from a weight must equal. Two equal sub-expressions are tied: they name the same
parameters.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from wfsa.errors import AutomatonError
from wfsa.semiring import Semiring

V = TypeVar("V")


class Affine(NamedTuple):
    """The parameters of one `Linear`: x ↦ weights · x + bias. `weights` holds one number per input dimension."""

    weights: Sequence[float] | np.ndarray
    bias: float = 0.0


Parameters = Mapping[str, Affine]


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


Expression = Const | Linear | Sigmoid | Complement | Product
EXPRESSIONS = (Const, Linear, Sigmoid, Complement, Product)
Weight = Any
"""A number, an element of some semiring, or an `Expression`."""


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct sub-expressions, in order."""
    if isinstance(expression, Product):
        return expression.factors
    if isinstance(expression, Sigmoid | Complement):
        return (expression.argument,)
    return ()


def linears(weight: Weight) -> Iterator[Linear]:
    """Every `Linear` inside `weight`, left to right, repeats included."""
    if isinstance(weight, Linear):
        yield weight
    elif isinstance(weight, EXPRESSIONS):
        for child in children(weight):
            yield from linears(child)


def sigmoid(z: float) -> float:
    """1 / (1 + exp(−z)) without overflow at either end."""
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


def _linear(weight: Linear, symbol: Any, parameters: Parameters) -> float:
    if weight.name not in parameters:
        raise AutomatonError(
            f"every Linear needs its parameters (got none named {weight.name!r}); pass the mapping the automaton was "
            "saved with."
        )
    affine = parameters[weight.name]
    x = np.asarray(symbol, dtype=np.float64) if not isinstance(symbol, str) else None
    w = np.asarray(affine.weights, dtype=np.float64)
    if x is None or x.shape != w.shape:
        got = repr(symbol) if x is None or x.ndim == 0 else f"shape {x.shape}"
        raise AutomatonError(
            f"Linear {weight.name!r} reads vectors of {w.size} numbers (got {got}); map words to their vectors first."
        )
    return float(w @ x) + (affine.bias if weight.bias else 0.0)


def evaluate(weight: Weight, symbol: Any, parameters: Parameters) -> Any:
    """The value of `weight` when the arc reads `symbol`; a number stands for itself.

    Raises:
        AutomatonError: a parameter is missing, or the symbol is no vector of its size.
    """
    if isinstance(weight, Const):
        return weight.value
    if isinstance(weight, Linear):
        return _linear(weight, symbol, parameters)
    if isinstance(weight, Sigmoid):
        return sigmoid(evaluate(weight.argument, symbol, parameters))
    if isinstance(weight, Complement):
        return 1.0 - evaluate(weight.argument, symbol, parameters)
    if isinstance(weight, Product):
        return math.prod(evaluate(factor, symbol, parameters) for factor in weight.factors)
    return weight


def at_zero(weight: Weight) -> float:
    """The value of `weight` when every parameter is 0; it does not depend on the symbol."""
    return float(evaluate(_without_linears(weight), None, {}))


def _without_linears(weight: Weight) -> Weight:
    if isinstance(weight, Linear):
        return Const(0.0)
    if isinstance(weight, Product):
        return Product(tuple(_without_linears(factor) for factor in weight.factors))
    if isinstance(weight, Sigmoid | Complement):
        return type(weight)(_without_linears(weight.argument))
    return weight


def evaluator(parameters: Parameters) -> Callable[[Weight, Any], Any]:
    """The `weigh` argument of the algorithms for an automaton with symbolic weights: (weight, symbol) → value."""

    def weigh(weight: Weight, symbol: Any) -> Any:
        return evaluate(weight, symbol, parameters)

    return weigh


def constant(weight: Weight, symbol: Any) -> Any:
    """The default `weigh`: numbers and constants stand for themselves.

    Raises:
        AutomatonError: the weight depends on parameters.
    """
    if next(linears(weight), None) is not None:
        raise AutomatonError(
            f"without parameters only numbers can be weighed (got {weight}); pass weigh=wfsa.evaluator(parameters)."
        )
    return evaluate(weight, symbol, {})


def lifted(weigh: Callable[[Weight, Any], Any], K: Semiring[V]) -> Callable[[Weight, Any], V]:
    """`weigh` followed by K's `lift`."""
    return lambda weight, symbol: K.lift(weigh(weight, symbol))
