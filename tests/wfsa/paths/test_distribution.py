"""Posteriors, expected counts, entropy and samples, against enumeration, linear algebra, finite differences, an HMM."""

import math
from collections import Counter

import numpy as np
import pytest
from hmmlearn.hmm import CategoricalHMM
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.oracles import linear_counts, linear_total, total_matrix
from wfsa import (
    ANY,
    COUNT,
    ENTROPY,
    EPSILON,
    LOG,
    MAX_PLUS,
    REAL,
    WFSA,
    Arc,
    SemiringError,
    entropy,
    expectation,
    expected_counts,
    forward,
    pathsum,
    posteriors,
    sample_paths,
    total_weight,
)
from wfsa.testing.strategies import ACYCLIC, POSITIVE

STRINGS = st.text(alphabet="abc", max_size=4)


def in_logs(automaton):
    return WFSA(
        {q: math.log(w) for q, w in automaton.initial.items()},
        tuple(arc._replace(weight=math.log(arc.weight)) for arc in automaton.arcs),
        {q: math.log(w) for q, w in automaton.final.items()},
    )


def walks(automaton, xs):
    """Every accepting path that reads xs: (weight, [(time, arc number)])."""

    def walk(state, t, weight, used):
        if t == len(xs) and state in automaton.final:
            yield weight * automaton.final[state], used
        for i, arc in enumerate(automaton.arcs):
            if arc.source != state:
                continue
            if arc.label is EPSILON:
                yield from walk(arc.target, t, weight * arc.weight, [*used, (t, i)])
            elif t < len(xs) and arc.label in (ANY, xs[t]):
                yield from walk(arc.target, t + 1, weight * arc.weight, [*used, (t, i)])

    for state, weight in automaton.initial.items():
        yield from walk(state, 0, weight, [])


@given(ACYCLIC, STRINGS)
def test_posteriors_are_shares_of_the_enumerated_paths(automaton, xs):
    found = list(walks(automaton, xs))
    assume(found)
    total = sum(weight for weight, _ in found)
    arcs, states = Counter(), Counter()
    for weight, used in found:
        arcs.update(dict.fromkeys(set(used), weight / total))
    post = posteriors(automaton, xs, REAL)
    for t, chart in enumerate(post.states):
        states[t] = sum(chart.values())

    assert {(t, i) for t, row in enumerate(post.arcs) for i, p in row.items() if p > 0} == set(arcs)
    for (t, i), share in arcs.items():
        assert post.arcs[t][i] == pytest.approx(share, rel=1e-12)
    if all(arc.label is not EPSILON for arc in automaton.arcs):
        assert all(p == pytest.approx(1, rel=1e-12) for p in states.values())


@given(POSITIVE, STRINGS)
def test_log_posteriors_are_logarithms(automaton, xs):
    assume(pathsum(automaton, xs, REAL) > 0)
    real, log = posteriors(automaton, xs, REAL), posteriors(in_logs(automaton), xs, LOG)

    for here, there in zip(real.states + real.arcs, log.states + log.arcs, strict=True):
        assert {q: math.exp(w) for q, w in there.items()} == pytest.approx(here, rel=1e-9)


def test_max_posteriors_say_how_much_worse_a_way_is():
    """The margin of the best path through an arc."""
    automaton = WFSA({0: 0.0}, (Arc(0, "a", 1, -1.0), Arc(0, "a", 2, -3.5)), {1: 0.0, 2: 0.0})

    assert posteriors(automaton, "a", MAX_PLUS).arcs[0] == {0: 0.0, 1: -2.5}


def test_posteriors_need_a_path_and_a_semiring_that_divides():
    automaton = WFSA({0: 1.0}, (Arc(0, "a", 1, 1.0),), {1: 1.0})
    with pytest.raises(SemiringError, match="got none"):
        posteriors(automaton, "b", REAL)
    with pytest.raises(SemiringError, match=r"'divide' \(got COUNT\)"):
        posteriors(automaton, "a", COUNT)


