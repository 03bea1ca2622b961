"""Regular expressions as trees: what Python's own parser finds in a pattern, as far as automata can read it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of `re`, the one that knows its syntax
from re import _parser as parser  # type: ignore[attr-defined]  # as above
from typing import Any, TypeAlias

from wfsa.errors import AutomatonError, SizeError


@dataclass(frozen=True)
class Class:
    """One symbol of some, or with `negated` any other: ranges of code points, and classes such as ``\\d``."""

    ranges: tuple[tuple[int, int], ...]
    categories: tuple[str, ...] = ()
    negated: bool = False

    @property
    def size(self) -> int:
        """How many code points it names."""
        return sum(high - low + 1 for low, high in self.ranges) + sum(len(members(name)) for name in self.categories)

    def named(self) -> Iterator[str]:
        """The characters that it names."""
        for low, high in self.ranges:
            yield from map(chr, range(low, high + 1))
        for name in self.categories:
            yield from members(name)


@dataclass(frozen=True)
class Row:
    """One after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Choice:
    """One of these."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Repeat:
    """`least` times or more, up to `most` times, None for any number."""

    part: "Node"
    least: int
    most: int | None


Node: TypeAlias = Class | Row | Choice | Repeat

_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_NOT_SPACE: r"\S", codes.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip

_FIRST_WORD, _MOST_WORDS = 0xF0000, 0xFFF0
"""The code point that stands for the first word of a pattern, and how many follow that have no meaning either."""

_TOKENS = re.compile(
    r"(?P<operator>\(\?:|\{\d*,?\d*\}|[()\[\]{}|*+?.^$])|\\(?P<plain>[^\w\s])|(?P<word>[^\s()\[\]{}|*+?.^$\\]+)"
)


@cache
def members(category: str) -> frozenset[str]:
    """The characters of a class such as ``\\d``."""
    return frozenset(re.findall(category, "".join(map(chr, range(0x110000)))))


def parse(pattern: str, flags: int = 0, shown: str | None = None) -> Node:
    """The tree of a pattern over characters, with flags of `re`; `shown` is what a message calls it.

    Raises:
        AutomatonError: the pattern is wrong, or has what no automaton reads.
    """
    shown = pattern if shown is None else shown
    if not isinstance(pattern, str):
        raise AutomatonError(f"a pattern is one of Python's re, a str (got {pattern!r:.60}).")
    try:
        tree = parser.parse(pattern, flags)
    except (re.error, OverflowError) as error:
        why = error.msg if isinstance(error, re.error) else error
        raise AutomatonError(f"a pattern is one of Python's re (got {shown!r:.60}: {why!s:.60}).") from None
    if tree.state.flags & ~(re.UNICODE | re.VERBOSE | re.DOTALL):
        raise AutomatonError(f"a pattern has no flags but s and x (got {shown!r:.60}); write both cases: [Aa].")
    return _Reader(shown, bool(tree.state.flags & re.DOTALL)).row(tree.data, top=True)


def parse_words(pattern: str) -> tuple[Node, dict[str, str]]:
    """The tree of a pattern over words, in which characters stand for words, and which for which.

    Raises:
        AutomatonError: as for `parse`.
    """
    if not isinstance(pattern, str):
        raise AutomatonError(f"a pattern is a str (got {pattern!r:.60}).")
    codes_of: dict[str, str] = {}
    text, end = [], 0
    for match in _TOKENS.finditer(pattern):
        if pattern[end : match.start()].strip():
            break
        end = match.end()
        word = match["plain"] or match["word"]
        if len(codes_of) > _MOST_WORDS:
            raise SizeError(f"a pattern has at most {_MOST_WORDS:,} different words (got more).")
        text.append(codes_of.setdefault(word, chr(_FIRST_WORD + len(codes_of))) if word else match["operator"])
    if rest := pattern[end:].strip():
        raise AutomatonError(f"a pattern has words and operators, a backslash before one as a word (got {rest!r:.60}).")
    return parse("".join(text), re.DOTALL, pattern), {code: word for word, code in codes_of.items()}


class _Reader:
    """From the parser's tree to ours."""

    def __init__(self, pattern: str, dot_all: bool) -> None:
        self._pattern, self._dot_all = pattern, dot_all

    def row(self, items: list[Any], top: bool = False) -> Row:
        """Items one after the other; at the ends of the whole pattern, ``^`` and ``$`` say nothing."""
        if top and items and items[0] in ((codes.AT, codes.AT_BEGINNING), (codes.AT, codes.AT_BEGINNING_STRING)):
            items = items[1:]
        if top and items and items[-1] in ((codes.AT, codes.AT_END), (codes.AT, codes.AT_END_STRING)):
            items = items[:-1]
        return Row(tuple(self._node(*item) for item in items))

    def _node(self, kind: Any, given: Any) -> Node:
        if kind is codes.LITERAL:
            return Class(((given, given),))
        if kind is codes.NOT_LITERAL:
            return Class(((given, given),), negated=True)
        if kind is codes.ANY:
            return Class(() if self._dot_all else ((10, 10),), negated=True)
        if kind is codes.IN:
            return self._class(given)
        if kind is codes.BRANCH:
            return Choice(tuple(self.row(part) for part in given[1]))
        if kind is codes.SUBPATTERN:
            _, added, dropped, part = given
            if added & ~re.DOTALL or dropped:
                raise self._error("flags within a group")
            return _Reader(self._pattern, self._dot_all or bool(added & re.DOTALL)).row(part)
        if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, part = given
            return Repeat(self.row(part), int(least), None if most is codes.MAXREPEAT else int(most))
        raise self._error(str(kind).lower().replace("_", " "))

    def _class(self, items: list[tuple[Any, Any]]) -> Class:
        ranges, categories, negated = list[tuple[int, int]](), list[str](), False
        for kind, given in items:
            if kind is codes.NEGATE:
                negated = True
            elif kind is codes.LITERAL:
                ranges.append((given, given))
            elif kind is codes.RANGE:
                ranges.append(given)
            else:
                categories.append(_CATEGORIES[given])
        found = Class(tuple(ranges), tuple(name for name in categories if name.islower()), negated)
        complements = [members(name.lower()) for name in categories if name.isupper()]
        if not complements:
            return found
        left = frozenset.intersection(*complements).difference(found.named())  # what none of them reads
        return Class(tuple((ord(symbol), ord(symbol)) for symbol in sorted(left)), (), not negated)

    def _error(self, what: str) -> AutomatonError:
        return AutomatonError(
            f"a pattern has literals, classes, groups, choices and repetitions, which automata can read (got {what} in "
            f"{self._pattern!r:.60})."
        )
