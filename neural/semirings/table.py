"""The semirings of `wfsa` over tensors: the same laws, elementwise, with gradients that stay finite at 0̄.

An element is a number, or a last axis of `parts` numbers: (lowest, highest) for EXTREMES, (p, r) for expectations, the
k best weights in falling order for `k_best(k)`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

import neural.semirings.elements as elements
import neural.semirings.segments as segments
import wfsa
from neural.errors import CompileError
from neural.semirings.kinds import Kind
from neural.semirings.stars import expectation_matrix_star, lehmann, log_matrix_star, real_matrix_star

Element = float | tuple[float, ...]
SumSegments = Callable[[Tensor, Tensor, int], Tensor]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, eq=False)
class TensorSemiring:
    """A semiring over tensors; equal to itself only. Algorithms ask its attributes, and never which one it is.

    Attributes:
        symbolic: the semiring of `wfsa` that this one equals, element by element.
        plus: (a, b) → a ⊕ b.
        times: (a, b) → a ⊗ b.
        sum: (x, dim) → ⊕ of x along `dim`, counted from 0.
        star: a → a*; raises DivergenceError.
        zero, one: 0̄ and 1̄.
        lifted: how a number v becomes an element: for each part "v" or the part's constant; () for a plain number.
        encode: an element of `symbolic` → the element here.
        solve: ([block, i, j], are there cycles?) → the star of each block, where there is a better way than Lehmann's.
        nonnegative: are numbers on arcs at least 0?
        divided: (element, n) → the n-th part of it, where ⊕ adds up, so that a sum grows with the length of a text;
            None where it does not.
        kernel: the recurrence of its ⊕ and ⊗, for which there are kernels; None: plain torch runs. See `served`.
        negated: it is the recurrence of the numbers with their signs turned: numbers are costs.
        sum_segments: (x [element, n (, part)], owner [element] → segment, how many segments) → ⊕ of each segment's
            elements, 0̄ where it has none; None: neighbours two by two.
    """

    symbolic: wfsa.Semiring[Any]
    plus: Callable[[Tensor, Tensor], Tensor]
    times: Callable[[Tensor, Tensor], Tensor]
    sum: Callable[[Tensor, int], Tensor]
    star: Callable[[Tensor], Tensor]
    zero: Element
    one: Element
    lifted: tuple[str | float, ...] = ()
    encode: Callable[[Any], Any] = _same
    solve: Callable[[Tensor, bool], Tensor] | None = None
    nonnegative: bool = False
    divided: Callable[[Tensor, Tensor], Tensor] | None = None
    # What computes the same as ⊕ and ⊗: `dataclasses.replace` leaves it behind, since it may put others in their place.
    kernel: Kind | None = field(default=None, init=False)
    negated: bool = field(default=False, init=False)
    sum_segments: SumSegments | None = field(default=None, init=False)

    def served(
        self, kernel: Kind | None = None, negated: bool = False, sum_segments: SumSegments | None = None
    ) -> "TensorSemiring":
        """The same semiring, with faster ways to the same results."""
        found = replace(self)
        for name, value in (("kernel", kernel), ("negated", negated), ("sum_segments", sum_segments)):
            object.__setattr__(found, name, value)
        return found

    @property
    def parts(self) -> int:
        """The numbers of an element; 0 where it is a plain number."""
        return len(self.lifted)

    @property
    def selective(self) -> bool:
        """Is a ⊕ b one of the two, so that there are best paths?"""
        return self.symbolic.selective

    @property
    def additive(self) -> bool | None:
        """Is ⊗ the sum of numbers, which are logarithms or costs, or their product? None: neither."""
        return self.symbolic.additive

    @property
    def arithmetic(self) -> bool:
        """Are ⊕ and ⊗ the sum and the product of numbers of any sign?"""
        return self.kernel is Kind.REAL and not self.negated

    def constant(self, value: Element, shape: tuple[int, ...], like: Tensor) -> Tensor:
        """`value` everywhere, with the type and device of `like`: [*shape (, part)]."""
        element = torch.tensor(value, dtype=like.dtype, device=like.device)
        return element.expand((*shape, *element.shape))

    def matrix_star(self, matrix: Tensor, cyclic: bool) -> Tensor:
        """M* = 1 ⊕ M ⊕ M⊗M ⊕ … of every block [block, i, j (, part)].

        Raises:
            DivergenceError: it has no value.
        """
        if self.solve is not None:
            return self.solve(matrix, cyclic)
        return lehmann(matrix, self.plus, self.times, self.star, self.constant(self.one, (), matrix))

    def __repr__(self) -> str:
        return self.symbolic.name

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Functions without a name cannot be pickled or sent to a process, names of semirings can."""
        for known in (*SEMIRINGS, *([k_best(self.parts)] if self.parts else [])):
            if known is self:
                return _named, (self.symbolic.name, self.parts)
        return super().__reduce_ex__(protocol)


