"""From results to tasks: search first, and where that is over, the seeds of the best samples."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from sparsify.paper.arms import Arm
from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import (
    FINAL,
    SEARCH,
    SEARCH_SEEDS,
    Plan,
    Settled,
    Survey,
    Task,
    Variant,
    best_of,
)


def survey(plan: Plan, arms: Iterable[Arm], settled: Settled) -> Survey:
    """All tasks that are known to be needed by these results, and how far the study is."""
    found, bests = Survey(), dict[str, dict[int, Outcome]]()
    for arm in arms:
        seeds = plan.seeds if arm.seeded else 1
        variants = arm.variants(plan, bests)
        unknown = (arm.expected(plan) - len(variants or ())) * (plan.samples + seeds)
        found.lack(unknown, over=variants is not None)
        searched = [(variant, _searched(plan, arm, variant, settled, found)) for variant in variants or ()]
        if variants is not None and all(outcomes is not None for _, outcomes in searched):
            bests[arm.name] = {
                goal: best
                for variant, outcomes in searched
                for goal in variant.goals
                if (best := best_of(outcomes or (), goal)) is not None
            }
        for variant, outcomes in searched:
            if outcomes is None:
                found.lack(len(variant.goals) * seeds, over=False)
            else:
                _add_seeds(arm, variant, outcomes, seeds, settled, found)
    return found


def _searched(plan: Plan, arm: Arm, variant: Variant, settled: Settled, found: Survey) -> list[Outcome] | None:
    """Outcomes of all samples; None: some are still to come."""

    def drawn(sample: int, attempt: int) -> Task:
        task = Task(arm.name, variant.name, variant.goals, SEARCH, sample, SEARCH_SEEDS + sample, attempt, {})
        values = arm.drawn(plan, sample + attempt * plan.samples, Random(task.key))
        return replace(task, parameters={**variant.parameters, **values})

    every = [found.settle(partial(drawn, sample), settled, 1) for sample in range(plan.samples)]
    if any(own is None for own in every):
        return None
    return [outcome for own in every for outcome in own or ()]


def _add_seeds(
    arm: Arm, variant: Variant, outcomes: Sequence[Outcome], seeds: int, settled: Settled, found: Survey
) -> None:
    """The final stage: goals that have their best sample in common share its trainings."""
    bests = [best for goal in variant.goals if (best := best_of(outcomes, goal)) is not None]
    found.lack((len(variant.goals) - len(bests)) * seeds, over=True)
    for sample in sorted({best.sample for best in bests}):
        own = [best for best in bests if best.sample == sample]
        goals, again = tuple(best.goal for best in own), arm.again(own[0])
        for seed in range(seeds):
            task = Task(arm.name, variant.name, goals, FINAL, sample, seed, 0, again)
            found.settle(partial(_renewed, task), settled, len(goals))


def _renewed(task: Task, attempt: int) -> Task:
    """The task in the place of one that failed: of another seed."""
    return replace(task, attempt=attempt, seed=task.seed + 100 * attempt)
