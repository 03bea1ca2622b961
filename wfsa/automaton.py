"""Weighted finite-state automata as immutable values.

A WFSA is ⟨Σ, Q, λ, δ, ρ⟩: an alphabet, states, initial weights, weighted arcs, final weights. It carries no semiring:
the same graph is run in any. State numbers are names; no operation of the package renumbers a state that it keeps,
so a norm, a log line and a picture speak of the same state before and after pruning.
"""

import cmath
import math
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from wfsa.errors import AutomatonError
from wfsa.labels import NoneOf, OneOf, Special, reads
from wfsa.printing import escaped, shown
from wfsa.weights.base import Const, Expression
from wfsa.weights.expressions import Weight
from wfsa.weights.numbers import plain_number
from wfsa.weights.parts import children

State = int


_PLAIN_LABELS = frozenset({str, int, Special, OneOf, NoneOf})


class Arc(NamedTuple):
    """An arc source –label/weight→ target."""

    source: State
    label: Hashable
    target: State
    weight: Weight

    def reads(self, symbol: Any) -> bool:
        """Does the arc read `symbol`? ANY reads words and vectors alike; see `wfsa.labels.reads`."""
        return reads(self.label, symbol)


@dataclass(frozen=True, eq=False)
class WFSA:
    """An immutable, hashable weighted automaton.

    Args:
        initial: state → initial weight; a state that is not named has none.
        arcs: the arcs, in an order that is kept; parallel arcs add up.
        final: state → final weight.

    Numbers of numpy become Python's, labels too. `str` lists the arcs, `repr` counts them.

    Raises:
        AutomatonError: an argument is not what it should be, a state is not an int, a label is not hashable, or a
            weight is NaN, text or None.
    """

    initial: Mapping[State, Weight]
    arcs: tuple[Arc, ...]
    final: Mapping[State, Weight]

    def __post_init__(self) -> None:
        object.__setattr__(self, "initial", _ends(self.initial, "initial"))
        object.__setattr__(self, "arcs", _arcs(self.arcs))
        object.__setattr__(self, "final", _ends(self.final, "final"))

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

    def __str__(self) -> str:
        lines = [f"WFSA of {len(self.states)} states and {len(self.arcs)} arcs"]
        lines += [f"  initial {state}: {shown(weight)}" for state, weight in self.initial.items()]
        lines += [f"  {arc.source} –{_quoted(arc.label)}→ {arc.target}: {shown(arc.weight)}" for arc in self.arcs]
        lines += [f"  final {state}: {shown(weight)}" for state, weight in self.final.items()]
        return "\n".join(map(escaped, lines))


def _quoted(label: Hashable) -> str:
    """A label among others: as it is where it can be taken for nothing else, quoted where it could."""
    plain = isinstance(label, str) and re.fullmatch(r"(?!ANY$|EPSILON$)[^\W\d][^\s'\"→]*|[.,;:!?-]", label)
    return str(label) if plain else repr(label)


def _ends(ends: Any, name: str) -> Mapping[State, Weight]:
    if not isinstance(ends, Mapping):
        raise AutomatonError(f"{name} is a mapping from states to weights (got {ends!r:.60}); write {{0: 1.0}}.")
    found = {}
    for state, weight in ends.items():
        if type(state) is int and type(weight) is float and weight == weight:
            found[state] = weight
        else:
            found[_state(state)] = _weight(weight, f"{name} weight of state {state}")
    return MappingProxyType(found)


def _arcs(arcs: Any) -> tuple[Arc, ...]:
    if isinstance(arcs, Arc) or not isinstance(arcs, Iterable):
        raise AutomatonError(f"arcs are a tuple of arcs (got {arcs!r:.80}); a single one needs a comma: (arc,).")
    found = []
    for arc in arcs:
        if _is_plain(arc):
            found.append(arc)
            continue
        if not isinstance(arc, tuple | list) or len(arc) != 4:
            raise AutomatonError(
                f"an arc is (source, label, target, weight) (got {arc!r:.80}); a single arc needs a comma: (arc,)."
            )
        source, label, target, weight = arc
        if not isinstance(label, Hashable):
            raise AutomatonError(f"labels are hashable (got {label!r} on {arc}); use a string, or ANY.")
        if isinstance(label, np.generic):
            label = label.item()
        source, target = _state(source), _state(target)
        found.append(Arc(source, label, target, _weight(weight, f"weight of the arc {source} → {target}")))
    return tuple(found)


def _is_plain(arc: Any) -> bool:
    """Is it an arc of Python's own numbers, as those of large automata are? There is nothing to convert then."""
    if type(arc) is not Arc:
        return False
    source, label, target, weight = arc
    numbers = type(source) is int and type(target) is int and type(weight) is float
    return numbers and weight == weight and type(label) in _PLAIN_LABELS  # NaN is not equal to itself


def _state(state: Any) -> State:
    number = None if isinstance(state, float | np.floating | bool | np.bool_) else plain_number(state)
    if number is None:
        raise AutomatonError(f"states are ints (got {state!r}); number the states.")
    return int(number)


def _weight(weight: Any, where: str) -> Weight:
    """A number as Python's own; anything else as it is, if it can be an element of some semiring."""
    number = plain_number(weight)
    if number is not None:
        weight = number
    elif weight is None or isinstance(weight, str | bytes) or not isinstance(weight, Hashable):
        raise AutomatonError(
            f"weights are numbers or expressions, or elements of a semiring (got {weight!r:.60} as the {where}); "
            "convert it to a float."
        )
    elif isinstance(weight, tuple):
        weight = tuple(item if (part := plain_number(item)) is None else part for item in weight)
    if _is_nan(weight):
        raise AutomatonError(f"weights are numbers, not NaN (got {weight} as the {where}); find where the NaN arose.")
    return weight


def _is_nan(weight: Weight) -> bool:
    if isinstance(weight, Const):
        return _is_nan(weight.value)
    if isinstance(weight, Expression):
        return any(_is_nan(child) for child in children(weight))
    if isinstance(weight, tuple):
        return any(_is_nan(part) for part in weight)
    if isinstance(weight, Decimal):
        return weight.is_nan()
    if isinstance(weight, complex):
        return cmath.isnan(weight)
    is_scalar = isinstance(weight, float) or (getattr(weight, "ndim", None) == 0 and hasattr(weight, "__float__"))
    return is_scalar and math.isnan(float(weight))


def as_automaton(automaton: Any) -> WFSA:
    """The automaton itself, at the door of whatever takes one.

    Raises:
        AutomatonError: it is none.
    """
    if not isinstance(automaton, WFSA):
        raise AutomatonError(
            f"an automaton is a wfsa.WFSA (got {automaton!r:.60}); build one, or load it from its file."
        )
    return automaton


def _grouped(states: Iterable[State], pairs: Iterable[tuple[State, Arc]]) -> Mapping[State, tuple[Arc, ...]]:
    groups: dict[State, list[Arc]] = {state: [] for state in states}
    for state, arc in pairs:
        groups[state].append(arc)
    return MappingProxyType({state: tuple(arcs) for state, arcs in groups.items()})
