"""McNemar's test against scipy's binomial test and listed outcomes; Holm's correction against its steps."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sparsify.curve.exact_tests import discordance, holm, mcnemar

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_mcnemar_is_scipys_binomial_test(a, b):
    expected = binomtest(a, a + b).pvalue if a + b else 1.0

    assert mcnemar(a, b) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("count", range(9))
def test_mcnemar_is_the_share_of_all_signs_that_are_as_uneven(count):
    sides = [sum(signs) for signs in product((0, 1), repeat=count)]
    for a in range(count + 1):
        as_uneven = [abs(side - count / 2) >= abs(a - count / 2) for side in sides]
        assert mcnemar(a, count - a) == pytest.approx(np.mean(as_uneven))


def test_one_seed_each_is_the_test_itself():
    a, b = np.array([[1, 1, 1, 1, 1, 1, 0, 1]], dtype=bool), np.array([[0, 0, 0, 0, 0, 1, 1, 1]], dtype=bool)
    found = discordance(a, b)

    assert (found.only_a, found.only_b) == (5, 1)
    assert found.p == pytest.approx(binomtest(5, 6).pvalue)


def test_of_several_seeds_it_is_twice_the_median_over_all_pairs():
    generator = np.random.default_rng(0)
    a, b = generator.random((3, 300)) < 0.85, generator.random((2, 300)) < 0.75
    counts = [((one & ~two).sum(), (two & ~one).sum()) for one in a for two in b]
    found = discordance(a, b)

    assert (found.only_a, found.only_b) == pytest.approx(np.mean(counts, axis=0))
    assert found.p == pytest.approx(min(1, 2 * np.median([binomtest(x, x + y).pvalue for x, y in counts])))
    assert discordance(b, a).p == pytest.approx(found.p)


def test_arms_that_are_equally_good_are_seldom_told_apart():
    generator = np.random.default_rng(1)
    found = [discordance(*(generator.random((2, 3, 120)) < 0.7)).p for _ in range(400)]

    assert np.mean(np.array(found) < 0.05) <= 0.05


@given(p_values, st.floats(0.001, 0.999))
def test_holm_rejects_what_its_steps_reject(found, level):
    """Down from the smallest: as long as p is at most level / (number of hypotheses left)."""
    rejected = set()
    for step, place in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        if found[place] * (len(found) - step) > level:
            break
        rejected.add(place)

    assert {place for place, p in enumerate(holm(found)) if p <= level} == rejected


@given(p_values)
def test_holm_keeps_the_order_and_lies_between_the_test_and_bonferronis(found):
    corrected = holm(found)

    assert all(p <= own <= min(1, len(found) * p) + 1e-15 for p, own in zip(found, corrected, strict=True))
    order = np.argsort(found, kind="stable")
    assert (np.diff(np.array(corrected)[order]) >= 0).all()
    assert holm([]) == []
