"""Sums over all paths from every state to the end: x = ρ + M x, component by component, successors first.

Small components are solved exactly. Large ones are iterated (Gauss–Seidel), and what is found is proved to be near:
where a vector v > 0 with v − |M| v = u > 0 is known, the series converges, and for the residual r of what was found the
error (I − M)⁻¹ r is at most v · max |r| / u in size. Source: Berman and Plemmons (1994), chapter 6; Collatz (1942).
"""

from typing import Any

import numpy as np

from wfsa.arrays import linear, walks
from wfsa.arrays.graph import Array, Graph, Rows
from wfsa.arrays.selective import best_to_end
from wfsa.errors import DivergenceError, SizeError
from wfsa.semirings.base import Semiring
from wfsa.semirings.float_stars import MARGIN, real_matrix_star
from wfsa.semirings.scalars import MAX_PLUS

EXACT, SIGNED = 100, 1500
"""States of a component up to which it is always solved exactly; where it converges by its signs only."""

_SWEEPS_OF_DENSE = 50
"""n³ of a dense component costs no more than so many sweeps over its arcs: then it is solved exactly, too."""

TOLERANCE = 1e-10
"""What is found lies as near as this to the sum, as a share of the sum of the sizes of all paths."""

_STILL, _SWEEPS, _LOOK = 1e-15, 20_000, 50
"""Sweeps end where no number changes by more than this share; at most so many; divergence is looked for every so often.
"""


def sums_to_end(graph: Graph, K: Semiring[Any]) -> Array:
    """[place]: ⊕ over all paths from there to the end, where ⊕ adds numbers, or logarithms of numbers.

    Raises:
        DivergenceError: the sum around a cycle has no value; the message names states of its component.
        SizeError: a component of more than 100 states converges too slowly to be summed to 1e-10.

    Cost: O(|arcs|) and for components of up to 100 states, or of n³ ≤ 50 |arcs|, n³; for larger ones O(arcs · sweeps),
    where sweeps grow with the number of times that a cycle is walked on average.
    """
    if K.additive:
        return _logarithms(graph, K)
    with np.errstate(over="ignore", invalid="ignore"):
        return _sums(graph, graph.forward, graph.end, K)


def _logarithms(graph: Graph, K: Semiring[Any]) -> Array:
    """By numbers: with the best way φ from every state to the end, exp(w + φ[target] − φ[source]) is at most 1."""
    try:
        best, edges = best_to_end(graph, MAX_PLUS), graph.forward
    except DivergenceError as error:
        raise DivergenceError(f"a sum in {K} is at least its largest term, which has no end: {error}") from None
    source = np.repeat(np.arange(len(best)), np.diff(edges.first))
    weight = np.exp(edges.weight + best[edges.target] - best[source])
    with np.errstate(invalid="ignore"):
        end = np.where(graph.end > -np.inf, np.exp(graph.end - best), 0.0)
    return np.asarray(best + np.log(_sums(graph, edges.weighing(weight), end, K)))


def _sums(graph: Graph, edges: Rows, end: Array, K: Semiring[Any]) -> Array:
    total, room = end.copy(), np.full(len(end), -1)
    order, starts = walks.components(edges.first, edges.target)
    component = 0
    while (component := linear.passed_on(*edges.parts, order, starts, component, total)) < len(starts) - 1:
        members = order[starts[component] : starts[component + 1]]
        *inner, given = linear.cut_out(*edges.parts, members, room, total)
        own = Rows(*inner)
        dense = len(members) ** 3 <= max(EXACT**3, _SWEEPS_OF_DENSE * len(own.weight))
        try:
            total[members] = (_exactly if dense else _iterated)(own, given)
        except DivergenceError as error:
            raise DivergenceError(f"around state {graph.names(members)}: in {K}, {error}") from None
        component += 1
    return total


def _exactly(edges: Rows, given: Array) -> Array:
    return np.asarray(real_matrix_star(linear.dense(*edges.parts)) @ given)


def _iterated(edges: Rows, given: Array) -> Array:
    """x = given + M x, iterated until it stands still, and proved."""
    sizes, signed = edges.weighing(np.abs(edges.weight)), bool((edges.weight < 0).any())
    try:
        whole = _still(sizes, np.abs(given))
    except DivergenceError:
        if not signed:
            raise
        return _by_its_signs(edges, given)
    found = _still(edges, given) if signed or (given < 0).any() else whole
    scale = whole if whole.all() else np.ones(len(given))
    above = _still(sizes, scale)
    room = above - linear.times(*sizes.parts, above)
    if not (room > MARGIN * above).all():
        raise _undecided(len(given))
    residual = given + linear.times(*edges.parts, found) - found
    if not (above * float(np.max(np.abs(residual) / room)) <= TOLERANCE * scale).all():
        raise _undecided(len(given))
    return found


def _by_its_signs(edges: Rows, given: Array) -> Array:
    """Where |M| has no sum, M may have one."""
    if len(given) > SIGNED:
        raise SizeError(
            f"sums around cycles of more than {SIGNED} states need to converge whatever the signs of the weights are "
            f"(got {len(given)} states whose weights' sizes diverge); scale the weights of these cycles down."
        )
    return _exactly(edges, given)


def _still(edges: Rows, given: Array) -> Array:
    """The limit of the sweeps."""
    x, growing = np.zeros(len(given)), np.ones(len(given))
    for sweeps in range(1, _SWEEPS + 1):
        change = linear.sweep(*edges.parts, given, x)
        if change <= _STILL and change >= 0:
            break
        if change < 0 or not np.isfinite(x).all() or (sweeps % _LOOK == 0 and _grows(edges, growing)):
            raise DivergenceError(
                "a sum over all paths needs cycles that converge (got some that do not); scale the weights of that "
                "cycle down."
            )
    return x


def _grows(edges: Rows, y: Array) -> bool:
    """Is the spectral radius of |M| at least 1, by the ratios of |M| y to a y > 0 that is led on here, in place?"""
    sizes = np.abs(edges.weight)
    for _ in range(_LOOK):
        after = linear.times(edges.first, edges.target, sizes, y)
        if (after >= (1 - MARGIN) * y).all():
            return True
        y += after
        y /= y.max()
    return False


def _undecided(states: int) -> SizeError:
    return SizeError(
        f"the sum around cycles of {states} states has no value, or converges so slowly that it cannot be told to "
        f"{TOLERANCE} in {_SWEEPS:,} sweeps; scale the weights of these cycles down."
    )
