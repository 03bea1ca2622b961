"""Posteriors: how much of the weight of a sequence's paths goes through each state and each arc."""

from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from wfsa.automaton import WFSA, State
from wfsa.errors import SemiringError
from wfsa.index import Index, index_of
from wfsa.labels import EPSILON
from wfsa.paths.forward import Chart, Symbols, Weigh, backward, forward, pathsum_vanished, quiet_pathsum
from wfsa.paths.underflow import beyond_error, vanished_error, warn_of_range
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.stars import add
from wfsa.weights.evaluate import constant, lifted
from wfsa.weights.multiply import is_beyond

V = TypeVar("V")


@dataclass(frozen=True)
class Posteriors(Generic[V]):
    """What `posteriors` finds.

    Attributes:
        states: [t][q] → the share of the paths that are in q after t symbols; T+1 charts.
        arcs: [t][i] → the share that uses the arc number i; a reading arc at t reads xs[t], an epsilon arc at t comes
            before xs[t] is read; T+1 charts.
    """

    states: list[Chart[V]]
    arcs: list[dict[int, V]]


def posteriors(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh = constant) -> Posteriors[V]:
    """The shares of states and arcs in the pathsum: (α[t][q] ⊗ β[t][q]) ⊘ pathsum, and the same with an arc between.

    In REAL these are probabilities, in LOG their logarithms; in MAX_PLUS how much the best path through there is worse
    than the best of all. With epsilon cycles they are expected numbers of visits, which can exceed one.

    Raises:
        SemiringError: K does not divide, or no path reads `xs`.
        RangeError: paths do, and all are too small for doubles, or their sum is too large. Warns
            (RangeWarning) where the pathsum is subnormal.

    Cost: that of `forward` and `backward`.
    """
    divide = as_semiring(K).needs("divide", "a posterior")
    total = quiet_pathsum(automaton, xs, K, weigh)
    if total == K.zero:
        if pathsum_vanished(automaton, xs, K, weigh):
            raise vanished_error("a posterior", K)
        raise SemiringError("posteriors need an accepting path of non-zero weight that reads the sequence (got none).")
    if is_beyond(total, K):
        raise beyond_error("a posterior", K)
    warn_of_range(total, K, lambda: False)
    before, after = forward(automaton, xs, K, weigh), backward(automaton, xs, K, weigh)
    value, index = lifted(weigh, K), index_of(automaton)
    states: list[Chart[V]] = [
        {q: divide(K.times(a[q], b[q]), total) for q in a if q in b} for a, b in zip(before, after, strict=True)
    ]
    arcs: list[dict[int, V]] = []
    for t, chart in enumerate(before):
        found: dict[State, V] = {}
        for number in _used(index, chart, xs, t):
            arc = automaton.arcs[number]
            epsilon = arc.label is EPSILON
            ahead = after[t] if epsilon else after[t + 1]
            if arc.target in ahead:
                weight = value(arc.weight, EPSILON if epsilon else xs[t])
                through = K.times(K.times(chart[arc.source], weight), ahead[arc.target])
                add(found, number, divide(through, total), K)
        arcs.append(found)
    return Posteriors(states, arcs)


def _used(index: Index, chart: Chart[V], xs: Symbols, t: int) -> list[int]:
    """The arcs that leave the states of a chart at t, in their order."""
    sides = [index.leaving[state] for state in chart]
    reading = [side.reading(xs[t]) for side in sides] if t < len(xs) else []
    return sorted(chain.from_iterable([*(side.epsilons for side in sides), *reading]))
