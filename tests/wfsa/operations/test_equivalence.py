"""Pushing, determinising, minimising and comparing, against linear algebra over strings."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.clocks import seconds
from tests.oracles import hankel_singular_values, linear_total, weights_of
from wfsa import (
    ANY,
    BOOLEAN,
    COUNT,
    EPSILON,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    AutomatonError,
    CounterExample,
    DivergenceError,
    Linear,
    NoneOf,
    SemiringError,
    SizeError,
    determinize,
    distance,
    equivalent,
    evaluator,
    minimize,
    pathsum,
    push,
    reverse,
    twins_violation,
    union,
)
from wfsa.testing.enumeration import strings
from wfsa.testing.strategies import ACYCLIC, MACHINES, POSITIVE, WEIGHTS, automata

TWINS = WFSA(
    {0: 1.0},
    (
        Arc(0, "a", 1, 1.0), Arc(0, "a", 2, 1.0), Arc(1, "b", 1, 0.5), Arc(2, "b", 2, 0.6),
        Arc(1, "c", 3, 1.0), Arc(2, "d", 3, 1.0),
    ),
    {3: 1.0},
)  # fmt: skip
"""aⁿ… must be remembered at .5ⁿ and at .6ⁿ: no deterministic automaton does."""


def one_step(final):
    return WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(0, "b", 1, 0.1), Arc(1, "b", 1, 0.3)), {1: final})


def deterministic(automaton):
    keys = [(arc.source, arc.label) for arc in automaton.arcs]
    return len(automaton.initial) <= 1 and len(set(keys)) == len(keys) and EPSILON not in {k[1] for k in keys}


@given(POSITIVE)
def test_pushed_weights_are_probabilities(automaton):
    pushed = push(automaton, REAL)

    for state in pushed.states:
        leaving = [arc.weight for arc in pushed.leaving[state]] + [pushed.final.get(state, 0.0)]
        assert math.fsum(leaving) == pytest.approx(1, rel=1e-9)
    assert math.fsum(pushed.initial.values()) == pytest.approx(linear_total(automaton), rel=1e-9)
    np.testing.assert_allclose(weights_of(pushed), weights_of(automaton), rtol=1e-9, atol=1e-13)


def test_pushing_what_cancels_is_refused():
    automaton = WFSA({0: 1.0}, (Arc(0, "a", 1, 1.0), Arc(0, "b", 1, -1.0)), {1: 1.0})

    with pytest.raises(SemiringError, match="0̄ at 0"):
        push(automaton, REAL)
    assert equivalent(determinize(automaton, REAL), automaton, REAL)


@given(ACYCLIC)
def test_determinised_in_reals(automaton):
    result = determinize(automaton, REAL)

    assert deterministic(result)
    np.testing.assert_allclose(weights_of(result), weights_of(automaton), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("K", [MAX_PLUS, MIN_PLUS, MAX_TIMES, BOOLEAN, LOG], ids=repr)
@given(st.data())
def test_determinised_and_minimised_in_any_semiring_that_divides(K, data):
    """Cycles included: what needs too many states says so, and is no answer."""
    weights = [w for w in WEIGHTS[K] if w != 700.0]
    automaton = data.draw(
        automata(weights=weights, max_arcs=5).filter(lambda a: all(arc.label is not ANY for arc in a.arcs))
    )
    try:
        result = determinize(automaton, K, max_states=60)
        smallest = minimize(automaton, K, max_states=60)
    except SizeError:
        return
    except DivergenceError:  # the sum over all strings, which pushing needs
        smallest = result

    assert deterministic(result)
    assert deterministic(smallest)
    assert len(smallest.states) <= len(result.states)
    assert equivalent(automaton, smallest, K, max_states=200)
    for xs in strings("ab", 4):
        assert K.near(pathsum(result, xs, K), pathsum(automaton, xs, K))
        assert K.near(pathsum(smallest, xs, K), pathsum(automaton, xs, K))


@given(
    automata(weights=(0.0, 1.0), epsilons=False, max_arcs=9).filter(lambda a: all(x.label is not ANY for x in a.arcs))
)
def test_minimal_over_booleans_is_myhill_nerode(automaton):
    """As many states as there are different sets of accepted continuations, the empty set aside."""
    smallest = minimize(automaton, BOOLEAN)
    words = strings("ab", 5)
    rows = {tuple(pathsum(automaton, x + y, BOOLEAN) for y in words) for x in words}

    assert len(smallest.states) == len({row for row in rows if any(row)})


@given(MACHINES)
def test_minimal_over_the_reals_is_the_rank_of_the_hankel_matrix(automaton):
    """Fliess (1974): no automaton of fewer states has these pathsums."""
    smallest = minimize(automaton, REAL)
    singular = hankel_singular_values(automaton)
    assume(not any(1e-13 < value < 1e-6 for value in singular))  # a rank that rounding decides

    assert len(smallest.states) == int((singular > 1e-9).sum())
    np.testing.assert_allclose(weights_of(smallest), weights_of(automaton), rtol=1e-7, atol=1e-10)
    assert equivalent(smallest, automaton, REAL)


def test_final_weights_of_seven_and_eight_tenths_differ():
    """genlm-grammar's field automaton calls these equal, and its minimisation of them never ends."""
    found = equivalent(one_step(0.7), one_step(0.8), REAL)

    assert isinstance(found, CounterExample)
    assert not found
    assert pathsum(one_step(0.7), found.string, REAL) != pathsum(one_step(0.8), found.string, REAL)
    assert equivalent(one_step(0.7), one_step(0.7), REAL) is True
    assert len(minimize(union(one_step(0.7), one_step(0.7)), REAL).states) == 2
    loops = [WFSA({0: 1.0}, (Arc(0, "a", 0, w),), {0: 1.0}) for w in (0.5, 0.6)]
    assert equivalent(*loops, REAL).string == ("a",)
    for K in (MAX_TIMES, MIN_PLUS, MAX_PLUS, LOG):
        assert equivalent(one_step(0.7), one_step(0.7), K) is True
        assert equivalent(one_step(0.7), one_step(0.8), K).string in [("a",), ("b",)]


