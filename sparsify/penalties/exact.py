"""When zero parameters mean death: the condition under which deleting what a group stands for changes no pathsum."""

from collections.abc import Collection, Sequence
from typing import Any

from neural.compile.layout import Layout
from sparsify.errors import PruneError
from sparsify.penalties.groups import Group, Groups
from wfsa import WFSA, Arc, Leaf, Semiring, Weight, accessible, at_zero, coaccessible, leaves, vanishes


def check_exact(layout: Layout, K: Semiring[Any], dead: Collection[Group]) -> None:
    """With the parameters of the `dead` groups at zero, is all that they delete on no path of a weight other than 0̄?

    Arcs and ends whose weight is 0̄ then, whatever else is learned, are left aside; what the groups delete must be out
    of reach. The more groups are dead, the more is out of reach: if it holds for each alone, it holds for any of them.

    Raises:
        PruneError: no; the message names an arc and its weight at zero parameters.
    """
    for p in sorted({group.pattern for group in dead}):
        own = [group for group in dead if group.pattern == p]
        zero = frozenset(leaf for group in own for leaf in group.leaves)
        pattern = layout.patterns[p]
        rest = living(pattern, zero, K)
        alive = accessible(rest) & coaccessible(rest)
        for group in own:
            if alive.intersection(group.states):
                _refuse(p, [state for state in group.states if state in alive], rest, zero, K)
            for place in group.arcs:
                arc = pattern.arcs[place]
                if arc in rest.arcs and arc.source in alive and arc.target in alive:
                    _refuse_arc(p, arc, zero, K)


def living(pattern: WFSA, zero: Collection[Leaf], K: Semiring[Any]) -> WFSA:
    """The pattern without the arcs and ends whose weight is 0̄ where the leaves in `zero` are 0."""
    return WFSA(
        {state: weight for state, weight in pattern.initial.items() if not _dies(weight, zero, K)},
        tuple(arc for arc in pattern.arcs if not _dies(arc.weight, zero, K)),
        {state: weight for state, weight in pattern.final.items() if not _dies(weight, zero, K)},
    )


def check_possible(grouped: Groups, K: Semiring[Any]) -> None:
    """Would every single group's death be exact? To be asked before training.

    Raises:
        PruneError: no.
    """
    for group in grouped.members:
        check_exact(grouped.layout, K, [group])


def _dies(weight: Weight, zero: Collection[Leaf], K: Semiring[Any]) -> bool:
    """Does the weight become 0̄ where the leaves in `zero` are, whatever else is learned?"""
    if all(leaf in zero for leaf in leaves(weight)):
        try:
            return bool(K.lift(at_zero(weight)) == K.zero)
        except (ArithmeticError, ValueError):  # it has no value there
            return False
    return bool(K.zero == 0) and vanishes(weight, lambda leaf: leaf in zero)


def _refuse(p: int, states: Sequence[int], rest: WFSA, zero: Collection[Leaf], K: Semiring[Any]) -> None:
    """Say which arc keeps one of the states alive, or that they are initial ones."""
    for state in states:
        for arc in rest.entering.get(state, ()):
            if arc.source != state and arc.source in accessible(rest):
                _refuse_arc(p, arc, zero, K)
    raise PruneError(
        f"an initial state cannot be deleted losslessly (got state {states[0]} of pattern {p}, which learned arcs "
        "enter); give it no learned self-loop, or group by arc or pattern."
    )


def _refuse_arc(p: int, arc: Arc, zero: Collection[Leaf], K: Semiring[Any]) -> None:
    whole = all(leaf in zero for leaf in leaves(arc.weight))
    try:
        weight = at_zero(arc.weight) if whole else arc.weight
    except (ArithmeticError, ValueError):
        weight = f"no value of {arc.weight}"
    raise PruneError(
        f"zero parameters must make arcs into a dead state weigh 0̄ (got {weight} in {K} on arc {arc.source} → "
        f"{arc.target} of pattern {p}); deleting it would change scores: use weights that vanish with their "
        "parameters, such as w · x or (1 − f) · (w · x), or accept the gap (allow_gap=True, --allow-gap)."
    )
