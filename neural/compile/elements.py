"""Weights of arcs and ends as elements of a semiring: what may be one, and how it becomes numbers of tensors."""

import math
from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor, nn

from neural.compile.expressions import Expressions, Leaves, Positions
from neural.errors import BatchError, CompileError
from neural.semirings.table import TensorSemiring
from wfsa import SemiringError, Weight, evaluate, leaves


class Elements(nn.Module):
    """The elements [row, weight (, part)] that `weights` stand for: numbers are lifted, pairs taken part by part.

    Args:
        weights: of arcs or ends.
        positions: where their parameters are.
        K: the semiring.
        refuse_nan: is a NaN refused here, by the name of its weight, or passed on to what comes after?

    Raises:
        SemiringError: a number, or an expression of numbers alone, is no element of the semiring, as an infinite one.
    """

    picked: Tensor | None
    _numbers: Tensor

    def __init__(
        self, weights: Sequence[Weight], positions: Positions, K: TensorSemiring, refuse_nan: bool = False
    ) -> None:
        super().__init__()
        self._K = K
        parts = [_parts(weight, K) for weight in weights]
        for weight in dict.fromkeys(weights):
            if next(leaves(weight), None) is None:
                K.symbolic.lift(evaluate(weight, None, {}))  # raises where it is no element
        pieces = [*chain(*parts)]
        self._values = Expressions(pieces, positions)
        self.register_buffer("picked", _picked(parts, weights, K) if K.parts else None, persistent=False)
        # An infinite number may be no element; in a pair or a list it may stand for 0̄.
        self._pieces = pieces
        self._refused = [number for number in (math.inf, -math.inf) if not _takes(K, number)]
        self._refuse_nan = refuse_nan
        whole_numbers = [not isinstance(weight, tuple) for weight, own in zip(weights, parts, strict=True) for _ in own]
        self.register_buffer("_numbers", torch.tensor(whole_numbers, dtype=torch.bool), persistent=False)
        self._constant = next((part for part in K.lifted if isinstance(part, float)), 0.0)

    def forward(self, values_of: Leaves, like: Tensor) -> Tensor:
        """The elements, of the type of `like`.

        Raises:
            BatchError: a value is infinite, as a learned one or one beyond the type of `like`, and no element for that;
                or it is a NaN that is refused.
        """
        values: Tensor = self._values(values_of, like)
        if not torch.compiler.is_compiling():
            self._check(values.detach())
        if self.picked is None:
            return values
        padded = torch.cat([values, values.new_full((len(values), 1), self._constant)], 1)
        return padded[:, self.picked]

    def _check(self, values: Tensor) -> None:
        if bool(values.isfinite().all()):
            return
        wrong = {number: (values == number) & self._numbers for number in self._refused}
        if self._refuse_nan:
            wrong[math.nan] = values.isnan()
        for number, places in wrong.items():
            if bool(places.any()):
                weight = self._pieces[int(places.nonzero()[0, 1])]
                raise BatchError(
                    f"weights in {self._K} are not {number} (got that for {weight} in "
                    f"{str(values.dtype).removeprefix('torch.')}); bound the weights, or lower the learning rate."
                )


def _picked(parts: Sequence[list[Weight]], weights: Sequence[Weight], K: TensorSemiring) -> Tensor:
    """[weight, part of the semiring] → which of all parts; −1: a constant."""
    rows, first = [], 0
    for weight, own in zip(weights, parts, strict=True):
        whole = [first + i for i in range(len(own))]
        rows.append(whole if isinstance(weight, tuple) else [first if part == "v" else -1 for part in K.lifted])
        first += len(own)
    return torch.tensor(rows, dtype=torch.int64).reshape(len(weights), K.parts)


def _takes(K: TensorSemiring, number: float) -> bool:
    try:
        K.symbolic.lift(number)
    except SemiringError:
        return False
    return True


def _parts(weight: Weight, K: TensorSemiring) -> list[Weight]:
    """The parts of an element, or the number that it is lifted from."""
    if not isinstance(weight, tuple):
        return [weight]
    if len(weight) != K.parts:
        raise CompileError(f"an element of {K} has {K.parts or 'no'} parts (got {weight!r}).")
    return list(weight)