@given(MACHINES, MACHINES)
def test_a_difference_is_found_where_there_is_one(a, b):
    """Two automata of n and m states are equal when they agree on strings of less than n + m symbols."""
    words = strings("abc", 4)
    gaps = np.abs(weights_of(a, 4) - weights_of(b, 4))
    found = equivalent(a, b, REAL)

    if gaps.max() > 1e-6:
        assert not found
        word = "".join(found.string) if ANY not in found.string else ""
        assert ANY in found.string or gaps[words.index(word)] > 0
    assert equivalent(a, a, REAL) is True


@given(MACHINES, st.data())
def test_one_changed_weight_is_found(automaton, data):
    assume(automaton.arcs)
    i = data.draw(st.integers(0, len(automaton.arcs) - 1))
    arcs = list(automaton.arcs)
    arcs[i] = arcs[i]._replace(weight=arcs[i].weight * 1.01)
    other = WFSA(automaton.initial, tuple(arcs), automaton.final)
    gaps = np.abs(weights_of(automaton, 4) - weights_of(other, 4)) / max(1e-12, np.abs(weights_of(automaton, 4)).max())
    assume(gaps.max() > 1e-6 or gaps.max() == 0)

    if gaps.max() > 0:
        assert not equivalent(automaton, other, REAL)


@given(POSITIVE)
def test_reversing_twice_and_adding_nothing_are_equal(automaton):
    assert equivalent(automaton, reverse(reverse(automaton)), REAL)
    assert equivalent(automaton, union(automaton, WFSA({}, (), {})), REAL)
    assert equivalent(automaton, push(automaton, REAL), REAL)


def test_any_and_named_symbols_are_told_apart():
    every = WFSA({0: 1.0}, (Arc(0, ANY, 0, 0.5),), {0: 1.0})
    some = WFSA({0: 1.0}, (Arc(0, "a", 0, 0.5), Arc(0, "b", 0, 0.5)), {0: 1.0})

    assert equivalent(every, some, REAL).string == (ANY,)
    assert equivalent(every, union(every, WFSA({0: 0.0}, (), {0: 1.0})), REAL)
    assert minimize(union(every, every), REAL).arcs == (Arc(0, ANY, 0, pytest.approx(0.5)),)


