"""Which states of a deterministic automaton does no string tell apart?"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from wfsa.automaton import WFSA, State
from wfsa.components import Components
from wfsa.index import index_of
from wfsa.semirings.base import Semiring

V = TypeVar("V")
Symbol = tuple[Hashable, Hashable]
"""A label with the key of a weight."""


def classes(automaton: WFSA, K: Semiring[V]) -> dict[State, int]:
    """State → its class, of a deterministic, pushed automaton; classes are numbered as their first states come.

    Two states are in one class where the same strings lead to the end from both, over arcs of equal weights.

    Cost: O(|arcs|) where there are no cycles, else O(|arcs| log |states|).
    Source: Revuz (1992), "Minimisation of acyclic deterministic automata in linear time"; Hopcroft (1971).
    """
    ends = {state: K.key(weight) for state, weight in automaton.final.items()}
    symbols = [(arc.label, K.key(arc.weight)) for arc in automaton.arcs]
    found = _bottom_up(automaton, ends, symbols)
    if found is None:
        found = _Refinement(automaton, ends, symbols).classes()
    numbers: dict[int, int] = {}
    return {state: numbers.setdefault(found[state], len(numbers)) for state in automaton.states}


def _bottom_up(automaton: WFSA, ends: Mapping[State, Hashable], symbols: list[Symbol]) -> dict[State, int] | None:
    """Successors first, so that a state's class is told by those of its successors; None where there are cycles."""
    arcs, leaving = automaton.arcs, index_of(automaton).leaving
    components = Components(lambda state: (arcs[number].target for number in leaving.numbers(state)))
    for state in automaton.states:
        components.of(state)
    numbers: dict[Hashable, int] = {}
    found: dict[State, int] = {}
    for states in reversed(components.all()):
        (state, *others) = states
        after = [(*symbols[number], arcs[number].target) for number in leaving.numbers(state)]
        if others or any(target == state for *_, target in after):
            return None
        steps = frozenset((label, weight, found[target]) for label, weight, target in after)
        found[state] = numbers.setdefault((ends.get(state), steps), len(numbers))
    return found


class _Refinement:
    """Hopcroft's: a class is split by what leads into another; of two halves only the smaller is looked at again."""

    def __init__(self, automaton: WFSA, ends: Mapping[State, Hashable], symbols: list[Symbol]) -> None:
        self._arcs, self._symbols, self._entering = automaton.arcs, symbols, index_of(automaton).entering
        by_end: dict[Hashable, set[State]] = {}
        for state in automaton.states:
            by_end.setdefault(ends.get(state), set()).add(state)
        self._members = list(by_end.values())
        self._class = {state: number for number, states in enumerate(self._members) for state in states}

    def classes(self) -> dict[State, int]:
        """State → its class."""
        todo = set(range(len(self._members)))
        while todo:
            for states in self._leading_into(self._members[todo.pop()]).values():
                for number, part in self._by_class(states).items():
                    if len(part) < len(self._members[number]):
                        todo.add(self._split(number, part, number in todo))
        return self._class

    def _leading_into(self, states: set[State]) -> dict[Symbol, list[State]]:
        found: dict[Symbol, list[State]] = {}
        for state in states:
            for number in self._entering.numbers(state):
                found.setdefault(self._symbols[number], []).append(self._arcs[number].source)
        return found

    def _by_class(self, states: list[State]) -> dict[int, set[State]]:
        found: dict[int, set[State]] = {}
        for state in states:
            found.setdefault(self._class[state], set()).add(state)
        return found

    def _split(self, number: int, part: set[State], waiting: bool) -> int:
        """The new class that is to be looked at: the smaller half, or whichever is new where the old one waits."""
        rest = self._members[number]
        rest -= part
        new, old = (part, rest) if waiting or len(part) <= len(rest) else (rest, part)
        self._members[number] = old
        self._members.append(new)
        self._class.update(dict.fromkeys(new, len(self._members) - 1))
        return len(self._members) - 1
