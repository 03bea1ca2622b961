"""What algorithms look up of an automaton: its arcs by state and label, its epsilons, what lies on accepting paths.

An index is made once per automaton, and every part of it when it is first asked for, so that reading a sentence costs
what its live states do, however large the automaton is.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from wfsa.automaton import WFSA, Arc, State
from wfsa.collector import paused
from wfsa.components import Components, Descending
from wfsa.labels import ANY, EPSILON, NoneOf, OneOf, reads, symbols_of

Numbers = list[int]
"""Of arcs, in ascending order."""

_NONE: Numbers = []
_NO_SETS: dict[NoneOf, Numbers] = {}
"""What most states have none of is one object for all of them, and never written to."""


class ByLabel(NamedTuple):
    """The arcs of one state: those that read nothing, those that read anything, or anything but some symbols; and the
    others by each symbol that they read."""

    epsilons: Numbers
    anything: Numbers
    excluding: dict[NoneOf, Numbers]
    named: dict[Hashable, Numbers]

    @property
    def labelled(self) -> dict[Hashable, Numbers]:
        """Those that read something, by the symbols that they name, by ANY and by complements."""
        found = {**self.named, ANY: self.anything} if self.anything else {**self.named}
        for label, numbers in self.excluding.items():
            found[label] = numbers
        return found

    def reading(self, symbol: Any) -> Numbers:
        """Those that read a symbol."""
        try:
            named = self.named.get(symbol, _NONE)
        except TypeError:  # no hash: an array, or a tuple that holds one
            named = _NONE
        wide = self.anything
        for label, numbers in self.excluding.items():
            wide = wide + numbers if reads(label, symbol) else wide
        if not wide:
            return named
        return sorted(named + wide) if named or self.excluding else wide


class Side(dict[State, ByLabel]):
    """State → its arcs on one side, sorted when they are first asked for."""

    def __init__(self, arcs: tuple[Arc, ...], end: str) -> None:
        super().__init__()
        self._arcs, self._end = arcs, attrgetter(end)

    @cached_property
    @paused()
    def _numbers(self) -> dict[State, Numbers]:
        found: dict[State, Numbers] = {}
        for number, state in enumerate(map(self._end, self._arcs)):
            found.setdefault(state, []).append(number)
        return found

    def numbers(self, state: State) -> Numbers:
        """All arcs of a state."""
        return self._numbers.get(state, _NONE)

    def __missing__(self, state: State) -> ByLabel:
        found = ByLabel([], [], {}, {})
        for number in self.numbers(state):
            label = self._arcs[number].label
            if label is EPSILON:
                found.epsilons.append(number)
            elif label is ANY:
                found.anything.append(number)
            elif isinstance(label, NoneOf):
                found.excluding.setdefault(label, []).append(number)
            else:
                for symbol in label.symbols if isinstance(label, OneOf) else (label,):
                    found.named.setdefault(symbol, []).append(number)
        self[state] = ByLabel(
            found.epsilons or _NONE, found.anything or _NONE, found.excluding or _NO_SETS, found.named
        )
        return self[state]


class EpsilonStep(NamedTuple):
    """Epsilon arcs into states that lie on epsilon cycles through each other, or into one state; in arc order."""

    size: int
    arcs: tuple[Arc, ...]


class Index:
    """The index of an automaton.

    Attributes:
        leaving, entering: state → its arcs.
    """

    def __init__(self, automaton: WFSA) -> None:
        self._automaton = automaton
        self.leaving, self.entering = Side(automaton.arcs, "source"), Side(automaton.arcs, "target")

    @cached_property
    @paused()
    def accessible(self) -> frozenset[State]:
        """The states that some path from an initial state reaches."""
        return self._reached(self._automaton.initial, self.leaving, attrgetter("target"))

    @cached_property
    @paused()
    def coaccessible(self) -> frozenset[State]:
        """The states from which some path reaches a final state."""
        return self._reached(self._automaton.final, self.entering, attrgetter("source"))

    @cached_property
    def useful(self) -> frozenset[State]:
        """The states on accepting paths."""
        return self.accessible & self.coaccessible

    def _reached(self, start: Iterable[State], side: Side, end: Callable[[Arc], State]) -> frozenset[State]:
        found, arcs = set(start), self._automaton.arcs
        for state in (todo := list(found)):  # grows while it is walked
            for number in side.numbers(state):
                if (other := end(arcs[number])) not in found:
                    found.add(other)
                    todo.append(other)
        return frozenset(found)

    @cached_property
    def named(self) -> frozenset[Hashable]:
        """The symbols that arcs name."""
        return frozenset().union(*map(symbols_of, {arc.label for arc in self._automaton.arcs}))

    @cached_property
    def _final_places(self) -> dict[State, int]:
        return {state: place for place, state in enumerate(self._automaton.final)}

    def ended(self, states: Collection[State]) -> list[State]:
        """Which of these are final, in the order of the final weights. Cost: O(n log n) for n states that are given."""
        places = self._final_places
        return sorted((state for state in states if state in places), key=places.__getitem__)

    @cached_property
    def _components(self) -> Components:
        """Of epsilon arcs."""
        arcs = self._automaton.arcs
        return Components(lambda state: (arcs[number].target for number in self.leaving[state].epsilons))

    def reading(self, live: Collection[State], symbol: Any) -> list[Arc]:
        """The arcs that leave live states and read a symbol, in arc order."""
        numbers = sorted(number for state in live for number in self.leaving[state].reading(symbol))
        return [self._automaton.arcs[number] for number in numbers]

    def epsilon_steps(self, live: Collection[State]) -> Iterator[EpsilonStep]:
        """The epsilon arcs from live states, every one after those that can come before it but for cycles.

        Whoever walks them adds to `live` what a step reaches before asking for the next one. Best ways are final when a
        step is done, so that chains of any length take one pass.

        Cost: O(e log e) for the e epsilon arcs that leave live states.
        """
        arcs, components = self._automaton.arcs, self._components
        pending: dict[int, Numbers] = {}
        todo = Descending(components.of(state) for state in live if self.leaving[state].epsilons)
        for component in todo:
            inside = components.states(component)
            here = pending.pop(component, [])
            leaving = [number for state in inside for number in self.leaving[state].epsilons]
            here += [number for number in leaving if components.of(arcs[number].target) == component]
            if here:
                yield EpsilonStep(len(inside), tuple(arcs[number] for number in sorted(here)))
            for number in leaving:
                if arcs[number].source in live and (target := components.of(arcs[number].target)) != component:
                    pending.setdefault(target, []).append(number)
                    todo.add(target)


def index_of(automaton: WFSA) -> Index:
    """The index of an automaton, made when it is first asked for and kept with it."""
    known = vars(automaton)
    if "index" not in known:
        known["index"] = Index(automaton)
    found: Index = known["index"]
    return found
