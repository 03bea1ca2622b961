"""Minimisation and equivalence over a field where automata are large: vectors keep only the entries they have.

As `wfsa.operations.matrices`, with a basis of forward vectors as they come in place of an orthonormal one. Automata
whose forward vectors have few entries, as lexicons and other nearly deterministic ones, cost what those entries do.
"""

import math
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from wfsa.automaton import WFSA, Arc
from wfsa.labels import ANY
from wfsa.operations.matrices import FINAL, INITIAL, Units, covered, named, numbers
from wfsa.operations.vectors import NOTHING, Basis, Vector, largest
from wfsa.semirings.base import Semiring
from wfsa.semirings.float_stars import CANCELLED

V = TypeVar("V")

FROM = 300
"""States from which on this is done, not dense linear algebra."""


class System(NamedTuple):
    """pathsum(x₁…x_T) = initial · steps[x₁] ⋯ steps[x_T] · final; steps[symbol][from] = {to: weight}."""

    initial: Vector
    steps: Mapping[Hashable, Mapping[int, Vector]]
    final: Vector


def system_of(automaton: WFSA, K: Semiring[V], symbols: Sequence[Hashable], unit: Units[V] | None = None) -> System:
    """An automaton without epsilons over `symbols` and ANY, which stands for all others; states by their place.

    Raises:
        SemiringError: a weight is infinite.
    """
    number, places = numbers(K, unit), {state: place for place, state in enumerate(automaton.states)}
    measure = unit or Units(K.one, K.one, {})
    steps: dict[Hashable, dict[int, Vector]] = {symbol: {} for symbol in (*symbols, ANY)}
    sizes: dict[tuple[Hashable, int, int], float] = {}
    for arc in automaton.arcs:
        for symbol in covered(arc, steps):
            weight = number(arc.weight, measure.arcs.get(symbol, K.one))
            source, target = places[arc.source], places[arc.target]
            row = steps[symbol].setdefault(source, {})
            if target in row:  # parallel arcs, which may cancel and leave a rounding error, which is no weight
                key = symbol, source, target
                sizes[key] = sizes.get(key, abs(row[target])) + abs(weight)
            row[target] = row.get(target, 0.0) + weight
    for (symbol, source, target), size in sizes.items():
        if abs(steps[symbol][source][target]) <= CANCELLED * size:
            del steps[symbol][source][target]
    initial = {places[q]: number(w, measure.initial) for q, w in automaton.initial.items()}
    return System(initial, steps, {places[q]: number(w, measure.final) for q, w in automaton.final.items()})


def beside(a: System, b: System, size: int) -> System:
    """The difference a − b as one system; the states of b come after `size`."""

    def moved(vector: Vector, sign: float = 1.0) -> Vector:
        return {q + size: sign * weight for q, weight in vector.items()}

    steps = {s: {**rows, **{q + size: moved(row) for q, row in b.steps[s].items()}} for s, rows in a.steps.items()}
    return System(a.initial | moved(b.initial), steps, a.final | moved(b.final, -1.0))


def scaled(system: System) -> tuple[System, dict[Hashable, float]]:
    """The system with every part divided by its largest number, and those numbers, as in `wfsa.operations.matrices`."""
    scales = {symbol: size or 1.0 for symbol, size in _sizes(system).items()}
    scales[INITIAL], scales[FINAL] = (largest(own) or 1.0 for own in (system.initial, system.final))
    steps = {
        symbol: {q: _divided(row, scales[symbol]) for q, row in rows.items()} for symbol, rows in system.steps.items()
    }
    ends = (_divided(own, scales[name]) for own, name in ((system.initial, INITIAL), (system.final, FINAL)))
    return System(next(ends), steps, next(ends)), scales


def _divided(vector: Vector, by: float) -> Vector:
    return {q: entry / by for q, entry in vector.items()}  # not times 1 / by, which may be a denormal number


def _times(vector: Vector, factor: float) -> Vector:
    return {q: entry * factor for q, entry in vector.items()}


def _advanced(vector: Vector, rows: Mapping[int, Vector]) -> Vector:
    """vector · M."""
    found: Vector = {}
    for q, entry in vector.items():
        for target, weight in rows.get(q, {}).items():
            found[target] = found.get(target, 0.0) + entry * weight
    return found


