"""What is recorded of a training: accuracies, sizes and numbers that others count, a temperature that is best."""

import numpy as np
import pytest
import scipy.special

from sparsify.methods.certificate import TOLERANCE
from sparsify.paper.arms import DiscardedError
from sparsify.paper.bench import Bench
from sparsify.paper.completed import certified, filled
from sparsify.paper.method_arms import PATH, MethodArm
from sparsify.paper.plan import FINAL, SEARCH, Task
from sparsify.paper.report import spread, table
from sparsify.runs.experiment import train
from tests.sparsify.paper.studies import bare_plan, outcome, tiny_plan, write_data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    write_data(folder)
    return folder


def task(stage, goals=(2, 4)):
    return Task("path", "", goals, stage, 0, 7, 0, {"lr": 0.05, "dropout": 0.1})


def cross_entropy(scores, labels):
    """Its mean, as scipy has it."""
    return -scipy.special.log_softmax(scores, 1)[np.arange(len(labels)), labels].mean()


def test_outcomes_are_those_of_the_models(folder):
    """Against predictions, counts and differences that are taken from the models themselves."""
    plan, own = tiny_plan(folder, certify=0), Bench(tiny_plan(folder))
    found = {one.goal: one for one in PATH.run(plan, task(FINAL), own)}
    _, candidates = train(PATH.settings(plan, task(FINAL)), own.material)
    texts, labels = own.corpus.test.texts, np.array(own.corpus.test.labels)

    assert found
    for goal, made in found.items():
        chosen = min(candidates, key=lambda one: (abs(one.transitions - goal), -one.dev_debiased))
        assert made.transitions == chosen.transitions == sum(made.lengths)
        assert abs(made.transitions - goal) <= plan.within
        assert made.dev == chosen.dev_debiased
        scores = chosen.model(own.material.test.batch(np.arange(len(texts)))).detach().numpy()
        assert made.right.tolist() == (scores.argmax(1) == labels).tolist()
        assert made.test == np.mean(made.right)
        # Of every transition a vector and, of its self-loop, a vector and a bias; classes: weights and biases.
        assert made.learned == {
            "patterns": made.transitions * (4 + 4 + 1), "classes": 2 * made.patterns + 2, "vectors": 0,
        }  # fmt: skip
        words = len(own.material.encoder.table)
        assert made.stored == made.learned["patterns"] + made.learned["classes"] + 4 * words
        assert made.logit_difference == 0
        dev = chosen.model(own.material.dev.batch(np.arange(len(own.corpus.dev.texts)))).detach().double().numpy()
        losses = [cross_entropy(dev / (made.temperature * factor), own.corpus.dev.labels) for factor in (0.98, 1, 1.02)]
        assert losses[1] == min(losses)
        assert made.certified == (made.revivals == 0 and made.residual < TOLERANCE and made.margin > 0)


def test_what_is_reported_is_certified_where_that_can_be_had(folder):
    plan, plain = tiny_plan(folder), tiny_plan(folder, certify=0)
    after, before = (PATH.run(own, task(FINAL), Bench(own)) for own in (plan, plain))

    assert sum(one.certified for one in after) > sum(one.certified for one in before)
    assert all(abs(one.transitions - one.goal) <= plan.within for one in after)
    for one in after:
        assert one.certified == (one.revivals == 0 and one.residual < TOLERANCE and one.margin > 0)


def test_a_goal_between_two_sizes_is_met(folder):
    """As if the path had met its smallest and its largest model only."""
    plan = tiny_plan(folder, certify=0)
    search, candidates = train(PATH.settings(plan, task(SEARCH)), Bench(plan).material)
    ends = [candidates[0], candidates[-1]]
    goal = (ends[0].transitions + ends[1].transitions) // 2
    (own,) = filled(search, ends, [goal], 1)[2:]

    assert abs(own.transitions - goal) <= 1
    assert filled(search, ends, [ends[0].transitions], 0) == ends


def test_a_certified_model_is_met_from_a_larger_one(folder):
    """From the largest only, whose strength is raised until the goal is reached."""
    plan = tiny_plan(folder, certify=300)
    search, candidates = train(PATH.settings(plan, task(FINAL)), Bench(plan).material)
    largest = candidates[-1]
    _, *settled = certified(search, [largest], [2], 0)

    assert all(own.certificate.certified for own in settled)
    assert settled[-1].transitions == 2 < largest.transitions - 2
    assert settled[0].strength < settled[-1].strength
    assert certified(search, [largest], [largest.transitions], 0)[0] is largest


def test_the_search_does_not_look_at_test_texts(folder):
    plan = tiny_plan(folder)
    for one in PATH.run(plan, task(SEARCH), Bench(plan)):
        assert (one.test, len(one.right), one.calibration, one.residual) == (None, 0, None, None)


def test_vectors_that_move_are_counted_and_do_not_stay_for_the_next_training(folder):
    plan = tiny_plan(folder)
    moving = type(plan)(
        **{**vars(plan), "settings": type(plan.settings)(**{**vars(plan.settings), "move_vectors": "all"})}
    )
    bench = Bench(moving)
    before = bench.material.encoder.table.clone()
    first, second = (PATH.run(moving, task(FINAL), bench) for _ in range(2))

    assert all(0 < own.learned["vectors"] <= before.numel() for own in first)
    assert [(own.test, own.learned) for own in first] == [(own.test, own.learned) for own in second]
    assert (bench.material.encoder.table == before).all()


def test_what_gives_no_model_near_a_goal_is_thrown_away(folder):
    plan = tiny_plan(folder, goals=(5,))
    near = type(plan)(**{**vars(plan), "goals": (90,)})

    with pytest.raises(DiscardedError, match="no model is within 2 transitions of 90"):
        PATH.run(near, task(SEARCH, (90,)), Bench(near))


def test_training_that_diverges_is_thrown_away(folder):
    plan = tiny_plan(folder)
    wild = Task("path", "", (2,), SEARCH, 0, 1, 0, {"lr": 1e30})

    with pytest.raises(DiscardedError, match="finite"):
        PATH.run(plan, wild, Bench(plan))


def test_texts_that_have_changed_since_are_refused(folder):
    plan = tiny_plan(folder)
    other = type(plan)(**{**vars(plan), "digest": "0" * 64})

    with pytest.raises(ValueError, match="planned 000000000000"):
        MethodArm("path", "path").run(other, task(SEARCH), Bench(other))


def test_tables_have_means_and_standard_deviations_of_samples():
    plan, right = bare_plan(), np.ones(4, dtype=bool)
    sizes, tests = [2, 4, 6], [0.7, 0.8, 0.9]
    found = [
        outcome(task(FINAL), 4, transitions=size, test=test, right=right, learned={"patterns": 10, "classes": size})
        for size, test in zip(sizes, tests, strict=True)
    ]
    rows = [row.split() for row in table([outcome(task(SEARCH), 4), *found])]

    assert plan.goals[1] == 4
    assert rows[1:] == [["path", "4", "3", "4.0", "±", "2.0", "50.0", "±", "0.0", "80.0", "±", "10.0", "14"]]
    assert spread([1.0]) == "1.0"
