"""What a semiring is: the algebra under every algorithm of the package.

A semiring (K, ⊕, ⊗, 0̄, 1̄) has an associative, commutative ⊕ with neutral 0̄, an associative ⊗ with neutral 1̄
that distributes over ⊕ from both sides, and 0̄ ⊗ a = a ⊗ 0̄ = 0̄. `star` is a* = 1̄ ⊕ a ⊕ a⊗a ⊕ …
No algorithm names a semiring: what one needs beyond the laws it reads off the optional attributes, and where they are
missing it raises SemiringError. `wfsa.check_laws` tests a semiring of your own.
Source: Mohri (2009), "Weighted automata algorithms".
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from wfsa.errors import SemiringError

V = TypeVar("V")

Cost = float | Decimal
"""A −log weight: a double, or a decimal where no double is as exact as the weight."""


class Operations(NamedTuple):
    """⊕ and ⊗ of doubles, as functions of numpy."""

    plus: np.ufunc
    times: np.ufunc


MatrixStar = Callable[[np.ndarray], np.ndarray]
"""M → M* = 1 ⊕ M ⊕ M⊗M ⊕ …, for a square matrix of doubles."""


def _near(a: Any, b: Any, slack: float) -> bool:
    """Numbers, and tuples of them, that agree to nine digits or but for `slack`."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_near(x, y, slack) for x, y in zip(a, b, strict=True))
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        return bool(a == b)
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=slack)


def same(value: Any) -> Any:
    """The value itself: the default `key`."""
    return value


@dataclass(frozen=True)
class Semiring(Generic[V]):
    """A semiring as a value: its two neutral elements and its operations.

    Attributes:
        name: how it is printed.
        zero: neutral for `plus`, annihilates under `times`; "no path".
        one: neutral for `times`; the weight of the empty path.
        plus: (a, b) → a ⊕ b.
        times: (a, b) → a ⊗ b.
        star: a → 1̄ ⊕ a ⊕ a⊗a ⊕ …; raises DivergenceError where the series has no value.
        lift: a number found on an arc → the element it stands for; an element → itself.
        idempotent: a ⊕ a = a.
        selective: a ⊕ b is a or b, so that best paths exist.
        additive: true where numbers on arcs are logarithms or costs, so that lift(v) ⊗ lift(w) = lift(v + w); false
            where it is lift(v · w); None where it is neither for all numbers.
        divide: (a, b) → the c with b ⊗ c = a, for b ≠ 0̄ that divides a.
        real: a homomorphism into (ℝ, +, ×), so that sums of elements are sums of numbers.
        from_real: its inverse, on all of ℝ: then K is a field.
        key: element → a hashable that is the same for elements that differ by rounding only.
        cost: element → the −log weight that OpenFst would write; inf for 0̄. None: it has no such text.
        from_cost: its inverse, to the last bit.
        arrays: for semirings over doubles, ⊕ and ⊗ of arrays; then large automata are run as arrays.
        matrix_star: for semirings over doubles, the star of a whole matrix by numpy.
        block_star: the star of a whole matrix of elements, rows of rows. None and no `matrix_star`: pivot by pivot.
    """

    name: str
    zero: V
    one: V
    plus: Callable[[V, V], V]
    times: Callable[[V, V], V]
    star: Callable[[V], V]
    lift: Callable[[Any], V]
    idempotent: bool = False
    selective: bool = False
    additive: bool | None = False
    divide: Callable[[V, V], V] | None = None
    real: Callable[[V], float] | None = None
    from_real: Callable[[float], V] | None = None
    key: Callable[[V], Hashable] = same
    cost: Callable[[V], Cost] | None = None
    from_cost: Callable[[Cost], V] | None = None
    arrays: Operations | None = None
    matrix_star: MatrixStar | None = None
    block_star: Callable[[Sequence[Sequence[V]]], list[list[V]]] | None = None

    @property
    def integral(self) -> bool:
        """Is a ⊗ b = 0̄ only where a or b is, but for rounding? Known of selective ⊕ and of real numbers."""
        return self.selective or self.real is not None

    def sum(self, values: Iterable[V]) -> V:
        """⊕ over `values`; 0̄ when there are none."""
        return reduce(self.plus, values, self.zero)

    def better(self, a: V, b: V) -> bool:
        """In a selective semiring: does ⊕ prefer `a` to `b`?"""
        return a != b and self.plus(a, b) == a

    def near(self, a: V, b: V, slack: float = 0.0) -> bool:
        """Are they equal but for rounding? Factors to nine digits, logarithms to nine decimals, all but for `slack`."""
        return self.key(a) == self.key(b) or _near(a, b, max(slack, 1e-9 if self.additive else 0.0))

    def needs(self, attribute: str, purpose: str) -> Any:
        """The optional `attribute`, which `purpose` needs.

        Raises:
            SemiringError: this semiring has none.
        """
        found = getattr(self, attribute)
        if found is None or found is False:
            raise SemiringError(f"{purpose} needs a semiring with {attribute!r} (got {self}); {_ADVICE[attribute]}.")
        return found

    def __repr__(self) -> str:
        return self.name


def as_semiring(K: Any) -> Any:
    """K itself, at the door of whatever takes one.

    Raises:
        SemiringError: it is no semiring.
    """
    if not isinstance(K, Semiring):
        raise SemiringError(f"K is a semiring, such as wfsa.REAL or wfsa.MIN_PLUS (got {K!r:.60}); pass the value.")
    return K


_ADVICE = {
    "selective": "use MAX_PLUS, MIN_PLUS, MAX_TIMES or BOOLEAN, whose ⊕ selects",
    "divide": "use REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES or BOOLEAN, which divide",
    "real": "use REAL or LOG, whose ⊕ adds numbers",
    "from_real": "use REAL, which is a field",
    "cost": "use REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, BOOLEAN or COUNT, whose elements are costs",
    "from_cost": "use REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, BOOLEAN or COUNT, whose elements are costs",
}
