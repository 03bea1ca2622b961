"""A bank's topology as tables, for the kernels and for the reference."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from neural.compile.layout import Layout
from neural.scans.cpu.places import Places, array, places_of
from wfsa import Semiring, Weight, evaluate, leaves


@dataclass(frozen=True)
class Plan:
    """A bank's topology as tensors.

    Attributes:
        runs: [run, 4], see `neural.scans.plan.runs`.
        ways: [piece, 10], see `neural.scans.plan.ways`.
        first: [state + 1]: where in `entering` the columns into each state begin.
        entering: the columns, state by state, in the order of each state's arcs.
        sources: [column] → the state that it leaves.
        levels: see `neural.scans.plan.levels`.
        starts: [depth + 1], see `neural.scans.plan.chain_starts`; None unless all patterns are chains.
        patterns: how many.
    """

    runs: Tensor
    ways: Tensor
    first: Tensor
    entering: Tensor
    sources: Tensor
    levels: tuple[Tensor, ...]
    starts: Tensor | None
    patterns: int

    def cpu(self) -> "Plan":
        """The same on CPU."""
        if self.runs.device.type == "cpu":
            return self
        moved: dict[str, Any] = {name: x.cpu() for name, x in vars(self).items() if isinstance(x, Tensor)}
        return replace(self, **moved, levels=tuple(level.cpu() for level in self.levels))

    @property
    def states(self) -> int:
        """How many."""
        return len(self.first) - 1

    @cached_property
    def _tables(self) -> Places:
        """In memory of its own: of tensors, other processes and `share_memory` move what views of them would read."""
        runs, *into = (table.clone() for table in (self.runs, self.first, self.entering, self.sources))
        nothing = runs[:0, 0]
        return places_of(nothing, nothing, runs, *into)

    def places(self, rows: Tensor, offsets: Tensor) -> Places:
        """Where the tokens of a batch on CPU and the columns are, for the kernels that are called now: not to be kept,
        since it reads the memory of `rows` and `offsets`, which may be moved."""
        tables = self._tables
        return Places(array(rows), array(offsets), tables.runs, tables.first, tables.entering, tables.sources)


class Topology(nn.Module, ABC):
    """The tables of a layout, which move with the module: those of `Plan`, and one that paths read.

    Attributes:
        members: see `Layout.members`.
    """

    runs: Tensor
    ways: Tensor
    first: Tensor
    entering: Tensor
    sources: Tensor
    starts: Tensor | None
    members: Tensor

    def __init__(self) -> None:
        super().__init__()
        self._plan: Plan | None = None

    def register_topology(self, layout: Layout, K: Semiring[Any]) -> None:
        """Make the tables of `layout`, in `K`."""
        into = columns_into(layout)
        degrees = [len(own) for own in into]
        every = levels(degrees, len(layout.columns))
        tables = {
            "runs": runs(layout),
            "ways": ways(layout, into),
            "first": np.cumsum([0, *degrees], dtype=np.int64),
            "entering": np.fromiter(chain(*into), np.int64, sum(degrees)),
            "sources": layout.ends[:, 0].copy(),
            "starts": chain_starts(layout, K),
            "members": layout.members,
            **{f"level_{number}": level for number, level in enumerate(every)},
        }
        for name, values in tables.items():
            self.register_buffer(name, None if values is None else torch.from_numpy(values), persistent=False)
        self._patterns, self._levels = len(layout.patterns), len(every)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "Topology":
        """As torch has it for parameters, which `type`, `to_empty` and their like convert, or leave without values.

        Tables are facts of the layout and only move: kernels would follow others anywhere.
        """
        before = dict(self.named_buffers())
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # torch's
        after = dict(self.named_buffers())
        lost = any(table.is_meta and not after[name].is_meta for name, table in before.items())
        for name, table in (dict(self.anew().named_buffers()) if lost else before).items():
            moved = after[name]
            if moved is not before[name]:
                kind = moved.dtype if table.is_floating_point() else table.dtype
                owner, _, own = name.rpartition(".")
                self.get_submodule(owner)._buffers[own] = table.to(moved.device, kind)
        return self

    @abstractmethod
    def anew(self) -> "Topology":
        """A module of the same layout."""

    @property
    def plan(self) -> Plan:
        """The topology; made anew when the module has moved to another device."""
        if self._plan is None or self._plan.runs is not self.runs:
            tables = (self.runs, self.ways, self.first, self.entering, self.sources)
            every = tuple(self.get_buffer(f"level_{number}") for number in range(self._levels))
            self._plan = Plan(*tables, every, self.starts, self._patterns)
        return self._plan


def runs(layout: Layout) -> np.ndarray:
    """[run, 4]: target, source, column, count: `count` columns in a row from states in a row into states in a row."""
    columns = np.arange(len(layout.ends))
    table = np.concatenate([layout.ends[:, ::-1], columns[:, None]], 1)
    begins = np.ones(len(columns), dtype=bool)
    begins[1:] = (np.diff(table, axis=0) != 1).any(1)
    begins[layout.varying : layout.varying + 1] = True
    firsts = columns[begins]
    return np.concatenate([table[firsts], np.diff(firsts, append=len(columns))[:, None]], 1)


_WAYS = 3
"""Ways into a state that a kernel compares at once."""


def ways(layout: Layout, into: Sequence[Sequence[int]]) -> np.ndarray:
    """[piece, 10]: all ways into states, in the order of each state's arcs.

    target, count, 1 where these are the first ways into the states, 1 where their columns vary; and three times
    source − target, column − target, the last way once more where there are fewer. Pieces are up to three ways at a
    time into states in a row that are entered alike; or runs, of one way each, where those are fewer: in dense graphs.
    """
    by_state = np.array(_by_state(layout, into), dtype=np.int64).reshape(-1, 4 + 2 * _WAYS)
    target, source, column, count = runs(layout).T
    in_order = all(before < after for own in into for before, after in pairwise(own))
    if not in_order or len(target) >= len(by_state):
        return by_state
    step = np.stack([source - target, column - target], 1)
    return np.concatenate([np.stack([target, count, 0 * target, column < layout.varying], 1), *_WAYS * [step]], 1)


def _by_state(layout: Layout, into: Sequence[Sequence[int]]) -> list[list[int]]:
    """Up to three ways at a time, into states in a row."""
    found: list[list[int]] = []
    previous: list[list[int]] = []
    sources = layout.ends[:, 0].tolist()
    for state, own in enumerate(into):
        steps = [(sources[column] - state, column - state) for column in own]
        kinds = [column + state < layout.varying for _, column in steps]
        rows = [[first == 0, kinds[first], *sum(part, ())] for first, part in _threes(steps, kinds)]
        if rows == previous:
            for piece in found[len(found) - len(rows) :]:
                piece[1] += 1
        else:
            found += [[state, 1, *row] for row in rows]
        previous = rows
    return found


def _threes(steps: list[tuple[int, int]], kinds: list[bool]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Steps of one kind in a row, up to three, filled up with the last one; and the place of the first."""
    first = 0
    while first < len(steps):
        after = first + 1
        while after < min(first + _WAYS, len(steps)) and kinds[after] == kinds[first]:
            after += 1
        yield first, steps[first:after] + steps[after - 1 : after] * (first + _WAYS - after)
        first = after


