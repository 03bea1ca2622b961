"""No path, or paths too small for doubles: two different answers, everywhere."""

import math
import warnings

import pytest
from hypothesis import given

from wfsa import (
    EPSILON,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    REAL,
    WFSA,
    Arc,
    RangeError,
    RangeWarning,
    SemiringError,
    SizeError,
    backward,
    determinize,
    entropy,
    epsilon_remove,
    expectation,
    expected_counts,
    forward,
    intersect,
    k_best_paths,
    pathsum,
    posteriors,
    push,
    sample_paths,
    total_weight,
    viterbi,
)
from wfsa.testing.enumeration import paths
from wfsa.testing.strategies import STRINGS, automata

HIDDEN = WFSA(
    {0: 0.5, 1: 0.5}, tuple(Arc(p, s, q, 0.25) for p in (0, 1) for q in (0, 1) for s in "ab"), {0: 1.0, 1: 1.0}
)
TEXT = "ab" * 1500
"""A path has the weight .5 · .25³⁰⁰⁰ = 2⁻⁶⁰⁰¹, all together 2⁻³⁰⁰⁰."""


def logarithm(weight, symbol):
    return math.log(weight)


@pytest.mark.parametrize(
    "ask",
    [
        lambda xs: viterbi(HIDDEN, xs, MAX_TIMES),
        lambda xs: k_best_paths(HIDDEN, xs, 3, MAX_TIMES),
        lambda xs: k_best_paths(HIDDEN, xs, 1, MAX_TIMES, distinct="strings"),
        lambda xs: posteriors(HIDDEN, xs, REAL),
        lambda xs: posteriors(HIDDEN, xs, MAX_TIMES),
        lambda xs: entropy(HIDDEN, REAL, xs),
        lambda xs: expected_counts(HIDDEN, REAL, xs),
        lambda xs: sample_paths(HIDDEN, 2, REAL, xs),
    ],
)
def test_who_needs_a_path_says_that_they_are_too_small(ask):
    with pytest.raises(RangeError, match=r"rounded to 0\); use LOG for sums and MAX_PLUS for best paths"):
        ask(TEXT)


@pytest.mark.parametrize("ask", [lambda xs: posteriors(HIDDEN, xs, REAL), lambda xs: entropy(HIDDEN, REAL, xs)])
def test_that_there_is_no_path_is_said_as_before(ask):
    with pytest.raises(SemiringError, match="accepting path of non-zero weight"):
        ask(TEXT + "c")
    assert viterbi(HIDDEN, TEXT + "c", MAX_TIMES) is None
    assert k_best_paths(HIDDEN, TEXT + "c", 2, MAX_TIMES) == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda xs: pathsum(HIDDEN, xs, REAL),
        lambda xs: pathsum(HIDDEN, xs, MAX_TIMES),
        lambda xs: forward(HIDDEN, xs, REAL),
        lambda xs: backward(HIDDEN, xs, REAL),
    ],
)
def test_sums_that_are_0_by_rounding_warn(ask):
    with pytest.warns(RangeWarning, match="0 by rounding.*use LOG.*MAX_PLUS") as caught:
        ask(TEXT)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ask("ab" * 200)
        ask(TEXT + "c")  # no path is no rounding


def test_logarithms_have_the_answers():
    log2 = math.log(2)

    assert pathsum(HIDDEN, TEXT, LOG, logarithm) == pytest.approx(-3000 * log2)
    assert viterbi(HIDDEN, TEXT, MAX_PLUS, logarithm).weight == pytest.approx(-6001 * log2)
    assert entropy(HIDDEN, LOG, TEXT, logarithm) == pytest.approx(3001 * log2)


def test_what_is_subnormal_or_infinite_warns():
    with pytest.warns(RangeWarning, match=r"is 8e-323: below 2\.2e-308 doubles lose digits"):
        pathsum(HIDDEN, TEXT[:1070], REAL)
    with pytest.warns(RangeWarning, match="doubles lose digits"):
        assert viterbi(HIDDEN, TEXT[:530], MAX_TIMES).weight < 1e-308
    big = WFSA({0: 1.0}, (Arc(0, "a", 0, 1e200),), {0: 1.0})
    with pytest.warns(RangeWarning, match="is inf: products of weights are too large"):
        assert pathsum(big, "aa", REAL) == math.inf


def chain(weight, length, label="a", K=REAL):
    return WFSA({0: 1.0}, tuple(Arc(i, label, i + 1, weight) for i in range(length)), {length: 1.0})


