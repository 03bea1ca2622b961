"""Weight pushing: the same automaton with its weight as early as possible."""

from typing import TypeVar

from wfsa.automaton import WFSA, State
from wfsa.errors import DivergenceError, SemiringError
from wfsa.paths.evaluated import evaluated
from wfsa.paths.forward import Weigh
from wfsa.paths.total import totals_to_end
from wfsa.paths.underflow import beyond_error, sizes, vanished_error
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.float_stars import CANCELLED
from wfsa.weights.evaluate import constant
from wfsa.weights.multiply import divide_within, is_beyond, times_within

V = TypeVar("V")


def push(automaton: WFSA, K: Semiring[V], weigh: Weigh = constant) -> WFSA:
    """Equal pathsums, with d[p] = ⊕ over all ways from p to the end moved as early as possible.

    λ'[p] = λ[p] ⊗ d[p], w' = (w ⊗ d[q]) ⊘ d[p] for an arc p → q, ρ'[p] = ρ[p] ⊘ d[p]. After that the weights that
    leave a state, its final one included, sum to 1̄: in REAL they are probabilities. The result is trimmed.

    Raises:
        SemiringError: K does not divide, or signed weights cancel to d[p] = 0̄.
        RangeError: the paths from a state, or a weight of the result, are too small or too large for doubles.
        DivergenceError: the sum around a cycle has no value.

    Cost: that of `total_weight`. Source: Mohri (2009), §7.
    """
    as_semiring(K).needs("divide", "pushing")
    useful = evaluated(automaton, K, weigh)
    ahead = totals_to_end(useful, K)
    absolute = _sizes(useful, K)
    for state in useful.states:
        if is_beyond(ahead.get(state, K.zero), K):
            raise beyond_error("pushing", K)
        if ahead.get(state, K.zero) == K.zero and K.integral and (K.from_real is None or absolute.get(state) == 0):
            raise vanished_error("pushing", K)
        if ahead.get(state, K.zero) == K.zero or _cancels(ahead[state], absolute.get(state), K):
            raise SemiringError(f"pushing needs paths from a state that do not cancel (got a sum of 0̄ at {state}).")
    arcs = tuple(
        arc._replace(weight=divide_within(times_within(arc.weight, ahead[arc.target], K), ahead[arc.source], K))
        for arc in useful.arcs
    )
    initial = {state: times_within(weight, ahead[state], K) for state, weight in useful.initial.items()}
    final = {state: divide_within(weight, ahead[state], K) for state, weight in useful.final.items()}
    return WFSA(initial, arcs, final)


def _sizes(automaton: WFSA, K: Semiring[V]) -> dict[State, float]:
    """Over a field, state → what leads to the end from there, all weights taken by their size; nothing elsewhere."""
    if K.from_real is None or K.real is None:
        return {}
    real = K.real
    try:
        return {state: real(total) for state, total in totals_to_end(automaton, K, sizes(constant, K)).items()}
    except DivergenceError:  # it only converges by its signs: there is no size to compare with
        return {}


def _cancels(total: V, size: float | None, K: Semiring[V]) -> bool:
    """Is `total` what rounding leaves of paths whose signs cancel?"""
    return size is not None and K.real is not None and abs(K.real(total)) <= CANCELLED * size