def test_weights_of_any_size_are_compared():
    """LOG weights around ±2000, which are 0 and infinity as numbers."""
    for low in (-2000.0, 2000.0):
        a = WFSA({0: low}, (Arc(0, "a", 0, low),), {0: 0.0})
        b = WFSA({0: low}, (Arc(0, "a", 0, low),), {0: 0.5})
        assert equivalent(a, a, LOG) is True
        assert equivalent(a, b, LOG).string == ()


@pytest.mark.parametrize("K", [REAL, MAX_TIMES, LOG], ids=repr)
def test_siblings_that_are_no_twins_are_reported_at_once(K):
    def ask():
        with pytest.raises(SizeError, match=r"states \d and \d .* the cycle 'b' at weights"):
            determinize(TWINS, K)

    assert seconds(ask, enough=1) < 1

    violation = twins_violation(TWINS, K)
    assert set(violation.states) == {1, 2}
    assert violation.cycle == ("b",)
    assert twins_violation(one_step(0.5), K) is None


def test_minimising_ends_where_determinising_does_not():
    smallest = minimize(TWINS, REAL)

    assert len(smallest.states) == 4
    assert equivalent(smallest, TWINS, REAL)


def test_a_state_cap_is_kept():
    """The n-th symbol from the end: 2ⁿ sets of states."""
    arcs = [Arc(0, s, 0, 1.0) for s in "ab"] + [Arc(0, "a", 1, 1.0)]
    arcs += [Arc(i, s, i + 1, 1.0) for i in range(1, 8) for s in "ab"]
    automaton = WFSA({0: 1.0}, tuple(arcs), {8: 1.0})

    assert len(determinize(automaton, BOOLEAN).states) == 256
    with pytest.raises(SizeError, match="may use 100 states"):
        determinize(automaton, BOOLEAN, max_states=100)


def test_what_operations_need_is_said():
    automaton = WFSA({0: 1.0}, (Arc(0, "a", 1, Linear("u")),), {1: 1.0})
    mixed = WFSA({0: 1.0}, (Arc(0, "a", 1, 1.0), Arc(0, ANY, 1, 1.0)), {1: 1.0})

    for operation in (push, determinize, minimize):
        with pytest.raises(AutomatonError, match="evaluator"):
            operation(automaton, REAL)
        with pytest.raises(SemiringError, match="'divide'"):
            operation(one_step(0.5), EXTREMES)
    assert determinize(mixed, REAL).arcs == (Arc(0, "a", 1, 2.0), Arc(0, NoneOf("a"), 1, 1.0))
    with pytest.raises(SemiringError, match="'divide'"):
        equivalent(mixed, mixed, EXTREMES)
    assert equivalent(one_step(1), one_step(2), COUNT).string in [("a",), ("b",)]
    assert minimize(automaton, REAL, weigh=lambda w, x: 0.5 if isinstance(w, Linear) else w).states == (0, 1)
    with pytest.raises(AutomatonError, match="'u' needs parameters"):
        push(automaton, REAL, weigh=evaluator({}))


@given(MACHINES, MACHINES)
def test_distance_sums_squares_over_strings(a, b):
    """At least what the strings of up to five symbols give, at most that and a geometric tail."""
    gaps = weights_of(a, 5) - weights_of(b, 5)
    found = distance(a, b, REAL)

    assert found**2 >= float(gaps @ gaps) * (1 - 1e-9) - 1e-15
    assert found == pytest.approx(distance(b, a, REAL), rel=1e-7, abs=1e-9)
    assert distance(a, a, REAL) == pytest.approx(0, abs=1e-7)


def test_distance_in_closed_form():
    """Σ (.5ⁿ − .3ⁿ)² = 1/(1−.25) + 1/(1−.09) − 2/(1−.15)."""
    a, b = (WFSA({0: 1.0}, (Arc(0, "a", 0, w),), {0: 1.0}) for w in (0.5, 0.3))

    assert distance(a, b, REAL) == pytest.approx(math.sqrt(1 / 0.75 + 1 / 0.91 - 2 / 0.85), rel=1e-12)
    with pytest.raises(DivergenceError, match="squared differences"):
        distance(a, WFSA({0: 1.0}, (Arc(0, "a", 0, 1.0),), {0: 1.0}), REAL)
    long = WFSA({0: 1.0}, tuple(Arc(i, "a", i + 1, 0.9) for i in range(40)), {40: 1.0})
    with pytest.raises(SizeError, match="up to 32"):
        distance(long, WFSA({}, (), {}), REAL)
