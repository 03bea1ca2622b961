"""What all kinds of expressions have in common, and the simplest of them.

A kind says what it makes of the values of its children and how a person writes it; its fields say what it is made of,
from which `children`, `rebuilt` and its JSON follow. What is built is checked once, here.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from wfsa.errors import AutomatonError
from wfsa.weights.numbers import plain_number

DEEPEST = 100
"""Levels of nesting: `==`, `hash`, `repr` and `pickle` go down level by level, and Python allows 1,000 calls."""


class Expression(ABC):
    """A weight that is no number. Its kinds are frozen dataclasses: fields of type `Expression` or
    `tuple[Expression, ...]` are its children, others are details. A number among the children becomes a `Const`.

    Attributes:
        depth: levels of nesting; 1 for what has no children.

    Raises (when one is built):
        AutomatonError: a field is not of its type, the details do not fit the children, or it is deeper than 100.
    """

    depth: int

    def __post_init__(self) -> None:
        found: list[Expression] = []
        for name, hint in field_types(type(self)).items():
            value = _checked(getattr(self, name), hint, f"{type(self).__name__}.{name}")
            object.__setattr__(self, name, value)
            found += value if isinstance(value, tuple) else [value] if isinstance(value, Expression) else []
        object.__setattr__(self, "depth", 1 + max((child.depth for child in found), default=0))
        if self.depth > DEEPEST:
            raise AutomatonError(
                f"expressions are nested at most {DEEPEST} levels deep (got {self.depth}, in a {type(self).__name__}); "
                "write products and sums of many as one Product or Sum."
            )
        if not self.is_valid():
            raise AutomatonError(f"the details of an expression fit its children (got {self!r:.80}).")

    @abstractmethod
    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """Its value, given those of the children.

        Args:
            m: where functions come from: `math` for numbers, `torch` where the values are tensors.
        """

    @abstractmethod
    def text(self, texts: Sequence[str]) -> str:
        """How a person writes it, given the texts of the children."""

    def vanishes(self, zero: Sequence[bool]) -> bool:
        """Is its value surely 0 where those children are that `zero` names, whatever numbers the others are?

        A kind that has no value there does not vanish.
        """
        try:
            return bool(zero) and all(zero) and bool(self.combine([0.0] * len(zero)) == 0)
        except (ArithmeticError, ValueError):
            return False

    def is_valid(self) -> bool:
        """Do the details fit the children?"""
        return True


@dataclass(frozen=True)
class Const(Expression):
    """The number `value`, whatever is read."""

    value: float

    def combine(self, values: Sequence[Any], m: Any = math) -> Any:
        """The number."""
        return self.value

    def text(self, texts: Sequence[str]) -> str:
        """Four digits."""
        return f"{self.value:.4g}"

    def vanishes(self, zero: Sequence[bool]) -> bool:
        """Is it 0?"""
        return self.value == 0


def _checked(value: Any, hint: Any, where: str) -> Any:
    """What a field holds: of its type, numbers as Python's own, numbers among children as constants."""
    if hint == tuple[Expression, ...]:
        if not isinstance(value, tuple | list):
            raise AutomatonError(f"{where} is a tuple of expressions (got {value!r:.60}); write (e,) for a single one.")
        return tuple(_child(item, where) for item in value)
    if hint is Expression:
        return _child(value, where)
    number = plain_number(value) if hint in (int, float) else value
    if not isinstance(number, int | float if hint is float else hint):
        raise AutomatonError(f"{where} is of type {hint.__name__} (got {value!r:.60}).")
    return number


def _child(value: Any, where: str) -> Expression:
    if isinstance(value, Expression):
        return value
    number = plain_number(value)
    if number is None:
        raise AutomatonError(f"{where} takes expressions and numbers (got {value!r:.60}).")
    return Const(number)


@cache
def field_types(kind: type[Expression]) -> dict[str, Any]:
    """The fields of a kind and their types, in order.

    Raises:
        TypeError: a field is of another type than `Expression`, `tuple[Expression, ...]`, str, bool, int or float: it
            would be no child, and have no place in a file.
    """
    hints = get_type_hints(kind)
    found = {field.name: hints[field.name] for field in fields(kind)}  # type: ignore[arg-type]  # kinds are dataclasses
    for name, hint in found.items():
        if hint not in (Expression, tuple[Expression, ...], str, bool, int, float):
            raise TypeError(
                "fields of an expression are Expression, tuple[Expression, ...], str, bool, int or float (got "
                f"{hint} for {kind.__name__}.{name})."
            )
    return found
