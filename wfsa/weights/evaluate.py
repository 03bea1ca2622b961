"""The meaning of weights: `evaluate` is the definition that everything compiled from a weight must equal."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import numpy as np

from wfsa.errors import AutomatonError
from wfsa.printing import shown
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.weights.base import Const, Expression
from wfsa.weights.expressions import Affine, Leaf, Linear, Lookup, Parameters, Scalar, Weight
from wfsa.weights.parts import children, leaves, mapped

V = TypeVar("V")


def _parameter(name: str, kind: Any, parameters: Parameters) -> Any:
    found = parameters.get(name)
    if not isinstance(found, kind):
        got = "none" if found is None else type(found).__name__
        raise AutomatonError(
            f"{name!r} needs parameters of its own, an Affine for a Linear, a mapping for a Lookup, a number for a "
            f"Scalar (got {got}); pass the mapping the automaton was saved with."
        )
    return found


def _lookup(weight: Lookup, symbol: Any, parameters: Parameters) -> float:
    table = _parameter(weight.name, Mapping, parameters)
    if not isinstance(symbol, Hashable) or symbol not in table:
        raise AutomatonError(f"Lookup {weight.name!r} knows the symbols of its table (got {symbol!r}); add it there.")
    return float(table[symbol])


def _linear(weight: Linear, symbol: Any, parameters: Parameters) -> float:
    affine = _parameter(weight.name, Affine, parameters)
    try:
        x = None if isinstance(symbol, str) else np.asarray(symbol, dtype=np.float64)
    except (TypeError, ValueError):  # ANY, EPSILON, or another thing that is no vector
        x = None
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
    if isinstance(weight, Leaf):
        return _read(weight, symbol, parameters)
    if isinstance(weight, Expression):
        return weight.combine([evaluate(child, symbol, parameters) for child in children(weight)])
    if isinstance(weight, tuple):
        return tuple(evaluate(part, symbol, parameters) for part in weight)
    return weight


def _read(leaf: Leaf, symbol: Any, parameters: Parameters) -> float:
    match leaf:
        case Linear():
            return _linear(leaf, symbol, parameters)
        case Lookup():
            return _lookup(leaf, symbol, parameters)
        case Scalar(name):
            return float(_parameter(name, int | float, parameters))
    raise AutomatonError(f"a parameter is read by a Linear, a Lookup or a Scalar (got {leaf}).")


def at_zero(weight: Weight) -> float:
    """The value of `weight` when every parameter is 0; it does not depend on the symbol."""
    return float(evaluate(mapped(weight, lambda _: Const(0.0)), None, {}))


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
    if isinstance(weight, int | float):
        return weight
    if next(leaves(weight), None) is not None:
        raise AutomatonError(
            f"without parameters only numbers can be weighed (got {weight}); pass weigh=wfsa.evaluator(parameters)."
        )
    return evaluate(weight, symbol, {})


def lifted(weigh: Callable[[Weight, Any], Any], K: Semiring[V]) -> Callable[[Weight, Any], V]:
    """`weigh` followed by K's `lift`.

    Raises:
        SemiringError: K is no semiring.
        AutomatonError (when called): a weight is beyond what a double can hold.
    """
    as_semiring(K)

    def value(weight: Weight, symbol: Any) -> V:
        try:
            return K.lift(weigh(weight, symbol))
        except OverflowError:
            raise AutomatonError(f"weights lie within the doubles (got {shown(weight)[:40]}…); scale them.") from None

    return value
