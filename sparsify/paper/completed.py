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

_SETTLED, _FAILED, _STEP = 8, 3, 1.2
"""How many models are led on for one goal, and how many of them without a certificate; the factor by which a strength
is raised first, each further step by a larger one."""


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

    The smallest goal first: where too many were not, none is tried for larger goals, which take more evaluations.
    """
    found, starts = list(candidates), sorted(candidates, key=lambda own: own.transitions)
    for goal in sorted(goals) if search.settings.certify else ():
        known = [own for own in found if own.certificate.certified]
        if nearest(known, goal, within) is None:
            settled, ended = _settled(search, known, starts, goal, within)
            found += debias(search, settled) if settled else []
            if ended:
                break
    return found


def _settled(
    search: Search, known: Sequence[Candidate], starts: list[Candidate], goal: int, within: int
) -> tuple[list[Candidate], bool]:
    """(Certified models on the way to the goal, were there too many without a certificate?).

    From a certified model that is too large the strength is raised, and where it has become too small, bisected: each
    goes on from the last, where little is left to do. Where there is none, larger candidates than the goal are settled,
    the smallest first, as they shrink on the way; `starts` that were taken are taken out. Where evaluations did not
    suffice, the strength is raised, too: models are stationary sooner there.
    """
    above = min((own for own in known if own.transitions > goal), key=lambda own: own.transitions, default=None)
    below, raised, failed, found = None, 1, 0, list[Candidate]()
    for _ in range(_SETTLED):
        if above is not None:
            start = replace(above, strength=_stronger(above, below, raised))
            raised += 1
        elif (larger := next((own for own in starts if own.transitions >= goal), None)) is not None:
            starts.remove(larger)
            start = larger
        else:
            break
        other = settle(search, start)
        certified, near = other.certificate.certified, abs(other.transitions - goal) <= within
        if certified:
            found.append(other)
        failed += not certified
        if (certified and near) or failed >= _FAILED:
            break
        if other.transitions > goal or (near and not certified):
            above = other
        elif above is not None:
            below = other
    return found, failed >= _FAILED


def _stronger(above: Candidate, below: Candidate | None, steps: int) -> float:
    """Between the strengths of a model that is too large and of one that is too small, or a step further."""
    return math.sqrt(above.strength * below.strength) if below is not None else above.strength * _STEP**steps