def _sizes(system: System) -> dict[Hashable, float]:
    """Symbol → its largest step."""
    return {
        symbol: max((abs(w) for row in rows.values() for w in row.values()), default=0.0)
        for symbol, rows in system.steps.items()
    }


def reduced(system: System) -> System:
    """The smallest system of equal pathsums, as `wfsa.operations.matrices.reduced`."""
    return _mirrored(_onto_forward(_mirrored(_onto_forward(system))))


def _mirrored(system: System) -> System:
    steps: dict[Hashable, dict[int, Vector]] = {symbol: {} for symbol in system.steps}
    for symbol, rows in system.steps.items():
        for source, row in rows.items():
            for target, weight in row.items():
                steps[symbol].setdefault(target, {})[source] = weight
    return System(system.final, steps, system.initial)


def _onto_forward(system: System) -> System:
    """The same pathsums on a basis of the forward space, whose vectors become the states."""
    basis, sizes = Basis(), _sizes(system)
    initial = basis.coordinates(system.initial)
    steps: dict[Hashable, dict[int, Vector]] = {symbol: {} for symbol in system.steps}
    for number, vector in enumerate(basis.vectors):  # grows while it is walked
        for symbol, rows in system.steps.items():
            after = _advanced(vector, rows)
            if any(abs(entry) > NOTHING * sizes[symbol] for entry in after.values()):
                steps[symbol][number] = basis.coordinates(after)
    ends = ((number, _dot(vector, system.final)) for number, vector in enumerate(basis.vectors))
    return System(initial, steps, {number: weight for number, weight in ends if weight})


def _dot(a: Vector, b: Vector) -> float:
    return math.fsum(weight * b[q] for q, weight in a.items() if q in b)


def told_apart(system: System, tolerance: float) -> tuple[Hashable, ...] | None:
    """A string that a difference does not weigh 0, as `wfsa.operations.equivalence.equivalent` has it; None: all."""
    basis, sizes = Basis(), _sizes(system)
    allowed = tolerance * math.hypot(*system.final.values())
    todo: deque[tuple[Vector, tuple[Hashable, ...]]] = deque([(system.initial, ())])
    while todo:
        vector, word = todo.popleft()
        known = len(basis.vectors)
        basis.coordinates(vector)
        if len(basis.vectors) == known:
            continue
        length = math.hypot(*vector.values())
        unit = {q: entry / length for q, entry in vector.items()}
        if abs(_dot(unit, system.final)) > allowed:
            return word
        for symbol, rows in system.steps.items():
            after = _advanced(unit, rows)
            if any(abs(entry) > NOTHING * sizes[symbol] for entry in after.values()):
                todo.append((after, (*word, symbol)))
    return None


def minimized(automaton: WFSA, K: Semiring[V]) -> WFSA:
    """The smallest automaton of equal pathsums of one without epsilons; itself where it is that already."""
    number = K.needs("from_real", "an automaton from a basis")
    small, scales = scaled(system_of(automaton, K, named(automaton)))
    small = reduced(small)
    system = System(
        _times(small.initial, scales[INITIAL]),
        {symbol: {q: _times(row, scales[symbol]) for q, row in rows.items()} for symbol, rows in small.steps.items()},
        _times(small.final, scales[FINAL]),
    )
    states = {*system.initial, *system.final, *(q for rows in system.steps.values() for q in rows)}
    if len(states) == len(automaton.states):
        return automaton
    others = system.steps[ANY]
    arcs = [Arc(p, ANY, q, number(w)) for p, row in others.items() for q, w in row.items()]
    for symbol, rows in system.steps.items():
        if symbol is ANY:
            continue
        for p in sorted(rows.keys() | others.keys()):  # a named symbol carries what it does beyond ANY
            row, common = rows.get(p, {}), others.get(p, {})
            beyond = {q: row.get(q, 0.0) - common.get(q, 0.0) for q in [*row, *(q for q in common if q not in row)]}
            arcs += [Arc(p, symbol, q, number(w)) for q, w in beyond.items() if w]
    initial = {q: number(weight) for q, weight in system.initial.items()}
    return WFSA(initial, tuple(arcs), {q: number(weight) for q, weight in system.final.items()})