def test_an_hmm_as_an_automaton():
    """Likelihood, posteriors and forward of hmmlearn's CategoricalHMM."""
    start, step = np.array([0.6, 0.4]), np.array([[0.7, 0.3], [0.4, 0.6]])
    emit = np.array([[0.5, 0.5], [0.1, 0.9]])
    hmm = CategoricalHMM(n_components=2)
    hmm.startprob_, hmm.transmat_, hmm.emissionprob_ = start, step, emit
    # State 2 + q: in the hidden state q, having emitted; the first step draws the start.
    arcs = [Arc(0, o, 2 + q, start[q] * emit[q, o]) for q in range(2) for o in range(2)]
    arcs += [Arc(2 + p, o, 2 + q, step[p, q] * emit[q, o]) for p in range(2) for q in range(2) for o in range(2)]
    automaton = WFSA({0: 1.0}, tuple(arcs), {2: 1.0, 3: 1.0})
    seen = np.array([[0], [1], [1], [0], [1]])

    assert math.log(pathsum(automaton, seen[:, 0].tolist(), REAL)) == pytest.approx(hmm.score(seen), rel=1e-12)
    charts = posteriors(automaton, seen[:, 0].tolist(), REAL).states[1:]
    found = [[chart[2], chart[3]] for chart in charts]
    np.testing.assert_allclose(found, hmm.predict_proba(seen), rtol=1e-10)


@given(POSITIVE)
def test_expected_counts_by_linear_algebra(automaton):
    assume(linear_total(automaton) > 1e-9)

    np.testing.assert_allclose(expected_counts(automaton, REAL), linear_counts(automaton), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        expected_counts(in_logs(automaton), LOG), linear_counts(automaton), rtol=1e-9, atol=1e-12
    )


@given(POSITIVE, st.data())
def test_an_expected_count_is_the_slope_of_the_log_total(automaton, data):
    """d log Z / d log w, by central differences."""
    assume(automaton.arcs and linear_total(automaton) > 1e-9)
    i = data.draw(st.integers(0, len(automaton.arcs) - 1))

    def log_total(factor):
        arcs = list(automaton.arcs)
        arcs[i] = arcs[i]._replace(weight=arcs[i].weight * factor)
        return math.log(linear_total(WFSA(automaton.initial, tuple(arcs), automaton.final)))

    slope = (log_total(math.exp(1e-4)) - log_total(math.exp(-1e-4))) / 2e-4

    assert expected_counts(automaton, REAL)[i] == pytest.approx(slope, rel=1e-5, abs=1e-7)


@given(ACYCLIC, STRINGS)
def test_entropy_of_the_enumerated_paths(automaton, xs):
    weights = [weight for weight, _ in walks(automaton, xs)]
    assume(weights)
    shares = np.array(weights) / sum(weights)
    expected = -float(shares @ np.log(shares))

    assert entropy(automaton, REAL, xs) == pytest.approx(expected, abs=1e-12)
    assert entropy(in_logs(automaton), LOG, xs) == pytest.approx(expected, abs=1e-9)


@given(POSITIVE)
def test_entropy_over_all_strings_is_that_of_the_entropy_semiring(automaton):
    """log Z + R / Z, with R the derivative −Z'(1) of Σ w^s: by finite differences of linear algebra."""
    total = linear_total(automaton)
    assume(total > 1e-6)

    def powered(s):
        return linear_total(
            WFSA(
                {q: w**s for q, w in automaton.initial.items()},
                tuple(arc._replace(weight=arc.weight**s) for arc in automaton.arcs),
                {q: w**s for q, w in automaton.final.items()},
            )
        )

    surprise = -(powered(1 + 1e-5) - powered(1 - 1e-5)) / 2e-5
    z, r = total_weight(automaton, ENTROPY)

    # Parallel arcs are different paths: the matrix adds them before they are raised to a power.
    assume(len({arc[:3:2] for arc in automaton.arcs}) == len(automaton.arcs))
    assert math.log(total) + surprise / total == pytest.approx(math.log(z) + r / z, rel=1e-4, abs=1e-5)
    assert entropy(automaton, REAL) == pytest.approx(math.log(z) + r / z, rel=1e-9, abs=1e-9)


@given(ACYCLIC, STRINGS)
def test_expectation_counts_what_it_is_told_to(automaton, xs):
    """First and second order: the mean and the mean square of the number of arcs of a path."""
    found = list(walks(automaton, xs))
    assume(found)
    total = sum(weight for weight, _ in found)

    def weigh(weight, symbol):
        value = 0.0 if symbol is None else 1.0
        return weight, weight * value, weight * value, weight * value * value

    z, r, s, t = pathsum(automaton, xs, expectation(REAL, order=2), weigh)

    assert z == pytest.approx(total)
    assert r / z == pytest.approx(sum(w * len(used) for w, used in found) / total)
    assert s == r
    assert t / z == pytest.approx(sum(w * len(used) ** 2 for w, used in found) / total)
    assert pathsum(automaton, xs, expectation(REAL), lambda w, x: weigh(w, x)[:2]) == pytest.approx((z, r))


