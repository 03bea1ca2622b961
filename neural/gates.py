"""All arc weights of a bank at once: symbolic weights as one small tensor program, laid out as the scan reads them.

Sub-expressions of one shape ("skeleton") are evaluated together, as the columns of one tensor, and each distinct one
only once. For a bank of n-gram patterns that is one product with the word vectors, one sigmoid and one product.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from neural.errors import CompileError
from neural.layout import Layout
from wfsa import Complement, Const, Expression, Linear, Log, Product, Sigmoid, Sum, children

Skeleton = tuple[object, ...]


@dataclass
class _Group:
    """The distinct expressions of one skeleton; `arguments[j]` names the columns of the j-th children."""

    skeleton: Skeleton
    members: dict[Expression, int] = field(default_factory=dict)
    arguments: list[list[int]] = field(default_factory=list)


def _skeleton(expression: Expression) -> Skeleton:
    kind = (type(expression), expression.bias) if isinstance(expression, Linear) else (type(expression),)
    return kind + tuple(_skeleton(child) for child in children(expression))


class ArcWeights(nn.Module):
    """x[token, dim] → the weight of the arc in every slot of every state, by the definition of `wfsa.evaluate`.

    Args:
        layout: the bank's layout; rows of `weight` and `bias` follow its row axis.
        zero: the semiring's 0̄, the weight in slots without an arc.

    Raises:
        CompileError: an arc carries something that is no number and no expression.
    """

    def __init__(self, layout: Layout, zero: float) -> None:
        super().__init__()
        self._zero = zero
        self._shape = layout.slots.shape
        self._groups: dict[Skeleton, _Group] = {}
        self._rows = (len(layout.rows) - layout.biased, layout.biased)
        places = [self._place(_expression(arc.weight, p), layout) for p, arc in layout.arcs]
        roots = list(dict.fromkeys(skeleton for skeleton, _ in places))
        starts = dict(zip(roots, _offsets([len(self._groups[root].members) for root in roots]), strict=True))
        self._roots = roots
        columns = np.array([starts[skeleton] + column for skeleton, column in places] + [_width(self._groups, roots)])
        # −1, "no arc", picks the last column, which holds 0̄.
        self._register("columns", columns[layout.slots.ravel()].tolist())
        for number, group in enumerate(self._groups.values()):
            self._finish(number, group, layout)

    def _place(self, expression: Expression, layout: Layout) -> tuple[Skeleton, int]:
        """The group of `expression` and its column there; children first, so that groups come in evaluation order."""
        below = [self._place(child, layout)[1] for child in children(expression)]
        skeleton = _skeleton(expression)
        group = self._groups.setdefault(skeleton, _Group(skeleton, {}, [[] for _ in below]))
        if expression not in group.members:
            group.members[expression] = len(group.members)
            for columns, column in zip(group.arguments, below, strict=True):
                columns.append(column)
        return skeleton, group.members[expression]

    def _finish(self, number: int, group: _Group, layout: Layout) -> None:
        """Store the index tensors of one group as buffers that move with the module."""
        kind = group.skeleton[0]
        if kind is Const:
            values = [member.value for member in group.members if isinstance(member, Const)]
            self.register_buffer(f"const{number}", torch.tensor(values, dtype=torch.float64), persistent=False)
        if kind is Linear:
            biased = int(group.skeleton[1] is True)
            rows = [layout.row_index[m] - biased * self._rows[0] for m in group.members if isinstance(m, Linear)]
            self._register(f"index{number}_0", rows, self._rows[biased])
        for j, columns in enumerate(group.arguments):
            self._register(f"index{number}_{j}", columns, len(self._groups[group.skeleton[1 + j]].members))

    def _register(self, name: str, columns: list[int], width: int | None = None) -> None:
        identity = width is not None and columns == list(range(width))
        index = None if identity else torch.tensor(columns, dtype=torch.int64)
        self.register_buffer(name, index, persistent=False)

    def _columns(self, x: Tensor, name: str) -> Tensor:
        index = getattr(self, name)
        return x if index is None else x.index_select(1, index)

    def forward(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """x [token, dim], weight [row, dim], bias [biased row] → [token, slot, state]."""
        plain = self._rows[0]
        values: dict[Skeleton, Tensor] = {}
        for number, (skeleton, group) in enumerate(self._groups.items()):
            kind = skeleton[0]
            if kind is Const:
                row = getattr(self, f"const{number}").to(x.dtype)
                values[skeleton] = row.expand(len(x), -1)
            elif kind is Linear:
                z = nn.functional.linear(x, weight[plain:], bias) if skeleton[1] else x @ weight[:plain].T
                values[skeleton] = self._columns(z, f"index{number}_0")
            else:
                below = [self._columns(values[child], f"index{number}_{j}") for j, child in enumerate(skeleton[1:])]
                values[skeleton] = _apply(kind, below, len(group.members), x)
        blank = x.new_full((len(x), 1), self._zero)
        flat = torch.cat([*(values[root] for root in self._roots), blank], 1).index_select(1, self.columns)
        return flat.view(len(x), *self._shape)


def _apply(kind: object, arguments: list[Tensor], width: int, x: Tensor) -> Tensor:
    if kind is Sigmoid:
        return torch.sigmoid(arguments[0])
    if kind is Complement:
        return 1 - arguments[0]
    if kind is Log:
        return torch.log(arguments[0])
    if kind is Sum:
        return sum(arguments, x.new_zeros((len(x), width)))
    product = x.new_ones((len(x), width)) if not arguments else arguments[0]
    for factor in arguments[1:]:
        product = product * factor
    return product


def _expression(weight: object, p: int) -> Expression:
    if isinstance(weight, Const | Linear | Sigmoid | Complement | Product | Sum | Log):
        return weight
    if isinstance(weight, int | float):
        return Const(float(weight))
    raise CompileError(f"an arc carries a number or an expression (got {weight!r} in pattern {p}).")


def _width(groups: dict[Skeleton, _Group], roots: list[Skeleton]) -> int:
    return sum(len(groups[root].members) for root in roots)


def _offsets(sizes: list[int]) -> list[int]:
    return [sum(sizes[:i]) for i in range(len(sizes))]
