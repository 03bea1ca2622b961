"""One group of parameters per state: all that enter it, read off the symbolic automata."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from neural.bank import PatternBank
from neural.compile.layout import Layout
from sparsify.errors import GroupError
from sparsify.penalties.arrays import arrays
from wfsa import WFSA, Linear, State, linears, main_arcs


@dataclass(frozen=True)
class Groups:
    """The groups of a layout. Axes: row and pattern as in `Layout`; group: one per state that parameters enter.

    Attributes:
        keys: group → (pattern, state).
        row_group: [row] → group: where each `Linear`, its bias included, belongs.
        patterns: [group] → pattern.
        sizes: [group]: the number of parameters.
        layout: the layout that was grouped.
    """

    keys: tuple[tuple[int, State], ...]
    row_group: Tensor
    patterns: Tensor
    sizes: Tensor
    layout: Layout

    def index(self, key: tuple[int, State]) -> int:
        """The place of (pattern, state) on the group axis."""
        return self.keys.index(key)


def groups(layout: Layout) -> Groups:
    """Group (p, q) = every parameter of every arc that enters state q of pattern p.

    Raises:
        GroupError: a parameter enters two states, so that the groups would overlap and have no closed-form prox.
    """
    owner: dict[Linear, tuple[int, State]] = {}
    for p, arc in layout.arcs:
        for linear in linears(arc.weight):
            if owner.setdefault(linear, (p, arc.target)) != (p, arc.target):
                raise GroupError(
                    f"a parameter enters one state (got {linear.name!r} on arcs into state {owner[linear][1]} of "
                    f"pattern {owner[linear][0]} and state {arc.target} of pattern {p}); untie it, or train without "
                    "a penalty."
                )
    found = set(owner.values())
    keys = tuple(sorted(found))
    place = {key: group for group, key in enumerate(keys)}
    row_group = torch.tensor([place[owner[linear]] for linear in layout.rows], dtype=torch.int64)
    counts = torch.tensor([layout.dim + linear.bias for linear in layout.rows], dtype=torch.int64)
    sizes = torch.zeros(len(keys), dtype=torch.int64).index_add_(0, row_group, counts)
    return Groups(keys, row_group, torch.tensor([p for p, _ in keys], dtype=torch.int64), sizes, layout)


def norms(bank: PatternBank, grouped: Groups) -> Tensor:
    """[group]: the Euclidean norm of all parameters that enter each state."""
    found = np.empty(len(grouped.keys))
    kernels.group_norms(*arrays(bank.weight, bank.bias), grouped.row_group.numpy(), found)
    return torch.from_numpy(found)


def chain(pattern: WFSA) -> tuple[State, ...] | None:
    """The states in path order when the main arcs form one path from the initial state; None for other shapes."""
    after = {arc.source: arc.target for arc in main_arcs(pattern)}
    state = next(iter(pattern.initial), None)
    path = [] if state is None else [state]
    while path and path[-1] in after and len(path) <= len(pattern.states):
        path.append(after[path[-1]])
    is_path = len(after) == len(main_arcs(pattern)) == len(path) - 1 and sorted(path) == list(pattern.states)
    return tuple(path) if is_path and len(pattern.initial) == 1 else None