def columns_into(layout: Layout) -> list[list[int]]:
    """[state] → the columns that enter it, in the order of its arcs."""
    column_of = np.argsort(layout.columns).tolist()
    return [[column_of[group] for group in own] for own in layout.entering]


_WIDTH = 16
"""Summands that are added up at once."""


def levels(degrees: Sequence[int], columns: int) -> list[np.ndarray]:
    """How sums over the columns into every state are made: [summand, sum] → place among what the level before gave.

    The first level adds up columns as they enter, state by state, up to 16 at a time; the next ones what is left of
    each state, until it is one sum. The number of columns, or of sums, stands for none. So a state that 10,000 arcs
    enter costs what its arcs do, and not their number times that of the states.
    """
    counts, none, found = np.array(degrees, dtype=np.int64), columns, list[np.ndarray]()
    while not found or counts.max(initial=0) > 1:
        pieces = np.maximum(1, -(-counts // _WIDTH))
        owner = np.repeat(np.arange(len(counts)), pieces)
        before = _WIDTH * (np.arange(len(owner)) - (np.cumsum(pieces) - pieces)[owner])
        begins, lengths = (np.cumsum(counts) - counts)[owner] + before, np.minimum(_WIDTH, counts[owner] - before)
        rank = np.arange(lengths.max(initial=0))[:, None]
        found.append(np.where(rank < lengths, begins + rank, none))
        counts, none = pieces, len(owner)
    return found


def chain_starts(layout: Layout, K: Semiring[Any]) -> np.ndarray | None:
    """Where the states of each depth begin on the state axis, and where they end; None unless all patterns are chains.

    A chain has main arcs from each depth to the next and a self-loop at every depth, all of varying weight, but for the
    self-loops of its first states, which weigh 1̄; main arcs are the first columns.
    """
    depths = (layout.members >= 0).sum(1)
    if len(depths) < 2 or layout.closures.entries:
        return None
    starts = np.concatenate([[0], depths.cumsum()])
    targets = np.arange(starts[1], starts[-1])
    depth = np.searchsorted(starts, targets, side="right") - 1
    mains = np.stack([targets - starts[depth] + starts[depth - 1], targets], 1)
    loops, firsts = np.repeat(targets[:, None], 2, 1), np.repeat(np.arange(starts[1])[:, None], 2, 1)
    same = np.array_equal(layout.ends, np.concatenate([mains, loops, firsts]))
    fixed = [layout.reading(column) for column in range(layout.varying, len(layout.columns))]
    keep = all(_is_one(layout.arcs[reading.arc][1].weight, K) for reading in fixed)
    return starts if same and keep and layout.varying == 2 * len(targets) else None


def _is_one(weight: Weight, K: Semiring[Any]) -> bool:
    return next(leaves(weight), None) is None and bool(K.lift(evaluate(weight, None, {})) == K.one)
