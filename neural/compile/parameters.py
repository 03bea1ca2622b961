"""The parameters of a bank by their names, and back."""

from collections.abc import Hashable, Mapping, Sequence

import torch
from torch import Tensor

from neural.compile.layout import Layout
from neural.errors import CompileError
from wfsa import Affine, Parameters

Value = Affine | dict[Hashable, float] | float


def to_parameters(layout: Layout, tensors: Sequence[Tensor]) -> dict[str, Value]:
    """The values of every `Linear`, `Lookup` and `Scalar`, from weight, bias, table and scalars of a bank."""
    plain = len(layout.rows) - layout.biased
    weight, bias, table, scalars = (tensor.detach().cpu().double().numpy() for tensor in tensors)
    found: dict[str, Value] = {
        linear.name: Affine(weight[row], float(bias[row - plain]) if linear.bias else 0.0)
        for row, linear in enumerate(layout.rows)
    }
    for name, values in zip(layout.lookups, table.tolist(), strict=True):
        found[name] = dict(zip(layout.alphabet, values, strict=True))
    return found | dict(zip(layout.scalars, scalars.tolist(), strict=True))


def from_parameters(layout: Layout, tensors: Sequence[Tensor], parameters: Parameters) -> Sequence[Tensor]:
    """Tensors like weight, bias, table and scalars of a bank, with the values of `parameters`.

    Raises:
        CompileError: a name is missing, or its values do not fit.
    """
    plain = len(layout.rows) - layout.biased
    weight, bias, table, scalars = found = [tensor.detach().clone() for tensor in tensors]
    for row, linear in enumerate(layout.rows):
        value = parameters.get(linear.name)
        if not isinstance(value, Affine) or len(value.weights) != layout.dim:
            raise CompileError(f"every Linear needs {layout.dim} weights (got none such for {linear.name!r}).")
        weight[row] = torch.as_tensor(value.weights, dtype=weight.dtype)
        if linear.bias:
            bias[row - plain] = value.bias
    for row, name in enumerate(layout.lookups):
        values = parameters.get(name)
        if not isinstance(values, Mapping) or not set(layout.alphabet) <= set(values):
            raise CompileError(f"every Lookup needs a value for every symbol (got none such for {name!r}).")
        table[row] = torch.tensor([values[symbol] for symbol in layout.alphabet], dtype=table.dtype)
    for place, name in enumerate(layout.scalars):
        number = parameters.get(name)
        if not isinstance(number, int | float):
            raise CompileError(f"every Scalar needs a number (got none for {name!r}).")
        scalars[place] = number
    return found
