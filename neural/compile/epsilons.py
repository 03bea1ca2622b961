"""Epsilon arcs, taken out when a bank is compiled: exactly, cycles included, and with gradients.

Whatever an arc q → r reads can also be read from every p that reaches q by epsilons, at weight E*[p, q] ⊗ w, where E*
is the star of the matrix of epsilon weights; and p is final with E*·ρ. This file knows which of those exist; `Closure`
gives them their values.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor, nn

from neural.errors import CompileError
from neural.semirings.table import TensorSemiring
from wfsa import EPSILON, WFSA, State, accessible, coaccessible

_LARGEST, _MOST_ENTRIES = 500, 16_000_000
"""States of an automaton that touch epsilon arcs, and entries of all matrices together: more take seconds per batch."""


class Reading(NamedTuple):
    """An arc that reads: source –E*[source, source of `arc`] ⊗ weight of `arc`→ target.

    Attributes:
        arc: the place of the arc that reads, on the arc axis.
        through: which entry of `Closures.entries` comes before; −1 if none does.
    """

    pattern: int
    source: State
    target: State
    arc: int
    through: int


class Closures:
    """Which entries of E* are not 0̄, for every pattern with epsilon arcs that an accepting path can use.

    Attributes:
        blocks: (pattern, its states that touch such an arc).
        arcs: per block, the places of its epsilon arcs on the arc axis, with their ends as places in the block.

    Raises:
        CompileError: a block has more than 500 states, or all of them, padded to the largest, have 16 million entries.
    """

    def __init__(self, patterns: Sequence[WFSA]) -> None:
        self.blocks: list[tuple[int, tuple[State, ...]]] = []
        self.arcs: list[list[tuple[int, int, int]]] = []
        place = 0
        for p, pattern in enumerate(patterns):
            silent = [(place + i, arc) for i, arc in enumerate(pattern.arcs) if arc.label is EPSILON]
            useful = accessible(pattern) & coaccessible(pattern) if silent else frozenset()
            found = [(i, arc.source, arc.target) for i, arc in silent if {arc.source, arc.target} <= useful]
            if found:
                states = tuple(sorted({end for _, *ends in found for end in ends}))
                self.blocks.append((p, states))
                rank = {state: i for i, state in enumerate(states)}
                self.arcs.append([(arc, rank[source], rank[target]) for arc, source, target in found])
            place += len(pattern.arcs)
        self._refuse_large()

    def _refuse_large(self) -> None:
        owner, largest = max(((p, len(states)) for p, states in self.blocks), key=lambda b: b[1], default=(0, 0))
        entries = len(self.blocks) * largest**2
        if largest > _LARGEST or entries > _MOST_ENTRIES:
            raise CompileError(
                f"epsilon arcs are taken out by matrices of at most {_LARGEST} states per automaton and "
                f"{_MOST_ENTRIES:,} entries in all (got {largest} states that touch epsilon arcs in automaton {owner}, "
                f"{entries:,} entries); remove them first, by wfsa.epsilon_remove, or use wfsa.pathsum."
            )

    @cached_property
    def reach(self) -> list[list[list[int]]]:
        """[block][i] → the states of the block that i reaches by one epsilon arc or more."""
        found = []
        for (_, states), arcs in zip(self.blocks, self.arcs, strict=True):
            after: list[set[int]] = [set() for _ in states]
            for _, source, target in arcs:
                after[source].add(target)
            found.append([sorted(_reached(targets, after)) for targets in after])
        return found

    @cached_property
    def entries(self) -> dict[tuple[int, State, State], int]:
        """(pattern, p, q) → a number for each entry of E* that is neither 0̄ nor simply 1̄."""
        keys = [
            (p, state, states[j])
            for (p, states), reach in zip(self.blocks, self.reach, strict=True)
            for state, after in zip(states, reach, strict=True)
            for j in after
        ]
        return {key: number for number, key in enumerate(keys)}

    @property
    def cyclic(self) -> bool:
        """Is there an epsilon cycle?"""
        return any(i in after for reach in self.reach for i, after in enumerate(reach))

    def leading(self, pattern: int, state: State) -> list[tuple[State, int]]:
        """(p, entry) for all p of the pattern that reach `state` by epsilons; (state, −1) where it only stays."""
        found = self._leading.get((pattern, state), [])
        return found if any(p == state for p, _ in found) else [(state, -1), *found]

    @cached_property
    def _leading(self) -> dict[tuple[int, State], list[tuple[State, int]]]:
        found: dict[tuple[int, State], list[tuple[State, int]]] = {}
        for (pattern, p, q), number in self.entries.items():
            found.setdefault((pattern, q), []).append((p, number))
        return found


def _reached(start: Iterable[int], after: Sequence[Iterable[int]]) -> set[int]:
    found = set(start)
    todo = list(found)
    while todo:
        new = [j for j in after[todo.pop()] if j not in found]
        found.update(new)
        todo += new
    return found


def readings(patterns: Sequence[WFSA], closures: Closures) -> tuple[Reading, ...]:
    """The arcs of the automata without epsilons, pattern by pattern, in the order of the arcs that read."""
    found = []
    place = 0
    for p, pattern in enumerate(patterns):
        for arc in pattern.arcs:
            if arc.label is not EPSILON:
                found += [Reading(p, q, arc.target, place, entry) for q, entry in closures.leading(p, arc.source)]
            place += 1
    return tuple(found)


class Closure(nn.Module):
    """The values of `Closures.entries` from those of the epsilon arcs.

    All blocks are closed at once, padded to the largest. Cost: O(blocks · m³) for m states in the largest.
    """

    table: Tensor
    picked: Tensor

    def __init__(self, closures: Closures, places: dict[int, int], K: TensorSemiring) -> None:
        super().__init__()
        self._K = K
        self._cyclic = closures.cyclic
        self.size = max((len(states) for _, states in closures.blocks), default=0)
        cells: dict[tuple[int, int, int], list[int]] = {}
        for block, arcs in enumerate(closures.arcs):
            for arc, source, target in arcs:
                cells.setdefault((block, source, target), []).append(places[arc])
        # [parallel arc, block · m · m] → epsilon arc; the last place holds 0̄
        table = torch.full((max(map(len, cells.values()), default=0), len(closures.blocks) * self.size**2), len(places))
        for (block, source, target), found in cells.items():
            table[: len(found), (block * self.size + source) * self.size + target] = torch.tensor(found)
        place = {
            (p, state): (block, i)
            for block, (p, states) in enumerate(closures.blocks)
            for i, state in enumerate(states)
        }
        picked = []
        for p, source, target in closures.entries:
            block, i = place[p, source]
            picked.append((block * self.size + i) * self.size + place[p, target][1])
        self.register_buffer("table", table, persistent=False)
        self.register_buffer("picked", torch.tensor(picked, dtype=torch.int64), persistent=False)

    def forward(self, epsilons: Tensor) -> Tensor:
        """[epsilon arc (, part)] → [entry (, part)].

        Raises:
            DivergenceError: the sum around an epsilon cycle has no value.
        """
        K = self._K
        padded = torch.cat([epsilons, K.constant(K.zero, (1,), epsilons)])
        matrix = K.sum(padded[self.table], 0)
        matrix = matrix.view(-1, self.size, self.size, *matrix.shape[1:])
        star = K.matrix_star(matrix, self._cyclic)
        return star.reshape(-1, *star.shape[3:]).index_select(0, self.picked)
