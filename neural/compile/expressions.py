"""Symbolic weights as one small tensor program: many expressions at once, each distinct one only once.

Sub-expressions of one shape ("skeleton") are evaluated together, as the columns of one tensor. For a bank of n-gram
patterns that is one product with the word vectors, one sigmoid and one product. `wfsa.evaluate` is the definition.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from neural.errors import CompileError
from wfsa import (
    Complement,
    Const,
    Expression,
    Leaf,
    Linear,
    Log,
    Lookup,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Sum,
    Weight,
    children,
    rebuilt,
)
from wfsa.weights.parts import details

Skeleton = tuple[Any, ...]
"""(kind, details, the skeletons of the children)."""

_NUMBERS: Skeleton = (Const, None)

Leaves = Mapping[type, Tensor]
"""Linear: [row, linear], Lookup: [symbol, lookup], Scalar: [1, scalar]: the values of all parameters of a kind."""

Positions = Mapping[object, int]
"""`Linear`, or the name of a `Lookup` or a `Scalar` → its position among those of its kind."""


@dataclass
class _Group:
    """The distinct expressions of one skeleton; `arguments[j]` names the columns of the j-th children."""

    skeleton: Skeleton
    members: dict[Any, int] = field(default_factory=dict)
    arguments: list[list[int]] = field(default_factory=list)


class Expressions(nn.Module):
    """The values of `weights` [row, weight] from the values of their parameters.

    Args:
        weights: numbers and expressions.
        positions: where their parameters are.

    Raises:
        CompileError: something is no number and no expression.
    """

    def __init__(self, weights: Sequence[Weight], positions: Positions) -> None:
        super().__init__()
        self._groups: dict[Skeleton, _Group] = {}
        self._constants: dict[int, Tensor] = {}
        found = [self._put(weight) for weight in weights]
        self._roots = list(dict.fromkeys(skeleton for skeleton, _ in found))
        start, starts = 0, {}
        for root in self._roots:
            starts[root] = start
            start += len(self._groups[root].members)
        self._register("columns", [starts[skeleton] + column for skeleton, column in found], start)
        for number, group in enumerate(self._groups.values()):
            self._finish(number, group, positions)

    def _put(self, weight: Weight) -> tuple[Skeleton, int]:
        """The group of a weight and its column there; numbers, of which there can be many, are their own members."""
        if type(weight) is not float:
            return self._place(_rewritten(as_expression(weight)))
        members = self._groups.setdefault(_NUMBERS, _Group(_NUMBERS)).members
        return _NUMBERS, members.setdefault(weight, len(members))

    def _place(self, expression: Any) -> tuple[Skeleton, int]:
        """The group of `expression` and its column there; children first, so that groups come in evaluation order."""
        below = [self._place(child)[1] for child in children(expression)]
        skeleton = _skeleton(expression)
        group = self._groups.setdefault(skeleton, _Group(skeleton, {}, [[] for _ in below]))
        if expression not in group.members:
            group.members[expression] = len(group.members)
            for columns, column in zip(group.arguments, below, strict=True):
                columns.append(column)
        return skeleton, group.members[expression]

    def _finish(self, number: int, group: _Group, positions: Positions) -> None:
        """Store the index tensors of one group as buffers that move with the module."""
        kind = group.skeleton[0]
        if kind is Const:
            # No buffer: those lose digits where a module is cast to single precision and back.
            values = [member.value if isinstance(member, Const) else member for member in group.members]
            self._constants[number] = torch.tensor(values, dtype=torch.float64)
        if kind in (Linear, Lookup, Scalar):
            own = [
                m if isinstance(m, Linear) else m.name for m in group.members if isinstance(m, Linear | Lookup | Scalar)
            ]
            self._register(f"index{number}_0", [positions[key] for key in own], _width(positions, kind))
        for j, columns in enumerate(group.arguments):
            self._register(f"index{number}_{j}", columns, len(self._groups[group.skeleton[2 + j]].members))

    def _register(self, name: str, columns: list[int], width: int) -> None:
        identity = columns == list(range(width))
        self.register_buffer(name, None if identity else torch.tensor(columns, dtype=torch.int64), persistent=False)

    def _columns(self, x: Tensor, name: str) -> Tensor:
        index = getattr(self, name)
        return x if index is None else x.index_select(1, index)

    def forward(self, leaves: Leaves, like: Tensor) -> Tensor:
        """The values [row, weight], of the type of `like`; one row where nothing depends on what is read."""
        values: dict[Skeleton, Tensor] = {}
        for number, (skeleton, group) in enumerate(self._groups.items()):
            kind = skeleton[0]
            if kind is Const:
                values[skeleton] = self._constants[number].to(like)[None]
            elif kind in (Linear, Lookup, Scalar):
                values[skeleton] = self._columns(leaves[kind], f"index{number}_0")
            else:
                below = [self._columns(values[child], f"index{number}_{j}") for j, child in enumerate(skeleton[2:])]
                one = next(iter(group.members))  # all members of a group are alike but for what is below them
                zeros = like.new_zeros((1, len(group.members)))
                values[skeleton] = _APPLY.get(kind, _combined)(below, one, zeros)
        if not self._roots:
            return like.new_zeros((1, 0))
        rows = next((values[root].shape[0] for root in self._roots if _varies(root)), 1)
        roots = [values[root].expand(rows, -1) for root in self._roots]
        return self._columns(torch.cat(roots, 1) if len(roots) > 1 else roots[0], "columns")


@dataclass(frozen=True)
class _LogGate(Expression):
    """log σ(e), or with `closed` log (1 − σ(e)): σ is 0 or 1 in single precision long before its logarithm is lost."""

    argument: Expression
    closed: bool

    def combine(self, values: Sequence[Any], m: Any = torch) -> Tensor:
        """Of tensors only: it stands for a logarithm while a bank is compiled."""
        return nn.functional.logsigmoid(-values[0] if self.closed else values[0])

    def text(self, texts: Sequence[str]) -> str:
        """As the logarithm that it stands for."""
        return f"log {'(1 − ' * self.closed}σ({texts[0]}){')' * self.closed}"


def _rewritten(expression: Expression) -> Any:
    """The expression with logarithms taken where they lose nothing: of gates, and factor by factor.

    A product is taken apart only where all factors but one are known to be at least 0: the sign of that one decides.
    """
    if isinstance(expression, Log):
        argument = expression.argument
        if isinstance(argument, Sigmoid):
            return _LogGate(_rewritten(argument.argument), closed=False)
        if isinstance(argument, Complement) and isinstance(argument.argument, Sigmoid):
            return _LogGate(_rewritten(argument.argument.argument), closed=True)
        if isinstance(argument, Product) and sum(not _positive(factor) for factor in argument.factors) <= 1:
            return Sum(tuple(_rewritten(Log(factor)) for factor in argument.factors))
    return rebuilt(expression, [_rewritten(as_expression(child)) for child in children(expression)])


def _positive(expression: Expression) -> bool:
    gate = expression.argument if isinstance(expression, Complement) else expression
    return isinstance(gate, Sigmoid | Softmax) or (isinstance(expression, Const) and expression.value >= 0)


def _skeleton(expression: Expression) -> Skeleton:
    """(kind, details, skeletons of the children); the details of leaves and constants are those of single members."""
    own = None if isinstance(expression, Leaf | Const) else details(expression)
    return type(expression), own, *(_skeleton(child) for child in children(expression))


def _varies(skeleton: Skeleton) -> bool:
    """Does the value depend on what is read?"""
    return skeleton[0] in (Linear, Lookup) or any(map(_varies, skeleton[2:]))


def _width(positions: Positions, kind: object) -> int:
    return sum(isinstance(key, Linear) == (kind is Linear) for key in positions)


def _log(x: Tensor) -> Tensor:
    """log x; −∞ at 0, with gradient 0 there. NaN for x < 0, which has no logarithm."""
    return torch.where(x == 0, -torch.inf, torch.where(x == 0, 1.0, x).log())


def _product(factors: list[Tensor], _: object, zeros: Tensor) -> Tensor:
    product = factors[0] if factors else zeros + 1
    for factor in factors[1:]:
        product = product * factor
    return product


def _softmax(terms: list[Tensor], one: Any, _: Tensor) -> Tensor:
    return torch.stack(torch.broadcast_tensors(*terms)).softmax(0)[one.place]


def _combined(below: list[Tensor], one: Any, zeros: Tensor) -> Tensor:
    """By the kind's own formula."""
    found: Tensor = zeros + one.combine(below, torch)
    return found


_APPLY: dict[object, Callable[[list[Tensor], Any, Tensor], Tensor]] = {
    Sigmoid: lambda below, _, __: torch.sigmoid(below[0]),
    Complement: lambda below, _, __: 1 - below[0],
    Log: lambda below, _, __: _log(below[0]),
    Sum: lambda below, _, zeros: sum(below, zeros),
    Product: _product,
    Softmax: _softmax,
}
"""Kinds whose tensors take more care than `Expression.combine`, from the tensors of the children, one member, zeros."""


def as_expression(weight: Weight) -> Expression:
    """A number as a `Const`; an expression as it is.

    Raises:
        CompileError: it is neither.
    """
    if isinstance(weight, Expression):
        return weight
    if isinstance(weight, int | float):
        return Const(float(weight))
    raise CompileError(f"a weight is a number or an expression (got {weight!r}); for pairs see neural.EXPECTATION.")
