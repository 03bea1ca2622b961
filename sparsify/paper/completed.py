"""What a study asks of a path beyond its run: a model near every goal, and certificates of those that are reported."""

from collections.abc import Iterable, Sequence

from sparsify.methods.base import Candidate, Search
from sparsify.methods.debias import debias
from sparsify.methods.polish import polish
from sparsify.methods.settle import settle
from sparsify.methods.snapshot import Snapshot
from sparsify.methods.strength_path import between

_BISECTIONS = 8


def nearest(candidates: Iterable[Candidate], goal: int, within: int) -> Candidate | None:
    """The candidate nearest the goal, if it is within reach; of two equally near the better by dev accuracy."""
    near = [own for own in candidates if abs(own.transitions - goal) <= within]
    return min(near, key=lambda own: (abs(own.transitions - goal), -own.dev_debiased), default=None)


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
    """The candidates; of those nearest to goals which are not certified, what `--certify` evaluations make of them.

    Where that is still not certified, or no longer near the goal, the candidate stays as it is.
    """
    found = list(candidates)
    for goal in goals:
        own = nearest(found, goal, within)
        if own is None or own.certificate.certified or not search.settings.certify:
            continue
        other = settle(search, own)
        if other.certificate.certified and abs(other.transitions - goal) <= within:
            found[found.index(own)] = debias(search, [other])[0]
    return found
