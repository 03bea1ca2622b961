"""Which models make a point, how alike their structures are, and which studies are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparsify import RunError
from sparsify.curve.comparisons import compare
from sparsify.curve.panels import Panel, check_titles
from sparsify.curve.points import jaccard, points_of, shape_of
from tests.sparsify.curve.outcomes import outcome, some_right, study

lengths = st.lists(st.integers(1, 4), max_size=8)
RIGHT = [True, True, False, True]


def test_points_are_goals_shapes_and_baselines_in_the_order_of_arms():
    found = points_of(study(), "data")

    assert [(one.arm, one.goal, one.shape, one.level, len(one.outcomes)) for one in found] == [
        ("path", 20, "", False, 3), ("path", 40, "", False, 3),
        ("threshold", 20, "", False, 3), ("threshold", 40, "", False, 3),
        ("fixed", 0, "24×1", False, 3), ("fixed", 0, "24×2", False, 3),
        ("cnn", 0, "", True, 3), ("tfidf", 0, "", True, 1),
    ]  # fmt: skip


def test_means_and_deviations_are_numpys():
    found = points_of(study(), "data")[1]
    accuracies, sizes = [one.test for one in found.outcomes], [one.transitions for one in found.outcomes]

    assert (found.test.mean, found.test.sd) == pytest.approx((np.mean(accuracies), np.std(accuracies, ddof=1)))
    assert (found.transitions.mean, found.transitions.sd) == pytest.approx((np.mean(sizes), np.std(sizes, ddof=1)))
    assert points_of(study(), "data")[-1].test.sd is None


def test_without_a_goal_a_setting_is_a_point_whatever_its_seeds_found():
    def model(seed, sizes, strength):
        more = {"logit_difference": 0.0, "parameters": {"strength": strength}}
        return outcome("fixed", RIGHT, 0, seed, sizes, **more)

    found = points_of([model(0, [2], 0.1), model(1, [3, 1], 0.1), model(0, [4, 4], 0.01)], "data")

    assert [[one.transitions for one in point.outcomes] for point in found] == [[2, 4], [8]]


@given(lengths, lengths)
def test_the_jaccard_index_is_what_is_shared_of_what_there_is(a, b):
    left, shared = list(b), 0
    for length in a:
        if length in left:
            left.remove(length)
            shared += 1

    assert jaccard(a, b) == pytest.approx(shared / (len(a) + len(b) - shared) if a or b else 1)
    assert jaccard(a, b) == jaccard(b, a)
    assert (jaccard(a, b) == 1) == (sorted(a) == sorted(b))


def test_the_stability_of_an_arm_is_the_mean_over_pairs_of_seeds():
    models = [outcome("path", RIGHT, 20, seed, own) for seed, own in enumerate([(4, 4, 1), (4, 4), (1,)])]
    (point,) = points_of(models, "data")

    assert point.stability == pytest.approx((2 / 3 + 1 / 3 + 0) / 3)
    assert shape_of((4, 4, 1)) == "2×4 + 1×1"


def refused(models, said, title="data"):
    with pytest.raises(RunError, match=said) as error:
        Panel(title, models)
    assert str(error.value).count("\n") == 0


def test_studies_that_say_nothing_are_refused():
    refused([], "must have a finished final model")
    refused([outcome("path", RIGHT, 20, lengths=[1], stage="search", test=None)], "must have a finished final model")
    refused([outcome("path", [], 20, lengths=[1], test=None)], "must have test predictions")
    refused([outcome("path", RIGHT, test=0.5)], "must have the accuracy that its predictions have")
    refused([outcome("path", RIGHT), outcome("cnn", [*RIGHT, True])], "must have the same test texts")
    refused([outcome("path", RIGHT, 20, lengths=[1])] * 2, r"every seed of path \(goal 20\) once")
    refused([outcome("=cmd()", RIGHT)], "begin with a letter or a digit")
    refused([outcome("path", RIGHT)], "begin with a letter or a digit", title="\x1b[2J")
    with pytest.raises(RunError, match="a name of its own"):
        check_titles([Panel("data", [outcome("path", RIGHT)])] * 2)


def named(comparisons, family):
    return {(one.a.name, one.b.name) for one in comparisons if one.family == family}


def test_arms_meet_at_a_goal_or_at_the_nearest_shape_and_all_meet_the_baselines():
    points = points_of(study(), "data")
    found = compare(points, resamples=50)

    assert named(found, "size") == {
        ("path (goal 20)", "threshold (goal 20)"), ("path (goal 40)", "threshold (goal 40)"),
        ("path (goal 20)", "fixed (24×1)"), ("threshold (goal 20)", "fixed (24×1)"),
        ("path (goal 40)", "fixed (24×2)"), ("threshold (goal 40)", "fixed (24×2)"),
    }  # fmt: skip
    assert named(found, "baseline") == {
        (one.name, level) for one in points if not one.level for level in ("cnn", "tfidf")
    }
    assert len(found) == 6 + 12


def test_a_shape_far_from_every_goal_meets_nobody():
    models = [outcome("path", RIGHT, 20, lengths=[4] * 5), outcome("fixed", RIGHT, lengths=[4] * 24)]

    assert compare(points_of(models, "data"), resamples=5) == []


def test_without_goals_all_points_of_different_arms_meet():
    models = [outcome(arm, RIGHT, lengths=[1] * n) for arm in ("a", "b") for n in (3, 30)]

    assert len(named(compare(points_of(models, "data"), resamples=5), "size")) == 4


def test_a_comparison_is_that_of_the_models():
    generator = np.random.default_rng(0)
    a, b = some_right(generator, 0.9), some_right(generator, 0.6)
    models = [outcome("path", a, 20, lengths=[4] * 5), outcome("tfidf", b)]
    (found,) = compare(points_of(models, "data"), resamples=2000)

    assert found.difference.value == pytest.approx(a.mean() - b.mean())
    assert found.difference.low < found.difference.value < found.difference.high
    assert (found.discordance.only_a, found.discordance.only_b) == ((a & ~b).sum(), (b & ~a).sum())
    assert found.holm == found.difference.p < 0.01
    assert compare(points_of(models, "data"), resamples=2000)[0] == found
