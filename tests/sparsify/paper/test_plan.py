"""Which trainings a study is made of: where their numbers come from, and what follows from results."""

import json

import numpy as np
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from sparsify.paper.method_arms import FIXED, PATH, THRESHOLD, shape_of, shapes
from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import ATTEMPTS, FINAL, SEARCH, Task
from sparsify.paper.space import TABLE_4
from sparsify.paper.survey import survey
from tests.sparsify.paper.studies import Late, Shared, bare_plan, outcome


def drawn(sampling="uniform", samples=2000):
    """[sample] of the two settings that `Shared` draws."""
    plan = bare_plan(samples)
    tasks = survey(type(plan)(**{**vars(plan), "sampling": sampling}), [Shared()], {}).tasks
    return {name: np.array([task.parameters[name] for task in tasks]) for name in ("lr", "dropout")}


def test_samples_are_uniform_in_the_ranges_of_the_paper():
    """Kolmogorov and Smirnov's test; the plan is the same every time, and so is the answer."""
    for name, values in drawn().items():
        low, high = TABLE_4[name]
        assert scipy.stats.kstest(values, "uniform", (low, high - low)).pvalue > 0.01


def test_the_authors_draw_learning_rates_by_their_magnitude_and_dropout_uniformly():
    found = drawn("log-uniform")
    low, high = np.log(TABLE_4["lr"])

    assert scipy.stats.kstest(np.log(found["lr"]), "uniform", (low, high - low)).pvalue > 0.01
    assert scipy.stats.kstest(found["dropout"], "uniform", (0, 0.5)).pvalue > 0.01


@given(st.integers(1, 12), st.integers(1, 4), st.sets(st.integers(1, 90), min_size=1, max_size=4))
def test_a_plan_is_the_same_for_everybody_and_every_place_has_numbers_of_its_own(samples, seeds, goals):
    plan = bare_plan(samples, seeds, tuple(sorted(goals)))
    first, again = (survey(plan, [Shared()], {}) for _ in range(2))

    assert first == again
    assert len({task.key for task in first.tasks}) == len({task.parameters["lr"] for task in first.tasks}) == samples
    assert first.total == samples + seeds * len(goals)
    assert all(Task.from_dict(json.loads(json.dumps(task.as_dict()))) == task for task in first.tasks)


def searched(plan, devs):
    """Results of the search: [sample][goal] → dev accuracy."""
    tasks = survey(plan, [Shared()], {}).tasks
    return {
        task.key: [outcome(task, goal, dev) for goal, dev in zip(plan.goals, own, strict=True)]
        for task, own in zip(tasks, devs, strict=True)
    }


def test_every_goal_has_its_best_sample_and_goals_of_one_sample_share_its_trainings():
    plan = bare_plan(3, 2, (2, 4, 6))
    devs = [(0.7, 0.6, 0.6), (0.6, 0.9, 0.8), (0.7, 0.9, 0.5)]  # of equals the first
    finals = [task for task in survey(plan, [Shared()], searched(plan, devs)).tasks if task.stage == FINAL]

    assert [(task.goals, task.sample, task.seed) for task in finals] == [
        ((2,), 0, 0), ((2,), 0, 1), ((4, 6), 1, 0), ((4, 6), 1, 1),
    ]  # fmt: skip
    own = {task.sample: task.parameters for task in survey(plan, [Shared()], {}).tasks}
    assert all(task.parameters == own[task.sample] for task in finals)


def test_the_final_stage_waits_for_all_samples_and_has_other_seeds_than_the_search():
    plan = bare_plan(3, 2)
    results = searched(plan, [(0.5, 0.5)] * 3)
    first = next(iter(results))
    part = {key: own for key, own in results.items() if key != first}

    assert all(task.stage == SEARCH for task in survey(plan, [Shared()], part).tasks)
    every = survey(plan, [Shared()], results).tasks
    assert not {task.seed for task in every if task.stage == SEARCH} & {
        task.seed for task in every if task.stage == FINAL
    }


