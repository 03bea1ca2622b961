"""All arc weights of a bank, and its initial and final weights, from its parameters and what is read."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn

from neural.compile.elements import Elements
from neural.compile.epsilons import Closure
from neural.compile.expressions import Leaves, Positions
from neural.compile.layout import Layout
from neural.compile.projection import precision_of, product
from neural.errors import BatchError
from neural.semirings.table import TensorSemiring
from wfsa import ANY, Linear, Lookup, NoneOf, Scalar
from wfsa.labels import symbols_of


@dataclass(frozen=True)
class Symbols:
    """The parameters of a bank, and the distinct vectors that are read, [row, dim]."""

    weight: Tensor
    bias: Tensor
    table: Tensor
    scalars: Tensor
    data: Tensor | None = None
    half: bool = False

    def project(self) -> Tensor:
        """[row of data, row]: the products of word vectors and parameters; with `half` in bfloat16."""
        assert self.data is not None
        return product(self.data, self.weight, precision_of(self.data, self.half))

    def leaves(self, reading: bool) -> Leaves:
        """The values of all parameters; those that need a symbol only for what is `reading`."""
        found: dict[type, Tensor] = {Scalar: self.scalars[None]}
        if not reading:
            return found
        found[Lookup] = self.table.T
        if self.data is not None:
            plain = len(self.weight) - len(self.bias)
            z = self.project()
            found[Linear] = torch.cat([z[:, :plain], z[:, plain:] + self.bias], 1) if len(self.bias) else z
        return found


def positions_of(layout: Layout) -> Positions:
    """Where each parameter is among those of its kind."""
    kinds: tuple[tuple[Linear | str, ...], ...] = (layout.rows, layout.lookups, layout.scalars)
    return {name: place for names in kinds for place, name in enumerate(names)}


class EpsilonWeights(nn.Module):
    """The values of `Closures.entries`, and 1̄ behind them: [entry + 1 (, part)]."""

    def __init__(self, layout: Layout, K: TensorSemiring) -> None:
        super().__init__()
        self._K = K
        weights = [layout.arcs[a][1].weight for a in layout.epsilon_arcs]
        self._weights = Elements(weights, positions_of(layout), K, refuse_nan=True)
        self._closure = Closure(layout.closures, {a: i for i, a in enumerate(layout.epsilon_arcs)}, K)

    def forward(self, symbols: Symbols) -> Tensor:
        """The values."""
        one = self._K.constant(self._K.one, (1,), symbols.weight)
        if not self._closure.size:
            return one
        epsilons = self._weights(symbols.leaves(reading=False), symbols.weight)[0]
        return torch.cat([self._closure(epsilons), one])


class ArcWeights(nn.Module):
    """The weights of all columns: those that vary with what is read, [row, column (, part)]; `constants`, the others.

    Args:
        layout: the bank's layout.
        K: its semiring.
    """

    through: Tensor
    picked: Tensor | None

    def __init__(self, layout: Layout, K: TensorSemiring, epsilons: "EpsilonWeights") -> None:
        super().__init__()
        self._K = K
        self._epsilons = epsilons
        groups = [layout.groups[group] for group in layout.columns]
        self._groups, self._layout = groups[: layout.varying], layout
        own = [place for group in groups for place in group]
        self._split = sum(map(len, self._groups))
        weights = [layout.arcs[layout.readings[place].arc][1].weight for place in own]
        positions = positions_of(layout)
        self._varying = Elements(weights[: self._split], positions, K)
        self._constant = Elements(weights[self._split :], positions, K)
        through = [layout.readings[place].through for place in own]
        self._used = [any(e >= 0 for e in through[: self._split]), any(e >= 0 for e in through[self._split :])]
        self.register_buffer("through", torch.tensor(through, dtype=torch.int64), persistent=False)
        self._symbols = len(layout.alphabet)
        self.register_buffer("picked", self._by_symbol(), persistent=False)

    def _by_symbol(self) -> Tensor | None:
        """[symbol, column] → which of the varying readings, or their number where there is none; None: just these."""
        layout, places = self._layout, {symbol: place for place, symbol in enumerate(self._layout.alphabet)}
        arcs = [layout.arcs[layout.readings[place].arc][1] for group in self._groups for place in group]
        columns = np.repeat(np.arange(len(self._groups)), [len(group) for group in self._groups])
        table = np.full((len(places), len(self._groups)), self._split)
        wide = np.array([arc.label is ANY for arc in arcs], dtype=bool)
        table[:, columns[wide]] = np.flatnonzero(wide)
        read = [_read(arc.label, places) for arc in arcs]
        number = np.repeat(np.arange(len(arcs)), [len(own) for own in read])
        table[[*chain(*read)], columns[number]] = number
        return None if bool((table == np.arange(len(self._groups))).all()) else torch.from_numpy(table)

    def forward(self, symbols: Symbols) -> Tensor:
        """The varying weights.

        Raises:
            BatchError: one is NaN, or below 0 in a semiring of numbers of at least 0.
        """
        weights: Tensor = self._varying(symbols.leaves(reading=True), symbols.weight)
        if self._used[0]:
            weights = self._K.times(self._epsilons(symbols)[self.through[: self._split]], weights)
        rows = self._symbols if symbols.data is None else symbols.data.shape[0]
        if self.picked is not None:
            zero = self._K.constant(self._K.zero, (len(weights), 1), weights)
            row = torch.arange(rows, device=weights.device)[:, None] if len(weights) > 1 else 0
            weights = torch.cat([weights, zero], 1)[row, self.picked]
        elif weights.shape[0] != rows:  # labels vary, weights do not
            weights = weights.expand(rows, *weights.shape[1:])
        if not torch.compiler.is_compiling():
            self._check(weights.detach())
        return weights

    def _check(self, weights: Tensor) -> None:
        wrong = ~(weights >= 0) if self._K.nonnegative else torch.isnan(weights)
        if bool(wrong.any()):
            row, column = wrong.nonzero()[0, :2].tolist()
            reading = self._layout.reading(column, self._layout.alphabet[row] if self._layout.alphabet else ANY)
            arc = f"arc {reading.source} → {reading.target} of pattern {reading.pattern}"
            where = f"in {self._K} and under Log" if self._K.nonnegative else "under Log"
            raise BatchError(f"weights are numbers, {where} not below 0 (got another on {arc}).")

    def constants(self, symbols: Symbols) -> Tensor:
        """The constant weights, [column (, part)]."""
        constants: Tensor = self._constant(symbols.leaves(reading=False), symbols.weight)[0]
        if self._used[1]:
            constants = self._K.times(self._epsilons(symbols)[self.through[self._split :]], constants)
        return constants


def _read(label: Hashable, places: Mapping[Hashable, int]) -> list[int]:
    """The places of the symbols that a label reads; of ANY none, since those are all."""
    if isinstance(label, NoneOf):
        return [place for symbol, place in places.items() if symbol not in label.symbols]
    return [places[symbol] for symbol in symbols_of(label)]


class Ends(nn.Module):
    """The initial weights [1, state (, part)], or the final ones with E*·ρ in place of ρ; 0̄ where a state has none.

    Attributes:
        reached: [state]: has it one?
    """

    table: Tensor

    def __init__(self, layout: Layout, K: TensorSemiring, epsilons: EpsilonWeights, which: str) -> None:
        super().__init__()
        self._K = K
        self._epsilons = epsilons
        ends = [
            (p, q, getattr(pattern, which)[q])
            for p, pattern in enumerate(layout.patterns)
            for q in getattr(pattern, which)
        ]
        self._values = Elements([weight for _, _, weight in ends], positions_of(layout), K)
        cells: list[list[tuple[int, int]]] = [[] for _ in layout.states]
        for number, (p, q, _) in enumerate(ends):
            before = layout.closures.leading(p, q) if which == "final" else [(q, -1)]
            for state, entry in before:
                cells[layout.state_index[p, state]].append((number, entry))
        width = max(map(len, cells), default=0)
        padded = [found + [(-1, -1)] * (width - len(found)) for found in cells]
        table = torch.tensor(padded, dtype=torch.int64).reshape(len(cells), width, 2).permute(2, 1, 0).contiguous()
        self._through = bool((table[1] >= 0).any()) if table.numel() else False
        self.register_buffer("table", table, persistent=False)
        self.reached = np.array([bool(found) for found in cells])

    def forward(self, symbols: Symbols) -> Tensor:
        """The weights."""
        K = self._K
        values = self._values(symbols.leaves(reading=False), symbols.weight)[0]
        chosen = torch.cat([values, K.constant(K.zero, (1,), values)])[self.table[0]]
        if self._through:
            chosen = K.times(self._epsilons(symbols)[self.table[1]], chosen)
        if not chosen.shape[0]:
            return K.constant(K.zero, (1, chosen.shape[1]), values)
        return K.sum(chosen, 0)[None]