def test_samples_follow_the_exact_probabilities():
    """Chi-squared, 20,000 draws; the seed decides."""
    automaton = WFSA(
        {0: 0.5, 1: 1.0},
        (
            Arc(0, "a", 0, 0.4),
            Arc(0, EPSILON, 1, 0.3),
            Arc(1, EPSILON, 0, 0.25),
            Arc(1, "b", 2, 0.5),
            Arc(0, "b", 2, 0.2),
        ),
        {2: 0.7},
    )
    total = linear_total(automaton)
    drawn = Counter((path.start, path.arcs) for path in sample_paths(automaton, 20_000, REAL, seed=3))

    def share(start, arcs):
        weight = automaton.initial[start] * math.prod(arc.weight for arc in arcs) * automaton.final[2]
        return weight / total

    common = [key for key, count in drawn.items() if share(*key) > 5e-4]
    expected = np.array([20_000 * share(*key) for key in common])
    observed = np.array([drawn[key] for key in common])
    rest = 20_000 - expected.sum(), 20_000 - observed.sum()
    chi2 = float(((observed - expected) ** 2 / expected).sum()) + (rest[1] - rest[0]) ** 2 / rest[0]

    assert len(common) > 15
    assert chi2 < len(common) + 4 * math.sqrt(2 * len(common))
    assert sample_paths(automaton, 5, REAL, seed=3) == sample_paths(automaton, 5, REAL, seed=3)
    assert sample_paths(automaton, 5, REAL, seed=3) != sample_paths(automaton, 5, REAL, seed=4)


@given(POSITIVE, STRINGS, st.integers(0, 100))
def test_samples_given_a_string_read_it(automaton, xs, seed):
    assume(pathsum(automaton, xs, REAL) > 0)
    for path in sample_paths(automaton, 3, REAL, xs, seed=seed):
        assert "".join(arc.label for arc in path.arcs if arc.label is not EPSILON) == xs
        assert path.states[-1] in automaton.final
        weights = [automaton.initial[path.start], *(arc.weight for arc in path.arcs), automaton.final[path.states[-1]]]
        assert path.weight == pytest.approx(math.prod(weights))


def test_long_texts_do_not_underflow():
    """3,000 symbols of weight 1e-200: the pathsum is 0 in REAL, the entropy in LOG is that of 3,000 fair coins."""
    low = math.log(1e-200)
    automaton = WFSA({0: 0.0}, (Arc(0, "a", 0, low), Arc(0, "a", 0, low)), {0: 0.0})
    xs = "a" * 3000

    assert pathsum(automaton, xs, LOG) == pytest.approx(3000 * (low + math.log(2)))
    assert entropy(automaton, LOG, xs) == pytest.approx(3000 * math.log(2))
    assert expected_counts(automaton, LOG, xs) == pytest.approx((1500, 1500))
    assert len(sample_paths(automaton, 1, LOG, xs)[0].arcs) == 3000
    assert forward(automaton, xs, LOG)[-1][0] == pytest.approx(3000 * (low + math.log(2)))


def test_what_is_no_distribution_is_refused():
    signed = WFSA({0: 1.0}, (Arc(0, "a", 1, 1.0), Arc(0, "b", 1, -0.5)), {1: 1.0})
    empty = WFSA({0: 1.0}, (), {1: 1.0})
    for ask in (entropy, expected_counts, lambda a, K: sample_paths(a, 1, K)):
        with pytest.raises(SemiringError, match="non-negative"):
            ask(signed, REAL)
        with pytest.raises(SemiringError, match="got none"):
            ask(empty, REAL)
        with pytest.raises(SemiringError, match=r"'real'|'divide'"):
            ask(signed, MAX_PLUS)


def test_total_matrix_agrees_with_itself():
    """The oracle on the machine of one loop: 1 / (1 − ½) · ¼."""
    automaton = WFSA({0: 1.0}, (Arc(0, "a", 0, 0.25), Arc(0, "b", 0, 0.25)), {0: 0.25})

    assert total_matrix(automaton)[1] == np.array([[0.5]])
    assert total_weight(automaton, REAL) == linear_total(automaton) == 0.5
