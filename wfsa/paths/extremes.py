"""The lowest and the highest accepting path when weights are real numbers of either sign."""

from collections.abc import Callable, Mapping
from typing import Any

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.errors import DivergenceError
from wfsa.index import Index, index_of
from wfsa.labels import EPSILON
from wfsa.paths.forward import Symbols, Weigh, sequence
from wfsa.paths.viterbi import Path, Step, unwind
from wfsa.semirings.scalars import REAL
from wfsa.weights.evaluate import constant, lifted
from wfsa.weights.expressions import Weight

Value = Callable[[Weight, Any], float]
Ends = tuple[Step[float], Step[float]]
"""The lowest and the highest way into a state."""


def extreme_paths(automaton: WFSA, xs: Symbols, weigh: Weigh = constant) -> tuple[Path[float], Path[float]] | None:
    """The accepting paths that read `xs` of lowest and of highest weight; None when no path reads it.

    Both ends are carried, since a negative factor turns the lowest into the highest: the weights of the two paths are
    `pathsum(automaton, xs, EXTREMES, weigh)`. Among equals, the path through the arcs that come first.

    Products that are too small or too large for doubles become 0 or infinite without a warning; so does what an epsilon
    cycle makes ever more extreme, where it gets there before that is seen.

    Raises:
        SemiringError: a weight is infinite.
        DivergenceError: an epsilon cycle makes ever more extreme paths, so that the extreme is attained by none.

    Cost: that of `viterbi`; an epsilon ring of n states in the wrong order takes n² steps.
    """
    value = lifted(weigh, REAL)
    chart: dict[State, Ends] = {}
    for state, weight in as_automaton(automaton).initial.items():
        step = Step(value(weight, None), None, None)
        chart[state] = step, step
    index = index_of(automaton)
    _follow_epsilons(index, chart, value)
    for symbol in sequence(xs):
        after: dict[State, Ends] = {}
        for arc in index.reading(chart, symbol):
            _offer(after, arc, value(arc.weight, symbol), chart[arc.source])
        chart = after
        _follow_epsilons(index, chart, value)
    return _best(automaton, chart, value)


def _offer(chart: dict[State, Ends], arc: Arc, weight: float, before: Ends) -> bool:
    """Take `arc` after either way into its source where that is more extreme than what its target has."""
    ways = [Step(step.weight * weight, arc, step) for step in before]
    low, high = min(ways, key=_weight), max(ways, key=_weight)
    if arc.target not in chart:
        chart[arc.target] = low, high
        return True
    old_low, old_high = chart[arc.target]
    better = low.weight < old_low.weight, high.weight > old_high.weight
    chart[arc.target] = low if better[0] else old_low, high if better[1] else old_high
    return any(better)


def _weight(step: Step[float]) -> float:
    return step.weight


def _follow_epsilons(index: Index, chart: dict[State, Ends], value: Value) -> None:
    """Relax epsilon arcs until nothing becomes more extreme; two rounds per state, since signs may turn once."""
    for size, arcs in index.epsilon_steps(chart):
        weights = [(arc, value(arc.weight, EPSILON)) for arc in arcs]
        for _ in range(2 * size + 1):
            gains = [_offer(chart, arc, weight, chart[arc.source]) for arc, weight in weights if arc.source in chart]
            if not any(gains):
                break
        else:
            raise DivergenceError(
                "an extreme path needs epsilon cycles that make no path more extreme (got one that always does, around "
                f"state {arcs[0].target}); scale its weights down."
            )


def _best(automaton: WFSA, chart: Mapping[State, Ends], value: Value) -> tuple[Path[float], Path[float]] | None:
    ended = [
        (step.weight * value(automaton.final[state], None), state, step)
        for state in index_of(automaton).ended(chart)
        for step in chart[state]
    ]
    if not ended:
        return None
    low, high = min(ended, key=lambda end: end[0]), max(ended, key=lambda end: end[0])
    return unwind(*low), unwind(*high)
