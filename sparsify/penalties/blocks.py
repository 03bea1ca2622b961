"""The parameters of a bank as blocks of rows, for kernels that ask of every row whose it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from neural.bank import PatternBank
from neural.compile.layout import Layout
from wfsa import leaves

NONE = -1
"""The owner of a row that nobody owns."""


class Rows(NamedTuple):
    """Whose each parameter is: of `Linear`s [row], `Lookup`s [lookup] and `Scalar`s [scalar] of a layout."""

    weight: np.ndarray
    table: np.ndarray
    scalars: np.ndarray


def rows_of(layout: Layout, owner: Mapping[Any, int]) -> Rows:
    """The rows of `layout` with the owner of each leaf; `NONE` where it has none."""
    named = {leaf.name: own for leaf, own in owner.items()}
    return Rows(
        np.array([owner.get(linear, NONE) for linear in layout.rows], dtype=np.int64),
        np.array([named.get(name, NONE) for name in layout.lookups], dtype=np.int64),
        np.array([named.get(name, NONE) for name in layout.scalars], dtype=np.int64),
    )


def pattern_rows(layout: Layout) -> Rows:
    """Every parameter → its pattern, the first that has it; those of initial and final weights included."""
    owner: dict[Any, int] = {}
    for p, pattern in enumerate(layout.patterns):
        weights = [arc.weight for arc in pattern.arcs]
        for weight in (*weights, *pattern.initial.values(), *pattern.final.values()):
            for leaf in leaves(weight):
                owner.setdefault(leaf, p)
    return rows_of(layout, owner)


def pattern_counts(layout: Layout) -> tuple[Rows, np.ndarray]:
    """(every parameter → its pattern, [pattern]: its parameters, at least 1)."""
    rows, found = pattern_rows(layout), np.zeros(len(layout.patterns), np.int64)
    np.add.at(found, rows.weight, layout.dim + np.array([linear.bias for linear in layout.rows], np.int64))
    np.add.at(found, rows.table, len(layout.alphabet))
    np.add.at(found, rows.scalars, 1)
    return rows, found.clip(1)


def parameters_of(bank: PatternBank) -> tuple[Tensor, ...]:
    """What a bank learns: weight, bias, table, scalars."""
    return bank.weight, bank.bias, bank.table, bank.scalars


def as_blocks(tensors: Sequence[np.ndarray], rows: Rows) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(values [row, n], one more number for the last rows, owners [row]) of weight with bias, of table, of scalars.

    Only where there are any. The blocks share their memory with `tensors`, which are shaped like a bank's parameters.
    """
    weight, bias, table, scalars = tensors
    for values, more, owners in (
        (weight, bias, rows.weight),
        (table, bias[:0], rows.table),
        (scalars[:, None], bias[:0], rows.scalars),
    ):
        if len(owners):
            yield values, more, owners


def blocks(bank: PatternBank, rows: Rows) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """`as_blocks` of the bank's parameters as they are now; a copy where they do not live on CPU."""
    return as_blocks([tensor.numpy(force=True) for tensor in parameters_of(bank)], rows)


@torch.no_grad()
def zero_rows(bank: PatternBank, rows: Rows, gone: np.ndarray) -> None:
    """Set the parameters of those owners to 0 for which `gone` [owner] is true."""
    marked = np.append(gone, False)  # the last is whose owner is NONE
    weight, table, scalars = (torch.from_numpy(marked[own]).to(bank.weight.device) for own in rows)
    bank.weight[weight] = 0
    bank.bias[weight[len(weight) - len(bank.bias) :]] = 0
    bank.table[table] = 0
    bank.scalars[scalars] = 0
