"""The best accepting path, in every semiring whose ⊕ selects one of its arguments."""

from collections.abc import Hashable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.errors import DivergenceError
from wfsa.index import index_of
from wfsa.labels import EPSILON
from wfsa.paths.forward import Symbols, Weigh, pathsum_vanished, sequence
from wfsa.paths.underflow import vanished_error, warn_of_range
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.weights.evaluate import constant, lifted

V = TypeVar("V")


class Path(NamedTuple, Generic[V]):
    """An accepting path: its weight, its first state, and its arcs in order (epsilon arcs included)."""

    weight: V
    start: State
    arcs: tuple[Arc, ...]

    @property
    def states(self) -> tuple[State, ...]:
        """The states it visits, one more than its arcs."""
        return (self.start, *(arc.target for arc in self.arcs))

    @property
    def labels(self) -> tuple[Hashable, ...]:
        """What it reads: the labels of its arcs, without epsilons."""
        return tuple(arc.label for arc in self.arcs if arc.label is not EPSILON)


class Step(NamedTuple, Generic[V]):
    """The best way into a state: its weight, and the arc and the step before it (None at the start)."""

    weight: V
    arc: Arc | None
    before: "Step[V] | None"


def viterbi(automaton: WFSA, xs: Symbols, K: Semiring[V], weigh: Weigh = constant) -> Path[V] | None:
    """An accepting path that reads `xs` whose weight is ⊕ over all of them; None when there is none.

    Among equals, the path through the arcs that come first in the automaton.

    Raises:
        SemiringError: K does not select (REAL, LOG, COUNT and EXTREMES mix paths).
        RangeError: there are paths, and all are too small for doubles. Where the best is subnormal: RangeWarning.
        DivergenceError: an epsilon cycle improves a path without end.

    Cost: O(a log a) for the a arcs that leave live states and read their symbol, or nothing; those on an epsilon cycle
    of n states count n times at worst. The automaton is indexed once.
    """
    as_semiring(K).needs("selective", "a best path")
    path = _Search(automaton, K, weigh).best(xs)
    if path is not None:
        warn_of_range(path.weight, K, lambda: False)
    elif pathsum_vanished(automaton, xs, K, weigh):
        raise vanished_error("a best path", K)
    return path


class _Search(Generic[V]):
    """One automaton, one semiring, one way to weigh: the three things every step needs."""

    def __init__(self, automaton: WFSA, K: Semiring[V], weigh: Weigh) -> None:
        self.automaton = as_automaton(automaton)
        self.K = K
        self.value = lifted(weigh, K)
        self.index = index_of(automaton)

    def best(self, xs: Symbols) -> Path[V] | None:
        K = self.K
        chart = {state: Step(self.value(w, None), None, None) for state, w in self.automaton.initial.items()}
        self._follow_epsilons(chart)
        for symbol in sequence(xs):
            chart = self._read(chart, symbol)
            self._follow_epsilons(chart)
        winner: tuple[V, State] | None = None
        for state in self.index.ended(chart):
            total = K.times(chart[state].weight, self.value(self.automaton.final[state], None))
            if total != K.zero and (winner is None or self.K.better(total, winner[0])):
                winner = total, state
        return None if winner is None else unwind(winner[0], winner[1], chart[winner[1]])

    def _read(self, chart: Mapping[State, Step[V]], symbol: Any) -> dict[State, Step[V]]:
        after: dict[State, Step[V]] = {}
        for arc in self.index.reading(chart, symbol):
            self._offer(after, arc, symbol, chart[arc.source])
        return after

    def _offer(self, chart: dict[State, Step[V]], arc: Arc, symbol: Any, before: Step[V]) -> bool:
        """Take `arc` after `before` if that is a better way into its target."""
        weight = self.K.times(before.weight, self.value(arc.weight, symbol))
        if weight == self.K.zero or (arc.target in chart and not self.K.better(weight, chart[arc.target].weight)):
            return False
        chart[arc.target] = Step(weight, arc, before)
        return True

    def _gains(self, chart: Mapping[State, Step[V]], arc: Arc) -> bool:
        """Would the epsilon arc be a better way into its target by more than rounding?"""
        if arc.source not in chart:
            return False
        weight = self.K.times(chart[arc.source].weight, self.value(arc.weight, EPSILON))
        known = chart[arc.target].weight if arc.target in chart else self.K.zero
        return self.K.better(weight, known) and not self.K.near(weight, known)

    def _follow_epsilons(self, chart: dict[State, Step[V]]) -> None:
        """Relax epsilon arcs until nothing improves (Bellman–Ford): n rounds at most in a component of n states."""
        for size, arcs in self.index.epsilon_steps(chart):
            for _ in range(size):
                offers = [self._offer(chart, arc, EPSILON, chart[arc.source]) for arc in arcs if arc.source in chart]
                if not any(offers):
                    break
            else:
                if any(self._gains(chart, arc) for arc in arcs):
                    raise DivergenceError(
                        f"an epsilon cycle improves paths without end in {self.K} (around state {arcs[0].target}); "
                        "scale its weights down."
                    )


def unwind(weight: V, state: State, last: Step[V]) -> Path[V]:
    """The path that ends in `state` by the step `last`, from its first arc on."""
    arcs: list[Arc] = []
    step = last
    while step.arc is not None and step.before is not None:
        arcs.append(step.arc)
        step = step.before
    start = arcs[-1].source if arcs else state
    return Path(weight, start, tuple(reversed(arcs)))