def _named(name: str, parts: int) -> TensorSemiring:
    """The semiring that `__reduce_ex__` wrote down."""
    return next((K for K in SEMIRINGS if K.symbolic.name == name), None) or k_best(parts)


INF = float("inf")

REAL = TensorSemiring(
    wfsa.REAL, torch.add, torch.mul, lambda x, dim: x.sum(dim), elements.real_star, 0.0, 1.0, solve=real_matrix_star,
    divided=torch.div,
).served(Kind.REAL, sum_segments=segments.added)  # fmt: skip
LOG = TensorSemiring(
    wfsa.LOG, elements.log_plus, torch.add, elements.log_sum, elements.log_star, -INF, 0.0,
    solve=log_matrix_star, divided=lambda x, n: x - n.log(),
).served(Kind.LOG, sum_segments=segments.log_added)  # fmt: skip
# max(dim) gives the whole gradient to one winner; amax would split it between equals.
MAX_PLUS = TensorSemiring(
    wfsa.MAX_PLUS, torch.maximum, torch.add, lambda x, dim: x.max(dim).values, elements.max_plus_star, -INF, 0.0
).served(Kind.MAX_PLUS, sum_segments=segments.greatest)
MIN_PLUS = TensorSemiring(
    wfsa.MIN_PLUS, torch.minimum, torch.add, lambda x, dim: x.min(dim).values, elements.min_plus_star, INF, 0.0
).served(Kind.MAX_PLUS, negated=True, sum_segments=segments.least)
MAX_TIMES = TensorSemiring(
    wfsa.MAX_TIMES, torch.maximum, torch.mul, lambda x, dim: x.max(dim).values, elements.max_times_star, 0.0, 1.0,
    nonnegative=True,
).served(Kind.MAX_TIMES, sum_segments=segments.greatest_or_zero)  # fmt: skip
EXTREMES = TensorSemiring(
    wfsa.EXTREMES, elements.extremes_plus, elements.extremes_times, elements.extremes_sum, elements.extremes_star,
    (INF, -INF), (1.0, 1.0), ("v", "v"),
).served(sum_segments=segments.extremes)  # fmt: skip
EXPECTATION = TensorSemiring(
    wfsa.expectation(wfsa.REAL), torch.add, elements.expectation_times, lambda x, dim: x.sum(dim),
    elements.expectation_star, (0.0, 0.0), (1.0, 0.0), ("v", 0.0), solve=expectation_matrix_star,
).served(sum_segments=segments.added)  # fmt: skip
"""First order, over REAL: see `wfsa.expectation`. An arc of value v carries the pair (p, p·v)."""


@cache
def k_best(k: int) -> TensorSemiring:
    """The k highest path weights in MAX_PLUS, in falling order, −∞ where there are fewer paths: see `wfsa.k_best`.

    Raises:
        CompileError: k is below 1.
    """
    if k < 1:
        raise CompileError(f"k_best lists at least one weight (got k = {k}).")

    def encode(ranked: Any) -> tuple[float, ...]:
        found = [weight for weight, _ in ranked]
        return (*found, *[-INF] * (k - len(found)))

    def merge(x: Tensor, dim: int) -> Tensor:
        return elements.best(x.movedim(dim, -2).flatten(-2), k)

    return TensorSemiring(
        wfsa.k_best(k, wfsa.MAX_PLUS),
        lambda a, b: elements.best(torch.cat(torch.broadcast_tensors(a, b), -1), k),
        lambda a, b: elements.best((a[..., :, None] + b[..., None, :]).flatten(-2), k),
        merge,
        elements.k_best_star,
        (-INF,) * k,
        (0.0, *[-INF] * (k - 1)),
        ("v", *[-INF] * (k - 1)),
        encode,
    )


SEMIRINGS = (REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, EXTREMES, EXPECTATION)
"""All but `k_best`, which takes a number."""


def tensor_semiring(K: wfsa.Semiring[Any] | TensorSemiring) -> TensorSemiring:
    """The tensor form of `K`.

    Raises:
        CompileError: there is none.
    """
    if isinstance(K, TensorSemiring):
        return K
    for found in SEMIRINGS:
        if found.symbolic == K:
            return found
    names = ", ".join(map(repr, SEMIRINGS))
    raise CompileError(f"patterns compile in {names} and neural.k_best(k) (got {K!r}); use wfsa.pathsum.")
