"""Which points of a data set are compared, and what comes out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sparsify.curve.exact_tests import Discordance, discordance, holm
from sparsify.curve.points import Point
from sparsify.curve.resampling import RESAMPLES, Difference, Draws, draw_seeds, draw_texts

SIZE, BASELINE = "size", "baseline"
"""Families of comparisons: arms at one size; arms and levels."""

_NEAR = 0.5
"""How far from a goal, as a share of it, a model without a goal may be that stands in for its arm."""


@dataclass(frozen=True)
class Comparison:
    """Two points on the same test texts.

    Attributes:
        family: of tests that are corrected together.
        a, b: the points; differences are a less b.
        difference: of their mean accuracies.
        holm: `difference.p`, corrected for the family.
        discordance: McNemar's test.
        discordance_holm: its p, corrected for the family.
    """

    family: str
    a: Point
    b: Point
    difference: Difference
    holm: float
    discordance: Discordance
    discordance_holm: float


def compare(points: Sequence[Point], seed: int = 0, resamples: int = RESAMPLES) -> list[Comparison]:
    """Arms against each other at one size, and every point against every level.

    At every goal an arm stands with its point of that goal, or else with that of its points without a goal that is
    nearest in size, if within half the goal: so a shape set by hand meets models of a size goal. Where nobody has a
    goal, all points of different arms meet. Each of the two families is corrected for itself.

    Args:
        points: of one data set, on the same texts in the same order.
        seed: of the draws, which are those of the texts for every pair: intervals are paired.
    """
    pairs = [(SIZE, *pair) for pair in _equal_sizes([point for point in points if not point.level])]
    pairs += [(BASELINE, a, b) for a in points if not a.level for b in points if b.level]
    draws = draws_of(points, seed, resamples)
    places = {id(point): place for place, point in enumerate(points)}
    found = [
        (draws[places[id(a)]].less(draws[places[id(b)]]), discordance(a.right, b.right)) for _, a, b in pairs
    ]  # fmt: skip
    families = [family for family, _, _ in pairs]
    corrected = _corrected(families, [difference.p for difference, _ in found])
    exact = _corrected(families, [discordant.p for _, discordant in found])
    return [
        Comparison(family, a, b, difference, corrected[k], discordant, exact[k])
        for k, ((family, a, b), (difference, discordant)) in enumerate(zip(pairs, found, strict=True))
    ]


def draws_of(points: Sequence[Point], seed: int = 0, resamples: int = RESAMPLES) -> list[Draws]:
    """Per point, over the same texts for all: differences between them are paired."""
    generator = np.random.default_rng(seed)
    accuracies = draw_texts(np.concatenate([point.right for point in points]), generator, resamples)
    ends = np.cumsum([len(point.right) for point in points])[:-1]
    parts = np.split(accuracies, ends, axis=1)
    return [draw_seeds(part, point.right, generator) for point, part in zip(points, parts, strict=True)]


def _equal_sizes(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Pairs of points of different arms at one size, each once."""
    goals = sorted({point.goal for point in points if point.goal})
    arms = list(dict.fromkeys(point.arm for point in points))
    seen = set()
    for goal in goals:
        standing = [point for arm in arms if (point := _stands(arm, goal, points)) is not None]
        for a, b in combinations(standing, 2):
            if (id(a), id(b)) not in seen:
                seen.add((id(a), id(b)))
                yield a, b
    if not goals:
        yield from ((a, b) for a, b in combinations(points, 2) if a.arm != b.arm)


def _stands(arm: str, goal: int, points: Iterable[Point]) -> Point | None:
    """The point of an arm that stands for it at a goal."""
    own = [point for point in points if point.arm == arm]
    exact = [point for point in own if point.goal == goal]
    if exact:
        return exact[0]
    near = [
        (abs(point.transitions.mean - goal), place)
        for place, point in enumerate(own)
        if not point.goal and point.transitions and abs(point.transitions.mean - goal) <= _NEAR * goal
    ]
    return own[min(near)[1]] if near else None


def _corrected(families: Sequence[str], p_values: Sequence[float]) -> list[float]:
    """Holm's correction, each family for itself."""
    found = [0.0] * len(p_values)
    for family in dict.fromkeys(families):
        places = [place for place, own in enumerate(families) if own == family]
        for place, p in zip(places, holm([p_values[place] for place in places]), strict=True):
            found[place] = p
    return found
