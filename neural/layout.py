"""Where every state, arc and parameter of a set of automata lives in the tensors of a bank.

`Layout` is made once by the compiler and is the only object that knows both worlds. Axes:

    pattern   one automaton
    state     the states of all patterns, pattern by pattern, in ascending order
    arc       the arcs of all patterns, pattern by pattern, in arc order
    row       the distinct `Linear`s: first those without a bias, then those with one
    slot      a numbering of the arcs that enter a state, self-loop first
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neural.errors import CompileError
from wfsa import ANY, WFSA, Arc, Linear, State, Weight, linears


@dataclass(frozen=True)
class Layout:
    """The places of `patterns` in a bank that reads vectors of `dim` numbers."""

    patterns: tuple[WFSA, ...]
    dim: int

    @cached_property
    def states(self) -> tuple[tuple[int, State], ...]:
        """(pattern, state) along the state axis."""
        return tuple((p, q) for p, pattern in enumerate(self.patterns) for q in pattern.states)

    @cached_property
    def state_index(self) -> dict[tuple[int, State], int]:
        """(pattern, state) → place on the state axis."""
        return {key: place for place, key in enumerate(self.states)}

    @cached_property
    def arcs(self) -> tuple[tuple[int, Arc], ...]:
        """(pattern, arc) along the arc axis."""
        return tuple((p, arc) for p, pattern in enumerate(self.patterns) for arc in pattern.arcs)

    @cached_property
    def rows(self) -> tuple[Linear, ...]:
        """The distinct `Linear`s along the row axis; tied weights share a row."""
        found = dict.fromkeys(linear for _, arc in self.arcs for linear in linears(arc.weight))
        return tuple(sorted(found, key=lambda linear: linear.bias))

    @cached_property
    def row_index(self) -> dict[Linear, int]:
        """`Linear` → place on the row axis."""
        return {linear: row for row, linear in enumerate(self.rows)}

    @property
    def biased(self) -> int:
        """How many rows have a bias; they are the last ones."""
        return sum(linear.bias for linear in self.rows)

    @cached_property
    def slots(self) -> np.ndarray:
        """[slot, state] → arc axis: the arc that enters the state in that slot; −1 where it has fewer arcs."""
        entering: list[list[int]] = [[] for _ in self.states]
        for place, (p, arc) in sorted(enumerate(self.arcs), key=lambda item: item[1][1].source != item[1][1].target):
            entering[self.state_index[p, arc.target]].append(place)
        # A state without a self-loop leaves slot 0 empty, so that slot 0 needs no gathering of sources.
        for place, (_, q) in enumerate(self.states):
            if not any(self.arcs[a][1].source == q for a in entering[place]):
                entering[place].insert(0, -1)
        table = np.full((max(map(len, entering), default=0), len(entering)), -1, dtype=np.int64)
        for place, arcs in enumerate(entering):
            table[: len(arcs), place] = arcs
        return table

    @cached_property
    def sources(self) -> tuple[int | np.ndarray, ...]:
        """Per slot: k where every arc comes from k places before its target (0: a self-loop), else [state] → state.

        Where a state has no arc in a slot its source is free, since the weight there is 0̄.
        """
        return tuple(self._slot_sources(arcs) for arcs in self.slots)

    def _slot_sources(self, arcs: np.ndarray) -> int | np.ndarray:
        sources = np.arange(len(arcs))
        for place in np.flatnonzero(arcs >= 0):
            p, arc = self.arcs[arcs[place]]
            sources[place] = self.state_index[p, arc.source]
        shifts = set((np.arange(len(arcs)) - sources)[arcs >= 0].tolist())
        return shifts.pop() if len(shifts) == 1 else 0 if not shifts else sources

    @cached_property
    def members(self) -> np.ndarray:
        """[pattern, i] → state axis: the states of each pattern; −1 where it has fewer."""
        width = max((len(pattern.states) for pattern in self.patterns), default=0)
        table = np.full((len(self.patterns), width), -1, dtype=np.int64)
        for place, (p, q) in enumerate(self.states):
            table[p, self.patterns[p].states.index(q)] = place
        return table


def make_layout(patterns: Sequence[WFSA], dim: int) -> Layout:
    """The layout of `patterns`, checked.

    Raises:
        CompileError: an arc's label is not ANY, an initial or final weight depends on parameters, or one name stands
            for two forms.
    """
    if dim < 1:
        raise CompileError(f"word vectors have at least one dimension (got dim {dim}).")
    layout = Layout(tuple(patterns), dim)
    for p, arc in layout.arcs:
        if arc.label is not ANY:
            raise CompileError(
                f"a compiled arc reads ANY vector (got label {arc.label!r} in pattern {p}, arc {arc.source} → "
                f"{arc.target}); run automata over words with wfsa.pathsum."
            )
    names = [linear.name for linear in layout.rows]
    for name in names:
        if names.count(name) > 1:
            raise CompileError(f"a name stands for one Linear (got {name!r} with and without a bias); rename one.")
    for p, pattern in enumerate(patterns):
        for weight in (*pattern.initial.values(), *pattern.final.values()):
            _check_number(weight, p)
    return layout


def _check_number(weight: Weight, p: int) -> None:
    if next(linears(weight), None) is not None:
        raise CompileError(f"initial and final weights are numbers (got {weight} in pattern {p}); put it on an arc.")
