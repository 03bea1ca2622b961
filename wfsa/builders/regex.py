"""Automata from regular expressions, by Glushkov's construction: a state per symbol of the pattern, and no epsilons."""

from collections.abc import Callable, Collection, Hashable, Mapping
from itertools import chain, product
from typing import NamedTuple, TypeVar

from wfsa.automaton import WFSA, Arc
from wfsa.builders.regex_syntax import Choice, Class, Node, Repeat, Row, parse, parse_words
from wfsa.errors import AutomatonError, SizeError
from wfsa.labels import ANY, NoneOf, OneOf, is_wide, reads
from wfsa.semirings.base import Semiring, as_semiring

V = TypeVar("V")

_MOST = 100_000
"""Positions, and characters of a class, that a pattern may have."""


def from_regex(pattern: str, K: Semiring[V], *, words: bool = False, alphabet: Collection[str] | None = None) -> WFSA:
    r"""The automaton of a pattern of Python's `re`: it reads what `re.fullmatch` takes, each way of doing so at 1̄.

    So in BOOLEAN the pathsum says whether a text matches, and in COUNT how many ways there are to read it by the
    pattern's symbols, after Python's parser has merged single ones and equal beginnings of a choice. With `words`,
    symbols are words: what stands between spaces and the operators ``( ) [ ] { } | * + ? . ^ $``, of which a backslash
    makes words.

    Args:
        pattern: literals, classes, ``.``, groups, ``|``, ``* + ? {m,n}``, greedy or not; ``^`` and ``$`` at its ends.
        K: the semiring of 1̄.
        words: symbols are words, not characters.
        alphabet: all symbols there are. Without it, complements and ``.`` read what no pattern names, too.

    Raises:
        AutomatonError: the pattern is wrong, or has what no automaton reads: references, assertions, most flags.
        SizeError: more than 100,000 positions, or, without an alphabet, characters of a class (``\w`` has more).

    Cost: O(positions²) at most. Source: Glushkov (1961), "The abstract theory of automata".
    """
    as_semiring(K)
    try:
        tree, names = parse_words(pattern) if words else (parse(pattern), {})
        positions = _Positions(lambda symbols: _label(symbols, names, alphabet))
        whole = positions.of(tree)
    except RecursionError:
        raise AutomatonError(f"groups are nested some hundred levels deep at most (got {pattern!r:.60}).") from None
    follow: dict[int, dict[int, None]] = {0: dict.fromkeys(whole.first)}
    for before, after in positions.pairs:
        follow.setdefault(before, {})[after] = None
    arcs = []
    for before in sorted(follow):
        labelled = ((positions.labels[after - 1], after) for after in follow[before])
        arcs += [Arc(before, label, after, K.one) for label, after in labelled if label is not None]
    return WFSA({0: K.one}, tuple(arcs), dict.fromkeys([0, *whole.last] if whole.empty else whole.last, K.one))


def _label(symbols: Class, names: Mapping[str, str], alphabet: Collection[str] | None) -> Hashable | None:
    """What a class reads; None for nothing."""
    if symbols.size > _MOST and alphabet is None:
        raise SizeError(f"a class has at most {_MOST:,} characters (got {symbols.size:,}); give the alphabet.")
    own = frozenset(names.get(symbol, symbol) for symbol in symbols.named())
    if not own and not symbols.negated:  # [^\s\S]
        return None
    label: Hashable = (NoneOf(own) if own else ANY) if symbols.negated else OneOf(own)
    if alphabet is not None:
        left = [symbol for symbol in alphabet if reads(label, symbol)]
        return None if not left else left[0] if len(left) == 1 else OneOf(left)
    return next(iter(own)) if not is_wide(label) and len(own) == 1 else label


class _Part(NamedTuple):
    """Does a part read nothing, and which positions does it begin and end with?"""

    empty: bool
    first: list[int]
    last: list[int]


class _Positions:
    """The parts of a pattern; every symbol in it is a position, from 1 on.

    Attributes:
        labels: [position − 1].
        pairs: a position, and one that can follow it.
    """

    def __init__(self, label: Callable[[Class], Hashable | None]) -> None:
        self._label = label
        self.labels: list[Hashable | None] = []
        self.pairs: list[tuple[int, int]] = []

    def of(self, node: Node) -> _Part:
        """What is known of a part, whose symbols become positions."""
        match node:
            case Class():
                return self._symbol(node)
            case Row(parts):
                found = _Part(True, [], [])
                for part in parts:
                    found = self._joined(found, self.of(part))
                return found
            case Choice(parts):
                every = [self.of(part) for part in parts]
                first, last = ([*chain(*sides)] for sides in ((p.first for p in every), (p.last for p in every)))
                return _Part(any(part.empty for part in every), first, last)
            case Repeat():
                return self._repeated(node)

    def _symbol(self, node: Class) -> _Part:
        if len(self.labels) == _MOST:
            raise SizeError(f"a pattern has at most {_MOST:,} positions (needs more); repeat less often.")
        self.labels.append(self._label(node))
        return _Part(False, [len(self.labels)], [len(self.labels)])

    def _repeated(self, node: Repeat) -> _Part:
        """So many copies, of which the last ones may be left out, or the very last comes again and again."""
        found = _Part(True, [], [])
        copies = max(node.least, 1) if node.most is None else node.most
        for copy in range(copies):
            before = len(self.labels)
            part = self.of(node.part)
            if len(self.labels) == before:  # it reads nothing, however often
                return part
            if node.most is None and copy == copies - 1:
                self.pairs += product(part.last, part.first)
            found = self._joined(found, part._replace(empty=part.empty or copy >= node.least))
        return found

    def _joined(self, a: _Part, b: _Part) -> _Part:
        self.pairs += product(a.last, b.first)
        first, last = a.first + b.first if a.empty else a.first, a.last + b.last if b.empty else b.last
        return _Part(a.empty and b.empty, first, last)
