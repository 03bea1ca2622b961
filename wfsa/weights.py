"""Symbolic weights: small expressions over the symbol that an arc reads.

A weight is a number, or an expression whose value depends on the symbol x and on named parameters. `evaluate` is the
definition that everything compiled from a weight must equal. Two equal sub-expressions are tied: they name the same
parameters.
"""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
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


def sigmoid(z: float) -> float:
    """1 / (1 + exp(−z)) without overflow at either end."""
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


def logarithm(value: float) -> float:
    """log with true −∞ at 0.

    Raises:
        AutomatonError: the value is negative.
    """
    if value < 0:
        raise AutomatonError(f"Log takes values of at least 0 (got {value!r}); negative weights have no logarithm.")
    return math.log(value) if value > 0 else -math.inf


def _parameter(name: str, kind: type, parameters: Parameters) -> Any:
    found = parameters.get(name)
    if not isinstance(found, kind):
        got = "none" if found is None else type(found).__name__
        raise AutomatonError(
            f"{name!r} needs parameters of its own, an Affine for a Linear, a mapping for a Lookup (got {got}); pass "
            "the mapping the automaton was saved with."
        )
    return found


def _lookup(weight: Lookup, symbol: Any, parameters: Parameters) -> float:
    table = _parameter(weight.name, Mapping, parameters)
    if not isinstance(symbol, Hashable) or symbol not in table:
        raise AutomatonError(f"Lookup {weight.name!r} knows the symbols of its table (got {symbol!r}); add it there.")
    return float(table[symbol])


def _linear(weight: Linear, symbol: Any, parameters: Parameters) -> float:
    affine = _parameter(weight.name, Affine, parameters)
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
    if isinstance(weight, Lookup):
        return _lookup(weight, symbol, parameters)
    if isinstance(weight, Sigmoid):
        return sigmoid(evaluate(weight.argument, symbol, parameters))
    if isinstance(weight, Complement):
        return 1.0 - evaluate(weight.argument, symbol, parameters)
    if isinstance(weight, Product):
        return math.prod(evaluate(factor, symbol, parameters) for factor in weight.factors)
    if isinstance(weight, Sum):
        return math.fsum(evaluate(term, symbol, parameters) for term in weight.terms)
    if isinstance(weight, Log):
        return logarithm(evaluate(weight.argument, symbol, parameters))
    return weight


def at_zero(weight: Weight) -> float:
    """The value of `weight` when every parameter is 0; it does not depend on the symbol."""
    return float(evaluate(_at_zero(weight), None, {}))


def _at_zero(weight: Weight) -> Weight:
    if isinstance(weight, Linear | Lookup):
        return Const(0.0)
    if isinstance(weight, Product):
        return Product(tuple(_at_zero(factor) for factor in weight.factors))
    if isinstance(weight, Sum):
        return Sum(tuple(_at_zero(term) for term in weight.terms))
    if isinstance(weight, Sigmoid | Complement | Log):
        return type(weight)(_at_zero(weight.argument))
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
    if next(leaves(weight), None) is not None:
        raise AutomatonError(
            f"without parameters only numbers can be weighed (got {weight}); pass weigh=wfsa.evaluator(parameters)."
        )
    return evaluate(weight, symbol, {})


def lifted(weigh: Callable[[Weight, Any], Any], K: Semiring[V]) -> Callable[[Weight, Any], V]:
    """`weigh` followed by K's `lift`."""
    return lambda weight, symbol: K.lift(weigh(weight, symbol))
