"""What a study asks of a path beyond its run: a model near every goal, and certificates of those that are reported."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sparsify.methods.base import Candidate, Search
from sparsify.methods.debias import debias
from sparsify.methods.polish import polish
from sparsify.methods.settle import settle
from sparsify.methods.snapshot import Snapshot
from sparsify.methods.strength_path import between

_BISECTIONS = 8

_SETTLED, _STEP = 8, 1.2
"""How many models are led on until they are certified, for one goal; the factor by which a strength is raised first,
each further step by a larger one."""


def nearest(candidates: Iterable[Candidate], goal: int, within: int) -> Candidate | None:
    """The candidate nearest the goal, if it is within reach: a certified one, where there is one; of two equally near
    the better by dev accuracy."""
    near = [own for own in candidates if abs(own.transitions - goal) <= within]
    return min(
        near,
        key=lambda own: (not own.certificate.certified, abs(own.transitions - goal), -own.dev_debiased),
        default=None,
    )


def filled(search: Search, candidates: Sequence[Candidate], goals: Iterable[int], within: int) -> list[Candidate]:
    """The candidates, and for goals that none is near one more, by bisection of the strength between its neighbours."""
    found = list(candidates)
    for goal in goals:
        if nearest(found, goal, within) is None and (own := _bisected(search, candidates, goal, within)) is not None:
            found.append(own)
    return found


def _bisected(search: Search, candidates: Sequence[Candidate], goal: int, within: int) -> Candidate | None:
    """None: the goal is not between two of them, or no strength was found."""
    larger = [own for own in candidates if own.transitions > goal]
    smaller = [own for own in candidates if own.transitions < goal]
    if not larger or not smaller:
        return None
    above = _snapshot(min(larger, key=lambda own: own.transitions))
    below = _snapshot(max(smaller, key=lambda own: own.transitions))
    for _ in range(_BISECTIONS):
        middle = between(search, above, below)
        (own,) = polish(search, [middle], range(search.settings.polish))
        if abs(own.transitions - goal) <= within:
            return debias(search, [own])[0]
        above, below = (middle, below) if own.transitions > goal else (above, middle)
    return None


def _snapshot(candidate: Candidate) -> Snapshot:
    """Where its polish began."""
    return Snapshot(candidate.transitions, candidate.strength, candidate.found)


def certified(search: Search, candidates: Sequence[Candidate], goals: Iterable[int], within: int) -> list[Candidate]:
    """The candidates, and certified ones near the goals, where `--certify` evaluations of each are enough.

    The smallest goal first: where a model cannot be certified, none is tried for larger goals, which take more.
    """
    found = list(candidates)
    for goal in sorted(goals) if search.settings.certify else ():
        if nearest([own for own in found if own.certificate.certified], goal, within) is None:
            settled, ended = _settled(search, found, goal, within)
            found += debias(search, settled) if settled else []
            if ended:
                break
    return found


def _settled(search: Search, candidates: Sequence[Candidate], goal: int, within: int) -> tuple[list[Candidate], bool]:
    """(Certified models on the way to the goal, could one not be certified?).

    Larger candidates than the goal are settled, the smallest first, as models shrink on the way. From the first that
    stays too large the strength is raised, up to where one has become too small, and bisected between the two.
    """
    starts = iter(sorted((own for own in candidates if own.transitions >= goal), key=lambda own: own.transitions))
    start, above, found = next(starts, None), None, list[Candidate]()
    for _ in range(_SETTLED):
        if start is None:
            break
        other = settle(search, start)
        if not other.certificate.certified:
            return found, True
        found.append(other)
        if abs(other.transitions - goal) <= within:
            break
        if other.transitions > goal:
            above = other
        start = next(starts, None) if above is None else replace(above, strength=_stronger(above, found, goal))
    return found, False


def _stronger(above: Candidate, found: Sequence[Candidate], goal: int) -> float:
    """Between `above` and the next strength at which a model is too small, or else a step further."""
    small = [own.strength for own in found if own.transitions < goal and own.strength > above.strength]
    if small:
        return math.sqrt(above.strength * min(small))
    return above.strength * _STEP ** sum(own.transitions > goal for own in found)
