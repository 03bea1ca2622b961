"""The points of a tradeoff curve: the seeds of an arm at one size goal, of one hand-set shape, or of one setting."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from sparsify.errors import RunError
from sparsify.paper.outcome import Outcome

_SAME = 1e-3
"""How far an accuracy may lie from the share of texts that are right: it may have been rounded."""


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation over seeds; the latter is None of fewer than two, and has n − 1 below it."""

    mean: float
    sd: float | None


def spread(values: Iterable[float]) -> Spread:
    """Of at least one number."""
    found = np.array([*values], dtype=np.float64)
    return Spread(float(found.mean()), float(found.std(ddof=1)) if len(found) > 1 else None)


@dataclass(frozen=True)
class Point:
    """The models that differ by their seed only.

    Attributes:
        goal: the size asked for, in transitions; 0: none.
        shape: of what nothing is deleted from: transitions of the patterns, "24×1" or "6×4 + 6×3"; else "".
        outcomes: one per seed, in the order of seeds.
    """

    arm: str
    goal: int
    shape: str
    outcomes: tuple[Outcome, ...]

    @property
    def level(self) -> bool:
        """Has it no size, as baselines that are no automata?"""
        return any(one.transitions is None for one in self.outcomes)

    @cached_property
    def right(self) -> np.ndarray:
        """[seed, test text]: is the prediction the label?"""
        return np.stack([one.right.astype(bool) for one in self.outcomes])

    @cached_property
    def test(self) -> Spread:
        """Test accuracy, a share."""
        return spread(self.right.mean(1))

    @cached_property
    def dev(self) -> Spread:
        """Dev accuracy, a share."""
        return spread(one.dev for one in self.outcomes)

    @cached_property
    def transitions(self) -> Spread | None:
        """None of a level."""
        return None if self.level else spread(one.transitions or 0 for one in self.outcomes)

    @cached_property
    def patterns(self) -> Spread | None:
        """None of a level."""
        return None if self.level else spread(one.patterns or 0 for one in self.outcomes)

    @cached_property
    def stability(self) -> float | None:
        """How alike the structures of two seeds are: the mean over all pairs of the Jaccard index of `lengths`.

        After Kalousis, Prados and Hilario (2007), who measure so the stability of selected features. None of a level,
        and of a single seed.
        """
        pairs = [jaccard(a.lengths, b.lengths) for a, b in combinations(self.outcomes, 2)]
        return None if self.level or not pairs else float(np.mean(pairs))

    @property
    def name(self) -> str:
        """The arm, and which of its points this is."""
        if self.level:
            return self.arm
        size = f"goal {self.goal}" if self.goal else self.shape or _counted(self.transitions)
        return f"{self.arm} ({size})"


def jaccard(a: Sequence[int], b: Sequence[int]) -> float:
    """The Jaccard index of two multisets, Σ_l min(a_l, b_l) / Σ_l max(a_l, b_l), with a_l patterns of length l.

    It is 1 where they are equal, two empty ones among them, and 0 where no length is in both.
    """
    first, second = Counter(a), Counter(b)
    union = (first | second).total()
    return (first & second).total() / union if union else 1.0


def shape_of(lengths: Sequence[int]) -> str:
    """Transitions of patterns as their number × their length, longest first: "6×4 + 6×3"."""
    return " + ".join(f"{count}×{length}" for length, count in sorted(Counter(lengths).items(), reverse=True))


def _counted(transitions: Spread | None) -> str:
    return f"{transitions.mean:.4g} transitions" if transitions else ""


def points_of(outcomes: Iterable[Outcome], data: str) -> list[Point]:
    """The final models of a study by arm and, in an arm, by goal; what has no goal by its size.

    A model with a goal stands beside the other seeds of its arm and goal, whatever their hyper-parameters. Of models
    without a goal those belong together that have one shape, where nothing is deleted, and one setting where it is.

    Args:
        data: what the data set is called, for messages.

    Raises:
        RunError: there is no final model, one has no test predictions, they are not of the same number of texts, or a
            seed is there twice.
    """
    finals = [one for one in outcomes if one.stage == "final"]
    if not finals:
        raise RunError(f"{data} must have a finished final model (got none); finish the study, or name another.")
    _check_tested(finals, data)
    groups: dict[tuple[str, int, str, str], list[Outcome]] = {}
    for one in finals:
        groups.setdefault(_place(one), []).append(one)
    arms = list(dict.fromkeys(one.arm for one in finals))
    found = [_point(key, own, data) for key, own in groups.items()]
    return sorted(found, key=lambda point: (arms.index(point.arm), point.goal, _size(point)))


def _place(one: Outcome) -> tuple[str, int, str, str]:
    """Arm, goal, shape and setting."""
    if one.goal or one.transitions is None:
        return one.arm, one.goal, "", ""
    if one.logit_difference is None:  # nothing is deleted: a shape set by hand
        return one.arm, 0, shape_of(one.lengths), ""
    return one.arm, 0, "", _written(one.parameters)


def _written(parameters: Mapping[str, Any]) -> str:
    return json.dumps(parameters, sort_keys=True, default=str)


def _point(key: tuple[str, int, str, str], outcomes: Sequence[Outcome], data: str) -> Point:
    arm, goal, shape, _ = key
    twice = [seed for seed, count in Counter(one.seed for one in outcomes).items() if count > 1]
    point = Point(arm, goal, shape, tuple(sorted(outcomes, key=lambda one: one.seed)))
    if twice:
        raise RunError(
            f"{data} must have every seed of {point.name} once (got seed {twice[0]} twice); name each study or run "
            "once."
        )
    return point


def _size(point: Point) -> float:
    return point.transitions.mean if point.transitions else math.inf


def _check_tested(finals: Sequence[Outcome], data: str) -> None:
    rows = len(finals[0].right)
    for one in finals:
        who = f"{one.arm}, seed {one.seed}"
        if one.test is None or not len(one.right):
            raise RunError(f"{data} must have test predictions of every model (got none of {who}); name a test part.")
        if len(one.right) != rows:
            raise RunError(
                f"{data} must have the same test texts for all models (got {rows} and, of {who}, {len(one.right)}); "
                "draw studies of other texts as data sets of their own."
            )
        if abs(float(one.right.mean()) - one.test) > _SAME:
            raise RunError(
                f"{data} must have the accuracy that its predictions have (got {one.test:.4f} of {who}, of whose "
                f"predictions {one.right.mean():.4f} are right); take the study as it was written."
            )
