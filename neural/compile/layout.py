"""Where every state, arc and parameter of a set of automata lives in the tensors of a bank.

`Layout` is made once by the compiler and is the only object that knows both worlds. Axes:

    pattern   one automaton
    arc       the arcs of all patterns, pattern by pattern, in arc order
    reading   the arcs of the automata without epsilons: those that read, behind every epsilon path that leads to them
    state     the states of all patterns: first the lowest state of each, then their second lowest, …; patterns of many
              states first, so that like arcs of like patterns lie side by side and a kernel takes them in one loop
    column    the readings: first those whose weight depends on what is read, then the constant ones; over an alphabet
              one column holds those of different symbols between the same two states
    row       the distinct `Linear`s: first those without a bias, then those with one; as the columns need them
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral

import numpy as np

from neural.compile.check_arc import check_arc
from neural.compile.epsilons import Closures, Reading, readings
from neural.compile.groups import grouped, split
from neural.errors import CompileError
from wfsa import (
    ANY,
    EPSILON,
    WFSA,
    Arc,
    Complement,
    Linear,
    Lookup,
    NoneOf,
    OneOf,
    Product,
    Scalar,
    Sigmoid,
    State,
    leaves,
)
from wfsa import reads_symbol as _reads_symbol
from wfsa.labels import reads as _reads


@dataclass(frozen=True)
class Layout:
    """The places of `patterns` in a bank that reads vectors of `dim` numbers, or the symbols of `alphabet`."""

    patterns: tuple[WFSA, ...]
    dim: int = 0
    alphabet: tuple[Hashable, ...] = ()

    @cached_property
    def symbols(self) -> frozenset[Hashable]:
        """The alphabet."""
        return frozenset(self.alphabet)

    @cached_property
    def states(self) -> tuple[tuple[int, State], ...]:
        """(pattern, state) along the state axis."""
        by_size = sorted(range(len(self.patterns)), key=lambda p: (-len(self.patterns[p].states), self._shape(p)))
        most = max((len(pattern.states) for pattern in self.patterns), default=0)
        return tuple(
            (p, self.patterns[p].states[rank])
            for rank in range(most)
            for p in by_size
            if rank < len(self.patterns[p].states)
        )

    def _shape(self, p: int) -> tuple[tuple[int, int], ...]:
        """What patterns of one topology have in common."""
        rank = {state: i for i, state in enumerate(self.patterns[p].states)}
        return tuple(sorted((rank[arc.target], rank[arc.source]) for arc in self.patterns[p].arcs))

    @cached_property
    def state_index(self) -> dict[tuple[int, State], int]:
        """(pattern, state) → place on the state axis."""
        return {key: place for place, key in enumerate(self.states)}

    @cached_property
    def arcs(self) -> tuple[tuple[int, Arc], ...]:
        """(pattern, arc) along the arc axis."""
        return tuple((p, arc) for p, pattern in enumerate(self.patterns) for arc in pattern.arcs)

    @cached_property
    def closures(self) -> Closures:
        """What epsilon arcs lead to."""
        return Closures(self.patterns)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Along the reading axis."""
        return readings(self.patterns, self.closures)

    @cached_property
    def _between(self) -> np.ndarray:
        """[reading, 2]: the places of the states that it leaves and enters."""
        places, own = self.state_index, self.readings
        found = [[places[r.pattern, r.source] for r in own], [places[r.pattern, r.target] for r in own]]
        return np.array(found, dtype=np.int64).T

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The readings of each column, columns in the order of their first ones: see `grouped`."""
        labels = (self.arcs[r.arc][1].label if self.alphabet else ANY for r in self.readings)
        labels = (ANY if isinstance(label, OneOf | NoneOf) else label for label in labels)
        sources, targets = self._between.T.tolist()
        numbers = np.array(grouped(sources, targets, labels), dtype=np.int64)
        return split(np.argsort(numbers, kind="stable"), np.bincount(numbers))

    @cached_property
    def _firsts(self) -> np.ndarray:
        """[group] → its first reading."""
        return np.array([group[0] for group in self.groups], dtype=np.int64)

    @cached_property
    def entering(self) -> tuple[tuple[int, ...], ...]:
        """[state] → the groups that enter it, in order."""
        targets = self._between[self._firsts, 1]
        return split(np.argsort(targets, kind="stable"), np.bincount(targets, minlength=len(self.states)))

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """[column] → group: by source − target, then by target, so that they lie in a row between states in a row;
        then those that do not vary. Columns into one state are in the order of what they leave.
        """
        sources, targets = self._between[self._firsts].T
        constant = ~np.array(self._varies, dtype=bool)
        return tuple(np.lexsort((targets, sources - targets, constant)).tolist())

    @cached_property
    def varying(self) -> int:
        """How many columns, the first ones, depend on what is read."""
        return sum(self._varies)

    @cached_property
    def _varies(self) -> list[bool]:
        """[group] → does its weight depend on what is read?"""
        arcs = (self.arcs[self.readings[place].arc][1] for place in self._firsts.tolist())
        return [arc.label is not ANY or _reads_symbol(arc.weight) for arc in arcs]

    def reading(self, column: int, symbol: Hashable = ANY) -> Reading:
        """What a column reads `symbol` by; over vectors there is one reading."""
        own = (self.readings[place] for place in self.groups[self.columns[column]])
        return next(reading for reading in own if _reads(self.arcs[reading.arc][1].label, symbol))

    @cached_property
    def ends(self) -> np.ndarray:
        """[column, 2]: the states that it leaves and enters."""
        found: np.ndarray = self._between[self._firsts[list(self.columns)]]
        return found

    @cached_property
    def rows(self) -> tuple[Linear, ...]:
        """The distinct `Linear`s along the row axis; tied weights share a row."""
        order = [self.readings[place].arc for group in self.columns for place in self.groups[group]]
        order += range(len(self.arcs))
        found = [leaf for a in order for leaf in leaves(self.arcs[a][1].weight) if isinstance(leaf, Linear)]
        return tuple(sorted(dict.fromkeys(found), key=lambda linear: linear.bias))

    @cached_property
    def biased(self) -> int:
        """How many rows have a bias; they are the last ones."""
        return sum(linear.bias for linear in self.rows)

    @cached_property
    def lookups(self) -> tuple[str, ...]:
        """The names of the distinct `Lookup`s."""
        return self._names(Lookup)

    @cached_property
    def scalars(self) -> tuple[str, ...]:
        """The names of the distinct `Scalar`s, on arcs or at either end."""
        return self._names(Scalar)

    def _names(self, kind: type) -> tuple[str, ...]:
        weights = [arc.weight for _, arc in self.arcs]
        for pattern in self.patterns:
            weights += [*pattern.initial.values(), *pattern.final.values()]
        return tuple(dict.fromkeys(leaf.name for w in weights for leaf in leaves(w) if isinstance(leaf, kind)))

    @cached_property
    def members(self) -> np.ndarray:
        """[i, pattern] → state axis: the states of each pattern; −1 where it has fewer."""
        width = max((len(pattern.states) for pattern in self.patterns), default=0)
        table = np.full((width, len(self.patterns)), -1, dtype=np.int64)
        for p, pattern in enumerate(self.patterns):
            table[: len(pattern.states), p] = [self.state_index[p, q] for q in pattern.states]
        return table

    @cached_property
    def owner(self) -> np.ndarray:
        """[state] → pattern."""
        return np.array([p for p, _ in self.states], dtype=np.int64)

    @cached_property
    def epsilon_arcs(self) -> tuple[int, ...]:
        """The epsilon arcs, on the arc axis."""
        return tuple(place for place, (_, arc) in enumerate(self.arcs) if arc.label is EPSILON)

    @cached_property
    def gated(self) -> bool:
        """Is every varying column a gate f = σ(a·x + b) or its main arc (1 − f)(w·x), mains first, all in row order?

        Then one kernel makes all arc weights from the product of word vectors and rows.
        """
        half = len(self.rows) - self.biased
        if self.epsilon_arcs or 2 * half != len(self.rows) or self.varying != len(self.rows):
            return False
        weights = [self.arcs[self.readings[place].arc][1].weight for place in self.columns[: self.varying]]
        gates = [Sigmoid(linear) for linear in self.rows[half:]]
        mains = [Product((Complement(gate), linear)) for gate, linear in zip(gates, self.rows[:half], strict=True)]
        return self.dim > 0 and weights == [*mains, *gates]


def make_layout(patterns: Sequence[WFSA], dim: int = 0, alphabet: Sequence[Hashable] = ()) -> Layout:
    """The layout of `patterns` over vectors of `dim` numbers, or over the symbols of `alphabet`.

    Raises:
        CompileError: something does not compile; the message names it.
    """
    own = tuple(patterns) if isinstance(patterns, Iterable) else (patterns,)
    if isinstance(patterns, WFSA) or any(not isinstance(pattern, WFSA) for pattern in own):
        got = ", ".join(sorted({type(pattern).__name__ for pattern in own}))
        raise CompileError(f"patterns are a list of WFSAs (got {got}); a single one goes in brackets.")
    if not isinstance(dim, Integral):
        raise CompileError(f"the size of the vectors is a whole number (got {dim!r}).")
    if (dim > 0) == bool(alphabet) or dim < 0:
        raise CompileError(
            f"a bank reads vectors of at least one dimension or the symbols of an alphabet (got dim {dim} and "
            f"{len(alphabet)} symbols)."
        )
    layout = Layout(own, int(dim), tuple(alphabet))
    if len(layout.symbols) < len(layout.alphabet):
        raise CompileError(f"the symbols of an alphabet are distinct (got {alphabet!r:.80}).")
    for p, arc in layout.arcs:
        check_arc(arc, f"in pattern {p}, arc {arc.source} → {arc.target}", layout.dim, layout.symbols)
    for p, pattern in enumerate(own):
        for weight in (*pattern.initial.values(), *pattern.final.values()):
            if _reads_symbol(weight):
                raise CompileError(
                    f"initial and final weights read nothing (got {weight} in pattern {p}); use Scalar, or an arc."
                )
    names = Counter([linear.name for linear in layout.rows] + [*layout.lookups, *layout.scalars])
    for name, count in names.items():
        if count > 1:
            raise CompileError(f"a name stands for one Linear, Lookup or Scalar (got {name!r} for two); rename one.")
    return layout
