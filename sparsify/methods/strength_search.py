"""The strength that leaves a size, by doubling and halving: the paper's search, as its authors' code goes about it."""

from collections.abc import Callable

from sparsify.errors import SearchError

_LOWEST, _HIGHEST = 1e-9, 1e2
"""A strength beyond these is none (the paper, footnote 14)."""

_TRAININGS = 26


def find_strength(size_at: Callable[[float], int], first: float, goal: int, within: int) -> float:
    """A strength λ at which `size_at` is within `within` of `goal`.

    λ is doubled while models are too large and halved while they are too small. Where one kind follows the other, the
    rate g ← (g + 1) / 2 comes first, which never grows again.
    Source: Dodge, Schwartz, Peng and Smith (2019), appendix A, and their code, which has the rate.

    Args:
        size_at: trains at a strength and returns the size, in transitions.
        first: the strength to begin with.

    Raises:
        SearchError: λ left [1e-9, 1e2], or 26 trainings did not find one.
    """
    strength, rate, before, tried = first, 2.0, 0, []
    for _ in range(_TRAININGS):
        size = size_at(strength)
        tried.append(size)
        if abs(size - goal) <= within:
            return strength
        side = 1 if size > goal else -1
        if side == -before:
            rate = (rate + 1) / 2
        strength, before = strength * rate**side, side
        if not _LOWEST <= strength <= _HIGHEST:
            break
    nearest = min(tried, key=lambda size: abs(size - goal))
    raise SearchError(
        f"a strength in [{_LOWEST:g}, {_HIGHEST:g}] must leave {goal} ± {within} transitions (got {nearest} at the "
        f"nearest of {len(tried)} trainings, and {strength:.3g} for the next); take another --lr or --strength, or a "
        "wider --within."
    )
