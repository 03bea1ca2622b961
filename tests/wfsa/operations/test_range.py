"""Weights at the ends of the doubles: the right value or a RangeError, never a path that is lost without a word."""

import math

import pytest

from wfsa import (
    EPSILON,
    LOG,
    MAX_TIMES,
    REAL,
    WFSA,
    Arc,
    RangeError,
    distance,
    entropy,
    epsilon_remove,
    equivalent,
    expected_counts,
    minimize,
    posteriors,
    push,
    sample_paths,
)

NOTHING = WFSA({}, (), {})
SMALL = WFSA({0: 1e-200}, (Arc(0, "a", 1, 1e-200),), {1: 1.0})
EPSILONS = WFSA({0: 1.0}, (Arc(0, "b", 0, 1.0), Arc(0, EPSILON, 1, 1e-200), Arc(1, EPSILON, 2, 1e-200)), {2: 1e300})
RING = WFSA(EPSILONS.initial, (*EPSILONS.arcs, Arc(2, EPSILON, 0, 1e-200)), EPSILONS.final)
BIG = WFSA({0: 1e200}, (Arc(0, "a", 1, 1e200),), {1: 1.0})
STEEP = WFSA({0: 1e200}, (Arc(0, "a", 1, 1e200),), {1: 1e-300})


def logarithm(weight, symbol):
    return math.log(weight)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: push(SMALL, REAL),
        lambda: minimize(SMALL, MAX_TIMES),
        lambda: epsilon_remove(EPSILONS, REAL),
        lambda: epsilon_remove(RING, REAL),
        lambda: epsilon_remove(RING, MAX_TIMES),
        lambda: minimize(EPSILONS, REAL),
        lambda: equivalent(EPSILONS, NOTHING, REAL),
        lambda: equivalent(EPSILONS, NOTHING, MAX_TIMES),
        lambda: distance(WFSA({0: 1.0}, (Arc(0, "a", 1, 1e160),), {1: 1.0}), NOTHING, REAL),
        lambda: distance(SMALL, NOTHING, REAL),
        lambda: distance(WFSA({0: 1e200}, (), {0: 1e200}), NOTHING, REAL),
        lambda: entropy(BIG, REAL),
        lambda: entropy(BIG, REAL, "a"),
        lambda: expected_counts(BIG, REAL),
        lambda: sample_paths(BIG, 1, REAL),
        lambda: posteriors(BIG, "a", REAL),
        lambda: push(BIG, REAL),
        lambda: expected_counts(STEEP, REAL),
        lambda: expected_counts(WFSA({0: 1e-200}, (Arc(0, "a", 1, 1e-200),), {1: 1e300}), REAL),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_leaves_the_doubles_says_so(ask):
    with pytest.raises(RangeError, match="doubles"):
        ask()


def test_logarithms_hold_them_all():
    assert push(SMALL, LOG, logarithm).initial == {0: pytest.approx(400 * math.log(0.1))}
    assert epsilon_remove(EPSILONS, LOG, logarithm).final == {0: pytest.approx(100 * math.log(0.1))}
    assert expected_counts(BIG, LOG, weigh=logarithm) == expected_counts(STEEP, LOG, weigh=logarithm) == (1.0,)
    assert entropy(BIG, LOG, weigh=logarithm) == 0


def test_signs_that_cancel_on_epsilons_are_no_rounding():
    arcs = (Arc(0, EPSILON, 1, 1.0), Arc(0, EPSILON, 2, 1.0), Arc(1, EPSILON, 3, 0.5), Arc(2, EPSILON, 3, -0.5))
    assert epsilon_remove(WFSA({0: 1.0}, arcs, {3: 1.0}), REAL).final == {0: 0.0}
    assert distance(SMALL, SMALL, REAL) == 0
    assert equivalent(WFSA({0: 1.0}, arcs, {3: 1.0}), NOTHING, REAL) is True
