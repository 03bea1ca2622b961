"""Rational operations: reverse, union, concatenation, closure, intersection.

The states of the first automaton keep their numbers; those of the second are shifted above them. Symbolic weights pass
through unread.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.errors import AutomatonError
from wfsa.index import ByLabel, index_of
from wfsa.labels import ANY, EPSILON, NoneOf, OneOf, Special, common, is_wide, reads, symbols_of
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.structure import trim
from wfsa.weights.expressions import Weight
from wfsa.weights.multiply import multiply

V = TypeVar("V")


def spell_out(automaton: WFSA, symbols: Iterable[Hashable]) -> WFSA:
    """Every arc that reads several symbols as one arc per symbol: the same pathsums on strings over `symbols`.

    ANY arcs read the symbols of the alphabet, complements what is left of it, and sets their own symbols.

    Raises:
        AutomatonError: ANY, EPSILON or a set is among the symbols.

    Cost: O(|arcs that read several symbols| · |symbols|).
    """
    try:
        alphabet = tuple(dict.fromkeys(symbols))
    except TypeError:
        raise AutomatonError(f"an alphabet is a list of symbols, each with a hash (got {symbols!r:.60}).") from None
    if any(isinstance(symbol, Special | OneOf | NoneOf) for symbol in alphabet):
        raise AutomatonError(f"an alphabet has symbols, not labels of several or none (got {alphabet!r:.80}).")
    return _spelled(as_automaton(automaton), alphabet, ())


def atoms(*automata: WFSA) -> list[WFSA]:
    """The automata with labels of which no two read one symbol: all that are named, and one that reads all others.

    Automata with no sets, and either ANY or names alone, are left as they are.

    Cost: O(|arcs that read several symbols| · |symbols that are named|).
    """
    labels = {arc.label for automaton in automata for arc in automaton.arcs} - {EPSILON}
    if not any(isinstance(label, OneOf | NoneOf) for label in labels) and (ANY not in labels or len(labels) == 1):
        return list(automata)
    symbols = frozenset().union(*map(symbols_of, labels))
    own = tuple(sorted(symbols, key=repr))
    return [_spelled(automaton, own, (NoneOf(own) if own else ANY,)) for automaton in automata]


def _spelled(automaton: WFSA, alphabet: Sequence[Hashable], others: Sequence[Hashable]) -> WFSA:
    """Every label of several symbols as those of the alphabet that it reads, and `others` where it reads all else."""
    arcs = []
    for arc in automaton.arcs:
        if is_wide(arc.label):
            labels = [*(symbol for symbol in alphabet if reads(arc.label, symbol)), *others]
        else:
            labels = list(arc.label) if isinstance(arc.label, OneOf) else [arc.label]
        arcs += [arc._replace(label=label) for label in labels]
    return WFSA(automaton.initial, tuple(arcs), automaton.final)


def reverse(automaton: WFSA) -> WFSA:
    """The automaton that reads every string backwards: arcs turned round, initial and final weights exchanged.

    Every pathsum stays where ⊗ commutes.
    """
    arcs = tuple(Arc(arc.target, arc.label, arc.source, arc.weight) for arc in as_automaton(automaton).arcs)
    return WFSA(automaton.final, arcs, automaton.initial)


def union(a: WFSA, b: WFSA) -> WFSA:
    """pathsum(xs) = pathsum of `a` ⊕ pathsum of `b`, in every semiring."""
    b = _shifted(b, _room(a))
    return WFSA({**a.initial, **b.initial}, a.arcs + b.arcs, {**a.final, **b.final})


def concat(a: WFSA, b: WFSA) -> WFSA:
    """pathsum(xs) = ⊕ over all ways to cut xs in two of pathsum of `a` on the first ⊗ pathsum of `b` on the second.

    A new state joins them by epsilon arcs that carry the final weights of `a` and the initial weights of `b`.
    """
    joint = _room(a)
    b = _shifted(b, joint + 1)
    out = tuple(Arc(state, EPSILON, joint, weight) for state, weight in a.final.items())
    into = tuple(Arc(joint, EPSILON, state, weight) for state, weight in b.initial.items())
    return WFSA(a.initial, a.arcs + out + into + b.arcs, b.final)


def closure(automaton: WFSA, K: Semiring[V]) -> WFSA:
    """Kleene star: any number of repetitions, none included, which has the weight 1̄ of K.

    A new state is the only initial and final one; epsilon arcs lead through the automaton and back. Where the automaton
    accepts the empty string, pathsums need its weight's star, and raise DivergenceError where that has no value.
    """
    as_semiring(K)
    hub = _room(automaton)
    into = tuple(Arc(hub, EPSILON, state, weight) for state, weight in automaton.initial.items())
    back = tuple(Arc(state, EPSILON, hub, weight) for state, weight in automaton.final.items())
    return WFSA({hub: K.one}, into + automaton.arcs + back, {hub: K.one})


def intersect(a: WFSA, b: WFSA, K: Semiring[V]) -> WFSA:
    """pathsum(xs) = pathsum of `a` ⊗ pathsum of `b`, where ⊗ commutes. States are the pairs on accepting paths.

    Two numbers are multiplied by K's ⊗; where one is symbolic the product is: Product where K multiplies, Sum where it
    adds. Labels meet in what both read; epsilon arcs move one side alone, those of `a` first: no path is counted twice.

    Cost: O(pairs of states that are reached + pairs of their arcs that match).
    Source: Mohri (2009), §5, with its epsilon filter.
    """
    return trim(_Intersection(as_automaton(a), as_automaton(b), as_semiring(K)).build())


def _room(automaton: WFSA) -> State:
    """The first number above all states."""
    return max(as_automaton(automaton).states, default=-1) + 1


def _shifted(automaton: WFSA, by: State) -> WFSA:
    """The same automaton with its lowest state at `by`."""
    by -= min(as_automaton(automaton).states, default=0)
    arcs = tuple(Arc(arc.source + by, arc.label, arc.target + by, arc.weight) for arc in automaton.arcs)

    def moved(ends: Mapping[State, Weight]) -> dict[State, Weight]:
        return {state + by: weight for state, weight in ends.items()}

    return WFSA(moved(automaton.initial), arcs, moved(automaton.final))


Pair = tuple[State, State, bool]
"""A state of each side, and whether the second has moved by epsilon, after which the first may not."""


class _Intersection:
    """The product construction, pair by pair from the start."""

    def __init__(self, a: WFSA, b: WFSA, K: Semiring[V]) -> None:
        self.a, self.b, self.K = a, b, K
        self.numbers: dict[Pair, State] = {}
        self.todo: list[Pair] = []

    def build(self) -> WFSA:
        initial = {
            self._number((p, q, False)): self._times(v, w)
            for p, v in self.a.initial.items()
            for q, w in self.b.initial.items()
        }
        arcs = []
        for pair in self.todo:  # grows while it is walked
            arcs += [
                Arc(self.numbers[pair], label, self._number(target), weight)
                for label, target, weight in self._after(pair)
            ]
        final = {
            number: self._times(self.a.final[p], self.b.final[q])
            for (p, q, _), number in self.numbers.items()
            if p in self.a.final and q in self.b.final
        }
        return WFSA(initial, tuple(arcs), final)

    def _number(self, pair: Pair) -> State:
        if pair not in self.numbers:
            self.numbers[pair] = len(self.numbers)
            self.todo.append(pair)
        return self.numbers[pair]

    def _after(self, pair: Pair) -> list[tuple[Hashable, Pair, Weight]]:
        p, q, second_moved = pair
        one, two = index_of(self.a).leaving[p], index_of(self.b).leaving[q]
        alone = [] if second_moved else [(i, -1) for i in one.epsilons]
        found: list[tuple[Hashable, Pair, Weight]] = []
        for i, j in sorted({*alone, *_matched(one, two)}):
            first = self.a.arcs[i]
            if j < 0:
                found.append((EPSILON, (first.target, q, False), first.weight))
            else:
                second = self.b.arcs[j]
                label = common(first.label, second.label)
                weight = self._times(first.weight, second.weight)
                found.append((label, (first.target, second.target, False), weight))
        moved = (self.b.arcs[j] for j in two.epsilons)
        return found + [(EPSILON, (p, arc.target, True), arc.weight) for arc in moved]

    def _times(self, a: Weight, b: Weight) -> Weight:
        return multiply(a, b, self.K)


def _matched(one: ByLabel, two: ByLabel) -> set[tuple[int, int]]:
    """The pairs of arcs that read one symbol; names are looked up on the side that has more of them."""
    few, many = sorted((one.named, two.named), key=len)
    pairs = {(i, j) for symbol in few if symbol in many for i in one.named[symbol] for j in two.named[symbol]}
    return pairs | _wide(one, two) | {(i, j) for j, i in _wide(two, one)}


def _wide(one: ByLabel, two: ByLabel) -> set[tuple[int, int]]:
    """Pairs of the arcs of `one` that read anything, or anything but some symbols, with arcs of `two`."""
    if not one.anything and not one.excluding:
        return set()
    wide = [*two.anything, *(j for numbers in two.excluding.values() for j in numbers)]
    found = {(i, j) for i in one.anything for j in [*wide, *(j for own in two.named.values() for j in own)]}
    for label, numbers in one.excluding.items():
        others = [*wide, *(j for symbol, own in two.named.items() if symbol not in label.symbols for j in own)]
        found |= {(i, j) for i in numbers for j in others}
    return found
