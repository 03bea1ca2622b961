"""Intervals of differences against scipy's bootstrap, variance components, and what they promise: coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from sparsify.curve.resampling import draw_seeds, draw_texts
from tests.sparsify.curve.outcomes import some_right


def drawn(arms, resamples=4000, seed=0):
    """`Draws` of every arm, over the same texts."""
    generator = np.random.default_rng(seed)
    accuracies = draw_texts(np.concatenate(arms), generator, resamples)
    parts = np.split(accuracies, np.cumsum([len(arm) for arm in arms])[:-1], axis=1)
    return [draw_seeds(part, arm, generator) for part, arm in zip(parts, arms, strict=True)]


def crossed(generator, arms, seeds, texts, seed_effect, chance):
    """Models that are right by the text, the arm's own view of it, the seed, and chance; all arms equally good."""
    easy = generator.normal(0.8, 1, texts)
    return [
        easy
        + generator.normal(0, 0.5, texts)
        + generator.normal(0, seed_effect, (seeds, 1))
        + generator.normal(0, chance, (seeds, texts))
        > 0
        for _ in range(arms)
    ]


@pytest.mark.parametrize("seeds", [1, 4])
def test_the_interval_over_texts_is_that_of_scipys_paired_bootstrap(seeds):
    generator = np.random.default_rng(1)
    a = np.stack([some_right(generator, 0.85, 400) for _ in range(seeds)])
    b = np.where(generator.random((seeds, 400)) < 0.7, a, generator.random((seeds, 400)) < 0.7)
    first, second = drawn([a, b])
    found = first.less(second)
    theirs = bootstrap(
        (a.mean(0), b.mean(0)), lambda x, y, axis: x.mean(axis) - y.mean(axis), paired=True, method="percentile",
        n_resamples=4000, rng=np.random.default_rng(2),
    ).confidence_interval  # fmt: skip

    assert found.value == pytest.approx(a.mean() - b.mean())
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.004)
    assert theirs.high - theirs.low > 0.02


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_texts_are_drawn_for_all_models_at_once(seed, texts):
    generator = np.random.default_rng(seed)
    right = some_right(generator, 0.6, texts)
    found = draw_texts(np.stack([right, right, ~right, np.ones(texts)]), generator, 7)

    assert found.shape == (7, 4)
    assert (found[:, 0] == found[:, 1]).all()
    assert found[:, 0] + found[:, 2] == pytest.approx(1)
    assert (found[:, 3] == 1).all()
    assert found * texts == pytest.approx(np.round(found * texts))


def test_draws_do_not_depend_on_how_many_are_held_at_once(monkeypatch):
    right = np.stack([some_right(np.random.default_rng(3), 0.6, 100)])
    whole = draw_texts(right, np.random.default_rng(0), 50)
    monkeypatch.setattr("sparsify.curve.resampling._BLOCK", 700)

    assert (draw_texts(right, np.random.default_rng(0), 50) == whole).all()


def test_seeds_add_the_component_of_variance_that_least_squares_finds():
    right = crossed(np.random.default_rng(4), 1, 6, 150, 0.4, 0.5)[0]
    seeds, texts = right.shape
    rows = [(s, i) for s in range(seeds) for i in range(texts)]
    design = np.array([[*np.eye(seeds)[s], *np.eye(texts)[i]] for s, i in rows])
    y = right.ravel().astype(float)
    residuals = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    residual_square = (residuals**2).sum() / ((seeds - 1) * (texts - 1))
    seed_square = texts * right.mean(1).var(ddof=1)
    component = (seed_square - residual_square) / texts
    (found,) = drawn([right], 40_000)

    assert component > 0
    assert np.var(found.both - found.texts) == pytest.approx(component / seeds, rel=0.04)


def test_a_single_seed_and_seeds_that_differ_by_chance_alone_add_nothing():
    generator = np.random.default_rng(5)
    alone, alike = some_right(generator, 0.8)[None], np.repeat(some_right(generator, 0.8)[None], 4, axis=0)
    for found in drawn([alone, alike]):
        assert (found.both == found.texts).all()


@pytest.mark.parametrize(("seeds", "seed_effect", "least"), [(5, 0.0, 0.93), (5, 0.2, 0.91), (10, 0.2, 0.92)])
def test_intervals_hold_the_truth_as_often_as_they_say(seeds, seed_effect, least):
    """Of 300 studies in which two arms are equally good."""
    generator = np.random.default_rng(6)
    found = []
    for study in range(300):
        first, second = drawn(crossed(generator, 2, seeds, 150, seed_effect, 0.3), 400, study)
        found.append(first.less(second))
    both = np.mean([one.low_seeds <= 0 <= one.high_seeds for one in found])
    texts = np.mean([one.low <= 0 <= one.high for one in found])

    assert least <= both <= 0.985
    assert (texts < both - 0.05) == (seed_effect > 0)
    assert np.mean([one.p < 0.05 for one in found]) == pytest.approx(1 - both, abs=0.02)


def test_equal_arms_have_p_one_and_arms_far_apart_the_least_there_is():
    ones, zeros = np.ones((1, 50), dtype=bool), np.zeros((1, 50), dtype=bool)
    first, second, third = drawn([ones, ones, zeros], 999)

    assert first.less(second).p == 1
    assert first.less(third).p == pytest.approx(2 / 1000)
    assert (first.less(third).low, first.less(third).high) == (1, 1)
