"""Cycles and linear algebra at any scale: tiny, huge, almost one, infinite."""

import math

import pytest

from wfsa import (
    EPSILON,
    LOG,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    SemiringError,
    distance,
    entropy,
    equivalent,
    expected_counts,
    k_best_paths,
    minimize,
    pathsum,
    sample_paths,
    total_weight,
    viterbi,
)


def machine(initial, arcs, final):
    return WFSA(initial, tuple(Arc(*arc) for arc in arcs), final)


def one(weight):
    return machine({0: 1.0}, [(0, "a", 1, weight)], {1: 1.0})


def test_epsilon_cycles_that_gain_by_rounding_end():
    automaton = machine({0: 6.1}, [(0, EPSILON, 1, 0.1), (1, EPSILON, 2, 0.1), (2, EPSILON, 0, -0.2)], {0: 0.0})

    assert k_best_paths(automaton, None, 1, MIN_PLUS, distinct="strings")[0].weight == pytest.approx(6.1)
    assert viterbi(automaton, "", MIN_PLUS).weight == pytest.approx(6.1)
    loop = machine({0: 0.0}, [(0, "a", 1, 0.3), (1, "a", 2, -0.1), (2, "a", 0, -0.2)], {0: 0.0})
    assert total_weight(loop, MIN_PLUS) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("size", [1e-170, 1.0, 1e160])
def test_linear_algebra_at_any_scale(size):
    def double(scale):
        return machine({0: scale}, [(0, "a", 1, 1.0), (0, "a", 2, 1.0), (0, "b", 1, 1e-13)], {1: 1.0, 2: 1.0})

    smallest = minimize(double(size), REAL)
    assert len(smallest.states) == 2
    assert pathsum(smallest, "a", REAL) == pytest.approx(2 * size, rel=1e-12)
    assert pathsum(smallest, "b", REAL) == pytest.approx(1e-13 * size, rel=1e-3)
    assert distance(double(size), double(2 * size), REAL) == pytest.approx(2 * size, rel=1e-9)
    assert equivalent(double(size), smallest, REAL) is True


def test_infinite_weights_have_no_linear_algebra():
    for ask in (lambda: equivalent(one(math.inf), one(1.0), REAL), lambda: minimize(one(math.inf), REAL)):
        with pytest.raises(SemiringError, match="finite"):
            ask()


def test_signs_that_cancel_are_no_distribution():
    automaton = machine({0: 1.0}, [(0, "a", 1, 1.0), (1, "b", 3, 1.0), (1, "c", 3, -1.0), (0, "d", 3, 1.0)], {3: 1.0})
    for ask in (entropy, expected_counts, lambda a, K: sample_paths(a, 1, K)):
        with pytest.raises(SemiringError, match="non-negative"):
            ask(automaton, REAL)


def test_loops_of_almost_one_are_counted():
    loop = WFSA({0: 0.0}, (Arc(0, "a", 0, -1e-12),), {0: 0.0})

    assert expected_counts(loop, LOG)[0] == pytest.approx(1e12, rel=1e-3)
