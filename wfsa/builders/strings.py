"""Lexicons: the trie of some strings, and the smallest automaton that accepts them, built string by string."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, Generic, TypeVar

from wfsa.automaton import WFSA, Arc, State
from wfsa.errors import AutomatonError
from wfsa.labels import NoneOf, OneOf, Special
from wfsa.operations.minimize import merged
from wfsa.operations.push import push
from wfsa.semirings.base import Semiring, as_semiring

V = TypeVar("V")
String = Sequence[Hashable]


def from_strings(strings: Iterable[String] | Mapping[Any, V], K: Semiring[V]) -> WFSA:
    """The smallest deterministic automaton whose pathsums in K are the strings' weights, and 0̄ for all others.

    Strings are added in order, and what follows a state that no later string can reach is merged with what is equal: so
    no more than the result and one string is kept. Where weights differ, K divides and none have other signs, they are
    then moved to the front as far as they go, and what has become equal is merged.

    Args:
        strings: words, or other sequences of symbols, of weight 1̄ each; or a mapping from them to weights.
            A string that comes twice has the ⊕ of its weights.
        K: the semiring of the weights.

    Raises:
        AutomatonError: a string is no sequence of symbols.

    Cost: O(symbols of all strings) but for sorting them.
    Source: Daciuk, Mihov, Watson and Watson (2000), "Incremental construction of minimal acyclic finite-state
    automata", algorithm 1; Mohri (2009), §8, for weights.
    """
    weights = _weights(strings, K)
    found = _Minimal(weights, K).build()
    differ = len(set(map(K.key, weights.values()))) > 1
    signed = K.from_real is not None and K.real is not None and any(K.real(weight) < 0 for weight in weights.values())
    return merged(push(found, K), K) if differ and K.divide is not None and not signed else found


def trie(strings: Iterable[String] | Mapping[Any, V], K: Semiring[V]) -> WFSA:
    """The tree of the strings: a state for each beginning; else as `from_strings`."""
    after: dict[tuple[State, Hashable], State] = {}
    final: dict[State, V] = {}
    for string, weight in _weights(strings, K).items():
        state = 0
        for symbol in string:
            state = after.setdefault((state, symbol), len(after) + 1)
        final[state] = weight
    arcs = tuple(Arc(source, symbol, target, K.one) for (source, symbol), target in after.items())
    return WFSA({0: K.one}, arcs, final)


def _weights(strings: Iterable[String] | Mapping[Any, V], K: Semiring[V]) -> dict[tuple[Hashable, ...], V]:
    """Strings in an order in which those with one beginning lie together, with their weights."""
    as_semiring(K)
    if isinstance(strings, str | bytes) or not isinstance(strings, Iterable):
        raise AutomatonError(f"strings are a list of strings (got {strings!r:.60}); put a single one into brackets.")
    pairs = strings.items() if isinstance(strings, Mapping) else ((string, K.one) for string in strings)
    found: dict[tuple[Hashable, ...], V] = {}
    numbers: dict[Hashable, int] = {}
    for string, weight in pairs:
        symbols = symbols_of_string(string)
        found[symbols] = K.plus(found[symbols], K.lift(weight)) if symbols in found else K.lift(weight)
        for symbol in symbols:
            numbers.setdefault(symbol, len(numbers))
    order = sorted(found, key=lambda symbols: [numbers[symbol] for symbol in symbols])
    return {symbols: found[symbols] for symbols in order if found[symbols] != K.zero}


def symbols_of_string(string: Any) -> tuple[Hashable, ...]:
    """The symbols of a string.

    Raises:
        AutomatonError: it is no sequence of symbols.
    """
    try:
        symbols = tuple(string)
        hash(symbols)
    except TypeError:
        raise AutomatonError(f"a string is a sequence of symbols with a hash (got {string!r:.60}).") from None
    if any(isinstance(symbol, Special | OneOf | NoneOf) for symbol in symbols):
        raise AutomatonError(f"a string has symbols, not labels of several or none (got {string!r:.60}).")
    return symbols


class _Minimal(Generic[V]):
    """States along the last string are open; behind it all are registered by where they lead and at which weight."""

    def __init__(self, weights: Mapping[tuple[Hashable, ...], V], K: Semiring[V]) -> None:
        self._weights, self._K = weights, K
        self._arcs: dict[State, dict[Hashable, State]] = {0: {}}
        self._final: dict[State, V] = {}
        self._registered: dict[Hashable, State] = {}
        self._next = 1

    def build(self) -> WFSA:
        before: tuple[Hashable, ...] = ()
        way: list[State] = [0]
        for string, weight in self._weights.items():
            shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(string, before, strict=False)))
            self._close(before, way, shared)
            for symbol in string[shared:]:
                self._arcs[way[-1]][symbol] = self._next
                self._arcs[self._next] = {}
                way.append(self._next)
                self._next += 1
            self._final[way[-1]] = weight
            before = string
        self._close(before, way, 0)
        return self._numbered()

    def _close(self, string: tuple[Hashable, ...], way: list[State], keep: int) -> None:
        """Register the states of `way` behind the first `keep` symbols, last ones first, or put equal ones in place."""
        while len(way) > keep + 1:
            state, source = way.pop(), way[-1]
            end = self._K.key(self._final[state]) if state in self._final else None
            key = state in self._final, end, tuple(self._arcs[state].items())
            equal = self._registered.setdefault(key, state)
            if equal != state:
                self._arcs[source][string[len(way) - 1]] = equal
                del self._arcs[state]
                self._final.pop(state, None)

    def _numbered(self) -> WFSA:
        """States numbered as they are first reached."""
        numbers, arcs = {0: 0}, list[Arc]()
        for state in (todo := [0]):  # grows while it is walked
            for symbol, target in self._arcs[state].items():
                if target not in numbers:
                    numbers[target] = len(numbers)
                    todo.append(target)
                arcs.append(Arc(numbers[state], symbol, numbers[target], self._K.one))
        final = {numbers[state]: weight for state, weight in self._final.items()}
        return WFSA({0: self._K.one}, tuple(arcs), final)