def test_what_is_thrown_away_is_drawn_again_a_bounded_number_of_times():
    plan, settled = bare_plan(1, 2), {}
    for attempt in range(ATTEMPTS):
        found = survey(plan, [Shared()], settled)
        assert len(found.tasks) == attempt + 1
        assert (found.open, found.finished) == (1, False)
        settled[found.tasks[-1].key] = []
    over = survey(plan, [Shared()], settled)

    assert len({task.parameters["lr"] for task in over.tasks}) == ATTEMPTS
    assert over.finished
    assert (over.done, over.open) == (over.total, 0)


def test_a_goal_that_no_sample_meets_is_not_waited_for():
    plan = bare_plan(2, 3)
    results = {key: own[:1] for key, own in searched(plan, [(0.5, 0.5)] * 2).items()}
    found = survey(plan, [Shared()], results)

    assert [task.goals for task in found.tasks if task.stage == FINAL] == [(2,)] * 3
    assert found.total - found.done == 3


def test_an_arm_may_begin_with_what_another_one_found():
    plan = bare_plan(2, 2)
    before, after = (survey(plan, [Shared(), Late()], own) for own in ({}, searched(plan, [(0.5, 0.7)] * 2)))

    assert all(task.arm == "shared" for task in before.tasks)
    assert before.total == after.total
    assert {task.parameters["lengths"] for task in after.tasks if task.arm == "late"} == {(2,), (4,)}


def test_a_studys_counts_grow_to_the_total_whatever_comes_out():
    """Half of all trainings fail, by chance: in the end nothing is left to do, and the counts never go back."""
    generator, plan, settled, done = np.random.default_rng(1), bare_plan(4, 3), {}, 0
    arms = [Shared(), Late()]
    while not (found := survey(plan, arms, settled)).finished:
        assert found.done >= done
        done = found.done
        waiting = [task for task in found.tasks if task.key not in settled]
        assert len(waiting) >= found.open > 0
        task = waiting[0]
        lucky = generator.random() < 0.5
        settled[task.key] = [outcome(task, goal, generator.random()) for goal in task.goals] if lucky else []
    assert found.total == 4 + 2 * 3 + 2 * (4 + 3)


def test_a_small_budget_begins_with_the_settings_as_they_are():
    plan = bare_plan(3, 1, (20,))
    own = type(plan)(**{**vars(plan), "from_defaults": True})
    rates = [task.parameters["lr"] for task in survey(own, [PATH], {}).tasks]
    first = survey(own, [PATH], {}).tasks[0]
    again = survey(own, [PATH], {first.key: []}).tasks[1]

    assert rates[0] == plan.settings.lr
    assert plan.settings.lr not in (*rates[1:], again.parameters["lr"])


def test_arms_ask_for_what_their_method_takes():
    plan = bare_plan(1, 1, (20, 40))
    own = {arm.name: survey(plan, [arm], {}).tasks for arm in (PATH, THRESHOLD, FIXED)}

    assert [task.goals for task in own["path"]] == [(20, 40)]
    assert [(task.goals, task.parameters["goal"]) for task in own["threshold"]] == [((20,), 20), ((40,), 40)]
    assert [task.parameters["shapes"] for task in own["fixed"]] == list(shapes(24))
    assert {"lr", "dropout"} <= own["path"][0].parameters.keys()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_a_shape_says_the_lengths(lengths):
    entries = [entry.split("x") for entry in shape_of(lengths).split(",")]

    assert sorted(int(length) for count, length in entries for _ in range(int(count))) == sorted(lengths)


def test_shapes_are_those_of_the_paper():
    assert shapes(24) == ("24x1", "24x2", "24x3", "24x4", "6x1,6x2,6x3,6x4")
    assert shapes(12)[-1] == "3x1,3x2,3x3,3x4"
    assert shapes(3)[-1] == "1x1,1x2,1x3"


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 2**32 - 1))
def test_outcomes_survive_json(right, seed):
    task = survey(bare_plan(), [Shared()], {}).tasks[0]
    before = outcome(task, 2, 0.25, right=np.array(right, dtype=bool), calibration=(0.1, 0.02), seconds=float(seed))
    after = Outcome.from_dict(json.loads(json.dumps(before.as_dict())))

    assert after.right.tolist() == right
    assert {**vars(after), "right": 0, "parameters": 0} == {**vars(before), "right": 0, "parameters": 0}
    assert after.parameters == before.parameters
