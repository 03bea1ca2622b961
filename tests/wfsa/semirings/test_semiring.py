"""The semirings obey their laws."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import COUNT, EXTREMES, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, SEMIRINGS, DivergenceError, SemiringError
from wfsa.testing.strategies import WEIGHTS


def close(a, b):
    if isinstance(a, tuple):
        return all(close(x, y) for x, y in zip(a, b, strict=True))
    return a == b or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def elements(K):
    lifted = st.sampled_from(WEIGHTS[K]).map(K.lift)
    pair = st.tuples(lifted, lifted).map(lambda ab: K.plus(*ab))
    return st.one_of(lifted, pair, st.sampled_from([K.zero, K.one]))


@pytest.mark.parametrize("K", SEMIRINGS, ids=repr)
@given(st.data())
def test_laws(K, data):
    """⊕ and ⊗ are associative with neutral elements, ⊕ commutes, ⊗ distributes from both sides, 0̄ annihilates."""
    a, b, c = (data.draw(elements(K)) for _ in range(3))

    assert close(K.plus(a, b), K.plus(b, a))
    assert close(K.plus(K.plus(a, b), c), K.plus(a, K.plus(b, c)))
    assert close(K.times(K.times(a, b), c), K.times(a, K.times(b, c)))
    assert close(K.plus(a, K.zero), a)
    assert close(K.times(a, K.one), a)
    assert close(K.times(K.one, a), a)
    assert close(K.times(a, K.zero), K.zero)
    assert close(K.times(K.zero, a), K.zero)
    assert close(K.times(a, K.plus(b, c)), K.plus(K.times(a, b), K.times(a, c)))
    assert close(K.times(K.plus(b, c), a), K.plus(K.times(b, a), K.times(c, a)))
    assert not K.idempotent or close(K.plus(a, a), a)
    assert not K.selective or K.plus(a, b) in (a, b)


@pytest.mark.parametrize("K", SEMIRINGS, ids=repr)
@given(st.data())
def test_star_unrolls(K, data):
    """Where a* exists, a* = 1̄ ⊕ a ⊗ a*."""
    a = data.draw(elements(K))
    try:
        star = K.star(a)
    except DivergenceError:
        return

    assert close(star, K.plus(K.one, K.times(a, star)))


@pytest.mark.parametrize(
    ("K", "a"),
    [
        (REAL, 1.0),
        (REAL, -1.0),
        (REAL, math.inf),
        (LOG, 0.0),
        (MAX_PLUS, 0.5),
        (MIN_PLUS, -0.5),
        (MAX_TIMES, 1.5),
        (COUNT, 1),
        (EXTREMES, (0.0, 2.0)),
        (EXTREMES, (-2.0, 0.0)),
    ],
    ids=str,
)
def test_star_of_a_growing_cycle_diverges(K, a):
    with pytest.raises(DivergenceError, match=K.name):
        K.star(a)


@pytest.mark.parametrize(("K", "a", "star"), [(REAL, 0.5, 2.0), (REAL, -0.5, 2 / 3), (LOG, math.log(0.5), math.log(2))])
def test_star_sums_the_geometric_series(K, a, star):
    assert math.isclose(K.star(a), star)


def test_log_adds_far_apart_weights_without_overflow():
    assert LOG.plus(1000.0, -1000.0) == 1000.0
    assert LOG.plus(-math.inf, -math.inf) == -math.inf


def test_max_times_refuses_signs():
    """A max-only recursion over signed products is wrong, so it is not to be had."""
    with pytest.raises(SemiringError, match="EXTREMES"):
        MAX_TIMES.lift(-0.5)
