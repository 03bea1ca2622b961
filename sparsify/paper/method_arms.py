"""Methods of structure learning as arms."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import torch

from neural import StaticVectors
from sparsify.errors import ConfigError, SparsifyError
from sparsify.methods.base import Candidate, Search
from sparsify.paper.arms import DiscardedError
from sparsify.paper.bench import Bench
from sparsify.paper.completed import certified, filled, nearest
from sparsify.paper.measure import measured
from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import FINAL, Bests, Plan, Task, Variant
from sparsify.paper.space import TABLE_4, draw
from sparsify.runs.experiment import train
from sparsify.settings import Settings
from sparsify.tables import METHOD_FLAGS

_PENALISED = ("lr", "dropout", "variational_dropout")
_PLAIN = tuple(TABLE_4)
"""What is drawn; weight decay only where no penalty of the method's own shrinks parameters in the same metric."""

_OF_SEARCH = ("goal", "within")
"""Parameters that are left out when the best sample is trained again: at the strength that was found."""


@dataclass(frozen=True)
class MethodArm:
    """A method that gives models of all sizes in one training: of each goal the nearest within reach is taken.

    Attributes:
        method: an entry of `sparsify.tables.METHODS`.
        space: the settings that are drawn.
    """

    name: str
    method: str
    space: tuple[str, ...] = _PENALISED
    seeded = True

    def expected(self, plan: Plan) -> int:
        """One."""
        return 1

    def variants(self, plan: Plan, bests: Bests) -> Sequence[Variant] | None:
        """One training serves all goals."""
        return [Variant("", plan.goals)]

    def drawn(self, plan: Plan, sample: int, generator: Random) -> Mapping[str, Any]:
        """Of Table 4."""
        if plan.from_defaults and sample == 0:
            return {name: getattr(plan.settings, name) for name in self.space}
        return draw(self.space, plan.sampling, generator)

    def again(self, best: Outcome) -> Mapping[str, Any]:
        """As they were."""
        return best.parameters

    def chosen(self, plan: Plan, goal: int, candidates: Sequence[Candidate]) -> Candidate | None:
        """The candidate nearest the goal within reach."""
        return nearest(candidates, goal, plan.within)

    def completed(self, plan: Plan, task: Task, search: Search, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """What the study asks for beyond a run of the method: nothing."""
        return candidates

    def found(self, task: Task, candidate: Candidate) -> Mapping[str, Any]:
        """The parameters to record."""
        return task.parameters

    def settings(self, plan: Plan, task: Task) -> Settings:
        """Of the training."""
        own = {name: value for name, value in plan.of_methods.items() if name in METHOD_FLAGS.get(self.method, ())}
        return replace(plan.settings, **{**own, "method": self.method, "seed": task.seed, **task.parameters})

    def check(self, plan: Plan, task: Task) -> None:
        """Do the settings go together?"""
        self.settings(plan, task)

    def run(self, plan: Plan, task: Task, bench: Bench) -> list[Outcome]:
        """Train, and measure a candidate for every goal."""
        settings, material, began = self.settings(plan, task), bench.material, time.process_time()
        encoder = material.encoder
        candidates: Sequence[Candidate]
        before = encoder.table.clone() if isinstance(encoder, StaticVectors) else torch.empty(0)
        try:
            search, candidates = train(settings, material)
            candidates = self.completed(plan, task, search, candidates)
            spent = time.process_time() - began
        except ConfigError:
            raise
        except SparsifyError as error:
            raise DiscardedError(str(error)) from None
        finally:
            if isinstance(encoder, StaticVectors) and not torch.equal(encoder.table, before):
                bench.used()
        outcomes = []
        for goal in task.goals:
            own = self.chosen(plan, goal, candidates)
            if own is not None:
                place = {**task.place(goal), "parameters": self.found(task, own)}
                outcomes.append(Outcome(**place, **measured(task.stage, search, own, material), seconds=spent))
        if not outcomes:
            sizes = ", ".join(str(own.transitions) for own in candidates)
            goals = ", ".join(map(str, task.goals))
            raise DiscardedError(f"no model is within {plan.within} transitions of {goals} (got {sizes or 'none'}).")
        return outcomes


class PathArm(MethodArm):
    """The path: between the sizes that it met a goal is met by bisection, and what is reported is certified."""

    def completed(self, plan: Plan, task: Task, search: Search, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """A model for every goal; in the final stage with a certificate, where it can be had."""
        every = filled(search, candidates, task.goals, plan.within)
        return certified(search, every, task.goals, plan.within) if task.stage == FINAL else every


class GoalArm(MethodArm):
    """A method that is given one goal, for which it searches the strength; the final stage keeps that strength."""

    def expected(self, plan: Plan) -> int:
        """One for each goal."""
        return len(plan.goals)

    def variants(self, plan: Plan, bests: Bests) -> Sequence[Variant] | None:
        """Every goal has a search of its own."""
        return [Variant(str(goal), (goal,), {"goal": goal, "within": plan.within}) for goal in plan.goals]

    def chosen(self, plan: Plan, goal: int, candidates: Sequence[Candidate]) -> Candidate | None:
        """The one that there is: at the strength of another seed's search its size may be any."""
        return candidates[-1]

    def found(self, task: Task, candidate: Candidate) -> Mapping[str, Any]:
        """With the strength, without the goal."""
        own = {name: value for name, value in task.parameters.items() if name not in _OF_SEARCH}
        return {**own, "strength": candidate.strength}


class ShapeArm(MethodArm):
    """Hand-set sizes, as in §3 of the paper: all patterns of one length, or as many of each length."""

    def expected(self, plan: Plan) -> int:
        """Five."""
        return len(shapes(plan.settings.patterns))

    def variants(self, plan: Plan, bests: Bests) -> Sequence[Variant] | None:
        """Every shape has a search of its own."""
        return [Variant(shape, (0,), {"shapes": shape}) for shape in shapes(plan.settings.patterns)]

    def chosen(self, plan: Plan, goal: int, candidates: Sequence[Candidate]) -> Candidate | None:
        """The one that there is."""
        return candidates[-1]


class LearnedShapeArm(ShapeArm):
    """The shapes that the path found, trained from new random values, with a search of their own."""

    def expected(self, plan: Plan) -> int:
        """One for each goal."""
        return len(plan.goals)

    def variants(self, plan: Plan, bests: Bests) -> Sequence[Variant] | None:
        """The shape of the path's best sample for every goal that it met."""
        if PATH.name not in bests:
            return None
        return [
            Variant(str(goal), (goal,), {"shapes": shape_of(best.lengths)}) for goal, best in bests[PATH.name].items()
        ]


def shapes(patterns: int) -> tuple[str, ...]:
    """24x1, 24x2, 24x3, 24x4 and 6x1,6x2,6x3,6x4 for 24 patterns."""
    mixed = ",".join(f"{count}x{length}" for length in range(1, 5) if (count := (patterns + 4 - length) // 4))
    return (*(f"{patterns}x{length}" for length in range(1, 5)), mixed)


def shape_of(lengths: Sequence[int]) -> str:
    """(3, 1, 1) → 1x3,2x1."""
    counts = Counter(lengths)
    return ",".join(f"{counts[length]}x{length}" for length in sorted(counts, reverse=True))


PATH = PathArm("path", "path")
DUAL_AVERAGING = MethodArm("dual-averaging", "dual-averaging")
DGATE = MethodArm("dgate", "dgate")
THRESHOLD = GoalArm("threshold", "threshold", _PLAIN)
FIXED = ShapeArm("fixed", "fixed", _PLAIN)
SCRATCH = LearnedShapeArm("scratch", "fixed", _PLAIN)
