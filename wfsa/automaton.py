"""Weighted finite-state automata as immutable values.

A WFSA is ⟨Σ, Q, λ, δ, ρ⟩: an alphabet, states, initial weights, weighted arcs, final weights. It carries no semiring:
the same graph is run in any. State numbers are names; no operation of the package renumbers a state that it keeps,
so a norm, a log line and a picture speak of the same state before and after pruning.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from wfsa.errors import AutomatonError
from wfsa.weights.expressions import Const, Expression, Weight
from wfsa.weights.parts import children

State = int


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


class Arc(NamedTuple):
    """An arc source –label/weight→ target."""

    source: State
    label: Hashable
    target: State
    weight: Weight

    def reads(self, symbol: Any) -> bool:
        """Does the arc read `symbol`? ANY reads words and vectors alike; any other label must equal the symbol."""
        if self.label is ANY:
            return True
        return self.label is not EPSILON and isinstance(symbol, Hashable) and self.label == symbol


@dataclass(frozen=True, eq=False)
class WFSA:
    """An immutable, hashable weighted automaton.

    Args:
        initial: state → initial weight; a state that is not named has none.
        arcs: the arcs, in an order that is kept; parallel arcs add up.
        final: state → final weight.

    Raises:
        AutomatonError: a state is not an int, a label is not hashable, or a weight is NaN.
    """

    initial: Mapping[State, Weight]
    arcs: tuple[Arc, ...]
    final: Mapping[State, Weight]

    def __post_init__(self) -> None:
        object.__setattr__(self, "initial", MappingProxyType(dict(self.initial)))
        object.__setattr__(self, "arcs", tuple(Arc(*arc) for arc in self.arcs))
        object.__setattr__(self, "final", MappingProxyType(dict(self.final)))
        for state in (*self.initial, *self.final, *(end for arc in self.arcs for end in (arc.source, arc.target))):
            if not isinstance(state, int) or isinstance(state, bool):
                raise AutomatonError(f"states are ints (got {state!r}); number the states.")
        for arc in self.arcs:
            if not isinstance(arc.label, Hashable):
                raise AutomatonError(f"labels are hashable (got {arc.label!r} on {arc}); use a string, or ANY.")
        for weight in (*self.initial.values(), *(arc.weight for arc in self.arcs), *self.final.values()):
            if _is_nan(weight):
                raise AutomatonError(f"weights are numbers or expressions (got {weight}); find where the NaN arose.")

    @cached_property
    def states(self) -> tuple[State, ...]:
        """All states, in ascending order."""
        ends = {end for arc in self.arcs for end in (arc.source, arc.target)}
        return tuple(sorted(ends | set(self.initial) | set(self.final)))

    @cached_property
    def leaving(self) -> Mapping[State, tuple[Arc, ...]]:
        """The arcs that leave each state, in arc order."""
        return _grouped(self.states, ((arc.source, arc) for arc in self.arcs))

    @cached_property
    def entering(self) -> Mapping[State, tuple[Arc, ...]]:
        """The arcs that enter each state, in arc order."""
        return _grouped(self.states, ((arc.target, arc) for arc in self.arcs))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WFSA):
            return NotImplemented
        return (self.initial, self.arcs, self.final) == (other.initial, other.arcs, other.final)

    def __hash__(self) -> int:
        return hash((frozenset(self.initial.items()), self.arcs, frozenset(self.final.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        # Mapping proxies cannot be copied or pickled; rebuilding from plain dicts also drops the caches.
        return WFSA, (dict(self.initial), self.arcs, dict(self.final))

    def __repr__(self) -> str:
        return f"WFSA({len(self.states)} states, {len(self.arcs)} arcs)"


def _is_nan(weight: Weight) -> bool:
    if isinstance(weight, Const):
        return _is_nan(weight.value)
    if isinstance(weight, Expression):
        return any(_is_nan(child) for child in children(weight))
    return isinstance(weight, float) and math.isnan(weight)


def _grouped(states: Iterable[State], pairs: Iterable[tuple[State, Arc]]) -> Mapping[State, tuple[Arc, ...]]:
    groups: dict[State, list[Arc]] = {state: [] for state in states}
    for state, arc in pairs:
        groups[state].append(arc)
    return MappingProxyType({state: tuple(arcs) for state, arcs in groups.items()})
