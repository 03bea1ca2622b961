"""Semirings that remember what was read: sets of strings, and the k best paths with their labels."""

from collections.abc import Callable, Hashable, Iterable
from functools import cmp_to_key
from typing import Any

from wfsa.errors import DivergenceError, SemiringError
from wfsa.labels import EPSILON
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.weights.evaluate import constant
from wfsa.weights.expressions import Weight

Labels = tuple[Hashable, ...]
Ranked = tuple[tuple[Any, Labels], ...]
"""Weights with what was read on the way, best first."""


def labelled(weigh: Callable[[Weight, Any], Any] = constant) -> Callable[[Weight, Any], tuple[Any, Labels]]:
    """A `weigh` for STRINGS and `k_best`: the value of an arc, together with the symbol that it reads."""

    def weigh_labelled(weight: Weight, symbol: Any) -> tuple[Any, Labels]:
        return weigh(weight, symbol), () if symbol is None or symbol is EPSILON else (symbol,)

    return weigh_labelled


def _strings_lift(weight: Any) -> frozenset[Labels]:
    if isinstance(weight, frozenset):
        return weight
    value, labels = weight if isinstance(weight, tuple) else (weight, ())
    return frozenset([labels]) if value != 0 else frozenset()


def _concatenate(a: frozenset[Labels], b: frozenset[Labels]) -> frozenset[Labels]:
    return frozenset(x + y for x in a for y in b)


def _strings_star(a: frozenset[Labels]) -> frozenset[Labels]:
    if any(a):
        raise DivergenceError(f"star in STRINGS needs a cycle that reads nothing (got {set(a)}); the set is infinite.")
    return frozenset([()])


def _union(a: frozenset[Labels], b: frozenset[Labels]) -> frozenset[Labels]:
    return a | b


STRINGS: Semiring[frozenset[Labels]] = Semiring(
    "STRINGS", frozenset(), frozenset([()]), _union, _concatenate, _strings_star, _strings_lift, True
)
"""(finite sets of strings, ∪, concatenation): which strings do the paths read? Use with `weigh=labelled()`.

A string is a tuple of symbols; an arc of weight 0 reads nothing. Automata that accept infinitely many diverge.
"""


def k_best(k: int, K: Semiring[Any]) -> Semiring[Ranked]:
    """The k best paths as a semiring: elements are at most k pairs (weight in K, labels), best first.

    ⊕ merges two lists and keeps k, ⊗ combines every pair and keeps k, so a pathsum lists the k best paths. Use with
    `weigh=labelled()` for what they read; a bare number reads nothing. Equal weights are ordered by labels.
    Paths whose products are rounded to 0 are left out without a warning; `k_best_paths` raises there, and MAX_PLUS
    holds them.

    Raises:
        SemiringError: k is below 1, or K does not select.

    Source: Mohri (2002), "Semiring frameworks and algorithms for shortest-distance problems", §5.
    """
    if k < 1:
        raise SemiringError(f"k_best lists at least one path (got k = {k}).")
    as_semiring(K).needs("selective", "k_best")

    def compare(a: tuple[Any, Labels], b: tuple[Any, Labels]) -> int:
        if a[0] != b[0]:
            return -1 if K.better(a[0], b[0]) else 1
        left, right = (len(a[1]), repr(a[1])), (len(b[1]), repr(b[1]))
        return (left > right) - (left < right)

    def best(pairs: Iterable[tuple[Any, Labels]]) -> Ranked:
        alive = [pair for pair in pairs if pair[0] != K.zero]
        return tuple(sorted(alive, key=cmp_to_key(compare))[:k])

    def times(a: Ranked, b: Ranked) -> Ranked:
        return best((K.times(v, w), x + y) for v, x in a for w, y in b)

    def star(a: Ranked) -> Ranked:
        if not a:
            return one
        K.star(a[0][0])  # raises where going round once more would be better
        # A path of m rounds is no better than its m shorter parts, so the k best have fewer than k rounds.
        found = one
        for _ in range(k):
            found = best((*one, *times(a, found)))
        return found

    def lift(weight: Any) -> Ranked:
        if isinstance(weight, tuple):
            if all(isinstance(item, tuple) for item in weight):
                return weight
            return best([(K.lift(weight[0]), weight[1])])
        return best([(K.lift(weight), ())])

    one: Ranked = ((K.one, ()),)
    return Semiring(
        f"k_best({k}, {K})",
        (),
        one,
        lambda a, b: best((*a, *b)),
        times,
        star,
        lift,
        additive=K.additive,
        key=lambda a: tuple((K.key(weight), labels) for weight, labels in a),
    )