def test_sums_over_all_strings():
    long = chain(0.1, 400)

    for K in (REAL, MAX_TIMES):
        with pytest.warns(RangeWarning, match="0 by rounding"):
            assert total_weight(long, K) == 0
        with pytest.raises(RangeError, match="pushing"):
            push(long, K)
    with pytest.raises(RangeError, match="an entropy"):
        entropy(long, REAL)
    with pytest.raises(RangeError, match="a list of 2 best strings"):
        k_best_paths(long, None, 2, MAX_TIMES, distinct="strings")
    with pytest.warns(RangeWarning):
        assert pathsum(chain(0.1, 400, EPSILON), "", REAL) == 0
    assert push(long, LOG, logarithm).initial[0] == pytest.approx(400 * math.log(0.1))


def test_a_list_of_best_paths_that_misses_some_says_so():
    """The second best of two is 1e-350."""
    both = WFSA({0: 1.0, 1: 1e-175}, (Arc(0, "a", 2, 0.5), Arc(1, "a", 2, 1e-175)), {2: 1.0})

    assert [path.weight for path in k_best_paths(both, "a", 1, MAX_TIMES)] == [0.5]
    with pytest.raises(RangeError, match="a list of 2 best paths"):
        k_best_paths(both, "a", 2, MAX_TIMES)


def test_products_of_two_weights():
    tiny = chain(1e-200, 1)

    with pytest.raises(RangeError, match="1e-200 ⊗ 1e-200"):
        intersect(tiny, tiny, REAL)
    with pytest.raises(RangeError, match="1e-200 ⊗ 1e-200"):
        epsilon_remove(WFSA({0: 1.0}, (Arc(0, EPSILON, 1, 1e-200), Arc(1, "a", 2, 1e-200)), {2: 1.0}), MAX_TIMES)
    owed = (Arc(0, "a", 1, 1.0), Arc(0, "a", 2, 1e-200), Arc(1, "b", 3, 1.0), Arc(2, "c", 3, 1e-200))
    with pytest.raises(SizeError, match="weights that doubles can hold"):
        determinize(WFSA({0: 1.0}, owed, {3: 1.0}), MAX_TIMES)


def test_signs_that_cancel_are_no_rounding():
    both = WFSA({0: 1.0, 1: -1.0}, (Arc(0, "a", 2, 0.5), Arc(1, "a", 2, 0.5)), {2: 1.0})
    small = WFSA({0: 1e-200, 1: -1e-200}, (Arc(0, "a", 2, 1e-200), Arc(1, "a", 2, 1e-200)), {2: 1.0})

    assert pathsum(both, "a", REAL) == 0
    assert forward(both, "a", REAL)[-1] == {2: 0}
    with pytest.warns(RangeWarning, match="0 by rounding"):
        pathsum(small, "a", REAL)
    assert total_weight(both, REAL) == 0
    with pytest.raises(SemiringError, match="do not cancel"):
        push(WFSA({0: 1.0}, (Arc(0, "a", 1, 1.0), Arc(0, "a", 2, -1.0)), {1: 1.0, 2: 1.0}), REAL)


def test_products_that_are_0_without_rounding_are_nothing_to_say():
    """(0, 1) ⊗ (0, 1) = (0, 0): expectations have zero divisors; EXTREMES holds a path of weight 0."""
    assert pathsum(chain((0.0, 1.0), 2), "aa", expectation(REAL)) == (0, 0)
    assert pathsum(chain(0.0, 2), "aa", EXTREMES) == (0, 0)
    assert pathsum(chain(0.0, 2), "aa", REAL) == 0


TINY = (0.0, 1e-200, -1e-200, 1.0, -1.0)


@given(automata(TINY), STRINGS)
def test_a_sum_warns_iff_all_its_paths_are_rounded_to_0(machine, xs):
    """Against the list of all paths: exponents add up where products vanish."""
    listed = [weights for weights in paths(machine, xs) if 0.0 not in weights]
    powers = [sum(abs(weight) == 1e-200 for weight in weights) for weights in listed]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        total = pathsum(machine, xs, REAL)
    want = math.fsum(math.prod(weights) for weights in listed)
    assert total == pytest.approx(want, rel=1e-12, abs=1e-215)
    assert len(caught) == (bool(powers) and min(powers) > 1)

    sized = WFSA(
        {q: abs(w) for q, w in machine.initial.items()}, tuple(a._replace(weight=abs(a.weight)) for a in machine.arcs),
        {q: abs(w) for q, w in machine.final.items()},
    )  # fmt: skip
    try:
        best = viterbi(sized, xs, MAX_TIMES)
    except RangeError:
        assert min(powers) > 1
    else:
        assert (best is None) == (not powers)
