"""Labels that read several symbols: sets and complements, and what labels have in common.

`ANY` is the complement of nothing. An arc has one weight, whichever symbol it reads, and counts once where all strings
are summed.
"""

from collections.abc import Hashable, Iterable, Iterator
from enum import Enum
from typing import Any

import numpy as np

from wfsa.errors import AutomatonError


class Special(Enum):
    """The labels that are no symbols."""

    ANY = "any"
    EPSILON = "epsilon"

    def __repr__(self) -> str:
        return self.name


ANY = Special.ANY
"""Matches every symbol, and reads it."""

EPSILON = Special.EPSILON
"""Reads nothing."""


class _Symbols:
    """What both kinds of sets share: `symbols`, a frozen set, by which they are equal."""

    def __init__(self, symbols: Iterable[Hashable]) -> None:
        try:
            found = frozenset(symbol.item() if isinstance(symbol, np.generic) else symbol for symbol in symbols)
        except TypeError:
            raise AutomatonError(f"a set of symbols is a list of them, with hashes (got {symbols!r:.60}).") from None
        wrong = [symbol for symbol in found if isinstance(symbol, Special | _Symbols)]
        if wrong or not found:
            got = repr(wrong[0]) if wrong else "none"
            raise AutomatonError(f"a set of symbols has at least one, all of them plain (got {got}); or write ANY.")
        self.symbols = found

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Symbols) and other.symbols == self.symbols

    def __hash__(self) -> int:
        return hash((type(self), self.symbols))

    def __iter__(self) -> Iterator[Hashable]:
        """The symbols, in the order of their text."""
        return iter(sorted(self.symbols, key=repr))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({{{', '.join(map(repr, self))}}})"

    def __str__(self) -> str:
        """As in regular expressions: [a b], [^a b]."""
        return f"[{'^' * isinstance(self, NoneOf)}{' '.join(map(str, self))}]"


class OneOf(_Symbols):
    """A label that reads each of some symbols: OneOf("aeiou").

    Raises:
        AutomatonError: there is no symbol, or one is a label of several.
    """


class NoneOf(_Symbols):
    """A label that reads everything but some symbols, vectors too: NoneOf({"not", "never"}).

    Raises:
        AutomatonError: as for `OneOf`.
    """


def reads(label: Hashable, symbol: Any) -> bool:
    """Does an arc of that label read the symbol? ANY, as a symbol, is one that no arc names."""
    if label is ANY:
        return True
    try:
        if isinstance(label, _Symbols):
            return (symbol in label.symbols) == isinstance(label, OneOf)
        return label is not EPSILON and isinstance(symbol, Hashable) and bool(label == symbol)
    except TypeError:  # no hash, as a tuple of arrays: no symbol that has a name
        return isinstance(label, NoneOf)


def is_wide(label: Hashable) -> bool:
    """Does it read symbols that no label names?"""
    return label is ANY or isinstance(label, NoneOf)


def symbols_of(label: Hashable) -> frozenset[Hashable]:
    """The symbols that a label names."""
    if isinstance(label, _Symbols):
        return label.symbols
    return frozenset() if isinstance(label, Special) else frozenset({label})


def common(a: Hashable, b: Hashable) -> Hashable | None:
    """The label that reads what both read; None where that is nothing. Neither is EPSILON."""
    if a is ANY or a == b:
        return b
    if b is ANY:
        return a
    if isinstance(a, NoneOf) and isinstance(b, NoneOf):
        return NoneOf(a.symbols | b.symbols)
    if isinstance(b, NoneOf):
        a, b = b, a
    rest = symbols_of(b) - a.symbols if isinstance(a, NoneOf) else symbols_of(a) & symbols_of(b)
    return None if not rest else OneOf(rest) if len(rest) > 1 else next(iter(rest))
