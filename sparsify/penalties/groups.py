"""Groups of parameters that live and die together, read off the symbolic automata: by state, by arc or by pattern.

A group knows where its parameters lie in a bank and what its death deletes from its automaton. Whatever works on groups
(penalties, the proximal step, pruning, certificates, plots) asks for no more than that.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from neural.bank import PatternBank
from neural.compile.layout import Layout
from sparsify.errors import DivergedError, GroupError
from sparsify.penalties.blocks import Rows, blocks, rows_of
from wfsa import WFSA, Arc, Leaf, Linear, Lookup, State, Weight, delete_states, leaves


@dataclass(frozen=True)
class Group:
    """Parameters of one pattern.

    Attributes:
        key: (pattern, …): what the group stands for; keys of a kind are in order.
        leaves: its parameters.
        states, arcs: what its death deletes of the pattern; arcs by their place.
    """

    key: tuple[int, ...]
    leaves: frozenset[Leaf]
    states: tuple[State, ...] = ()
    arcs: tuple[int, ...] = ()

    @property
    def pattern(self) -> int:
        """The place of its pattern."""
        return self.key[0]

    @property
    def name(self) -> str:
        """p0.2: state 2 of pattern 0; p0.1-2: the arc from 1 to 2; p0: all of it."""
        return f"p{self.key[0]}" + "." * (len(self.key) > 1) + "-".join(map(str, self.key[1:]))


@dataclass(frozen=True)
class Groups:
    """The groups of a layout. Axes: row, lookup, scalar and pattern as in `Layout`; group.

    Attributes:
        members: along the group axis.
        layout: the layout that was grouped.
    """

    members: tuple[Group, ...]
    layout: Layout

    @cached_property
    def keys(self) -> tuple[tuple[int, ...], ...]:
        """[group]: of groups by state (pattern, state), by arc (pattern, source, target), by pattern (pattern,)."""
        return tuple(group.key for group in self.members)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """[group]: how files and plots call them."""
        return tuple(group.name for group in self.members)

    @cached_property
    def patterns(self) -> Tensor:
        """[group] → pattern."""
        return torch.tensor([group.pattern for group in self.members], dtype=torch.int64)

    @cached_property
    def rows(self) -> Rows:
        """Every parameter → its group; −1 where it is in none."""
        return rows_of(self.layout, {leaf: g for g, group in enumerate(self.members) for leaf in group.leaves})

    @property
    def row_group(self) -> Tensor:
        """[row] → group: where each `Linear`, its bias included, belongs."""
        return torch.from_numpy(self.rows.weight)

    @cached_property
    def sizes(self) -> Tensor:
        """[group]: the number of parameters."""
        counts = [sum(_count(leaf, self.layout) for leaf in group.leaves) for group in self.members]
        return torch.tensor(counts, dtype=torch.int64)

    def index(self, key: tuple[int, ...]) -> int:
        """The place of a key on the group axis."""
        return self.keys.index(key)


def _count(leaf: Leaf, layout: Layout) -> int:
    if isinstance(leaf, Linear):
        return layout.dim + leaf.bias
    return len(layout.alphabet) if isinstance(leaf, Lookup) else 1


def by_state(layout: Layout) -> Groups:
    """Group (p, q): every parameter of every arc that enters state q of pattern p. Its death deletes the state.

    Raises:
        GroupError: a parameter enters two states, so that the groups would overlap and have no closed-form prox.
    """
    owner: dict[Leaf, tuple[int, State]] = {}
    for p, arc in layout.arcs:
        for leaf in leaves(arc.weight):
            if owner.setdefault(leaf, (p, arc.target)) != (p, arc.target):
                raise GroupError(
                    f"a parameter enters one state (got {leaf.name!r} on arcs into state {owner[leaf][1]} of "
                    f"pattern {owner[leaf][0]} and state {arc.target} of pattern {p}); untie it, or train without "
                    "a penalty."
                )
    found: dict[tuple[int, State], set[Leaf]] = {}
    for leaf, key in owner.items():
        found.setdefault(key, set()).add(leaf)
    return Groups(tuple(Group(key, frozenset(found[key]), states=(key[1],)) for key in sorted(found)), layout)


groups = by_state
"""The default."""


def by_arc(layout: Layout) -> Groups:
    """Group (p, source, target): every parameter of the main arcs between two states. Its death deletes these arcs.

    Main arcs that share a parameter are one group, under the key of the first. What only self-loops read is in none.

    Raises:
        GroupError: two patterns share a parameter.
    """
    members = []
    for p, pattern in enumerate(layout.patterns):
        together: list[tuple[set[Leaf], list[int]]] = []
        for place, arc in enumerate(pattern.arcs):
            own = set(leaves(arc.weight)) if arc.source != arc.target else set()
            if own:
                touched = [part for part in together if part[0] & own]
                together = [part for part in together if not part[0] & own]
                places = sorted([place, *(a for _, arcs in touched for a in arcs)])
                together.append((own.union(*(leaf for leaf, _ in touched)), places))
        for own, places in together:
            first = pattern.arcs[places[0]]
            key = (p, first.source, first.target)
            members.append(Group(key, frozenset(own), arcs=tuple(places)))
    return Groups(tuple(sorted(_apart(members), key=lambda group: group.key)), layout)


def by_pattern(layout: Layout) -> Groups:
    """Group (p,): every parameter on the arcs of pattern p. Its death deletes the pattern.

    Raises:
        GroupError: two patterns share a parameter.
    """
    members = [
        Group((p,), frozenset(leaf for arc in pattern.arcs for leaf in leaves(arc.weight)), states=pattern.states)
        for p, pattern in enumerate(layout.patterns)
    ]
    return Groups(tuple(_apart([group for group in members if group.leaves])), layout)


def _apart(members: Iterable[Group]) -> list[Group]:
    """The groups, which must not share a parameter; of parallel arcs, keys count on."""
    owner: dict[Leaf, Group] = {}
    found: list[Group] = []
    for group in members:
        for leaf in group.leaves:
            other = owner.setdefault(leaf, group)
            if other is not group:
                raise GroupError(
                    f"a parameter is in one group (got {leaf.name!r} in {other.name} and {group.name}); untie it, or "
                    "train without a penalty."
                )
        twins = sum(known.key[: len(group.key)] == group.key for known in found)
        found.append(group if not twins else Group((*group.key, twins), group.leaves, group.states, group.arcs))
    return found


def norms(bank: PatternBank, grouped: Groups) -> Tensor:
    """[group]: the Euclidean norm of all parameters of each group.

    Raises:
        DivergedError: one of them is not finite: whatever would be read off it, deaths above all, would be wrong.
    """
    squares = np.zeros(len(grouped.members))
    for weight, bias, owner in blocks(bank, grouped.rows):
        kernels.add_squares(weight, bias, owner, squares)
    found = np.sqrt(squares)
    if not np.isfinite(found).all():
        bad = int(np.flatnonzero(~np.isfinite(found))[0])
        raise DivergedError(
            f"parameters must be finite (got a norm of {found[bad]} in group {grouped.names[bad]}); load a model from "
            "before, and lower the step size (--lr)."
        )
    return torch.from_numpy(found)


def left_of(pattern: WFSA, gone: Collection[Group]) -> WFSA:
    """The pattern without what the death of groups deletes; what only that led to is still there."""
    arcs = {place for group in gone for place in group.arcs}
    kept = tuple(arc for place, arc in enumerate(pattern.arcs) if place not in arcs)
    states = {state for group in gone for state in group.states}
    less = WFSA(pattern.initial, kept, pattern.final)
    return delete_states(less, states & set(less.states))


def weights_of(automaton: WFSA) -> tuple[Weight, ...]:
    """All weights: of initial states, arcs and final states."""
    return *automaton.initial.values(), *(arc.weight for arc in automaton.arcs), *automaton.final.values()


def reads(group: Group, arc: Arc) -> bool:
    """Does the weight of an arc of the group's pattern read a parameter of it?"""
    return any(leaf in group.leaves for leaf in leaves(arc.weight))


def chain(pattern: WFSA) -> tuple[State, ...] | None:
    """The states in path order when the main arcs form one path from the initial state; None for other shapes."""
    mains = [arc for arc in pattern.arcs if arc.source != arc.target]
    after = {arc.source: arc.target for arc in mains}
    state = next(iter(pattern.initial), None)
    path = [] if state is None else [state]
    while path and path[-1] in after and len(path) <= len(pattern.states):
        path.append(after[path[-1]])
    is_path = len(after) == len(mains) == len(path) - 1 and sorted(path) == list(pattern.states)
    return tuple(path) if is_path and len(pattern.initial) == 1 else None
