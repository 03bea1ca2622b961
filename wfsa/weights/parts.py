"""What expressions are made of: taken apart, and put together again, whatever their kind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from wfsa.weights.base import Expression, field_types
from wfsa.weights.expressions import Leaf, Linear, Lookup, Weight

E = TypeVar("E", bound=Expression)


@cache
def _places(kind: type[Expression]) -> tuple[tuple[str, bool], ...]:
    """The fields that hold children: (name, are there many?)."""
    many = tuple[Expression, ...]
    return tuple((name, hint == many) for name, hint in field_types(kind).items() if hint in (Expression, many))


def details(expression: Expression) -> tuple[Any, ...]:
    """The fields that are no children."""
    inside = {name for name, _ in _places(type(expression))}
    return tuple(getattr(expression, name) for name in field_types(type(expression)) if name not in inside)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct sub-expressions, in order."""
    found: list[Expression] = []
    for name, many in _places(type(expression)):
        found += getattr(expression, name) if many else (getattr(expression, name),)
    return tuple(found)


def rebuilt(expression: E, parts: Sequence[Any]) -> E:
    """The same expression over other children, as many as it had."""
    rest, changed = list(parts), {}
    for name, many in _places(type(expression)):
        count = len(getattr(expression, name)) if many else 1
        changed[name] = tuple(rest[:count]) if many else rest[0]
        del rest[:count]
    return replace(expression, **changed) if changed else expression  # type: ignore[type-var]  # kinds are dataclasses


def mapped(weight: Weight, change: Callable[[Leaf], Expression]) -> Weight:
    """The weight with `change` of every leaf in its place; of an element of a semiring part by part."""
    if isinstance(weight, Leaf):
        return change(weight)
    if isinstance(weight, tuple):
        return tuple(mapped(part, change) for part in weight)
    if not isinstance(weight, Expression):
        return weight
    return rebuilt(weight, [mapped(child, change) for child in children(weight)])


def leaves(weight: Weight) -> Iterator[Leaf]:
    """Everything inside `weight` that reads a parameter, left to right, repeats included."""
    if type(weight) is float:  # as most are where there are many
        return
    if isinstance(weight, Leaf):
        yield weight
    elif isinstance(weight, tuple | Expression):
        for part in weight if isinstance(weight, tuple) else children(weight):
            yield from leaves(part)


def linears(weight: Weight) -> Iterator[Linear]:
    """Every `Linear` inside `weight`, left to right, repeats included."""
    return (leaf for leaf in leaves(weight) if isinstance(leaf, Linear))


def reads_symbol(weight: Weight) -> bool:
    """Does the value depend on the symbol that is read?"""
    return any(isinstance(leaf, Linear | Lookup) for leaf in leaves(weight))


def vanishes(weight: Weight, dead: Callable[[Leaf], bool]) -> bool:
    """Is the weight surely 0 where the parameters of all `dead` leaves are, whatever numbers the others are?"""
    if isinstance(weight, Leaf):
        return dead(weight)
    if isinstance(weight, Expression):
        return weight.vanishes([vanishes(child, dead) for child in children(weight)])
    return bool(weight == 0)
