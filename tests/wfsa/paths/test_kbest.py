"""The k best paths and strings, against enumeration; the same by the k-best semiring."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import (
    ANY,
    EPSILON,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    DivergenceError,
    SemiringError,
    k_best,
    k_best_paths,
    labelled,
    pathsum,
    total_weight,
    viterbi,
)
from wfsa.testing.enumeration import paths
from wfsa.testing.enumeration import strings as all_strings
from wfsa.testing.strategies import ACYCLIC, POSITIVE, STRINGS, automata


def enumerated(automaton, xs):
    return sorted((math.prod(weights) for weights in paths(automaton, xs)), reverse=True)


@given(automata(weights=(0.25, 0.5, 1.0, 2.0)), STRINGS, st.integers(1, 6))
def test_k_best_paths_that_read_a_string(automaton, xs, k):
    found = k_best_paths(automaton, xs, k, MAX_TIMES)

    assert [path.weight for path in found] == enumerated(automaton, xs)[:k]
    assert len({(path.start, tuple(map(id, path.arcs))) for path in found}) == len(found)
    for path in found:
        ends = automaton.initial[path.start], automaton.final[path.states[-1]]
        assert path.weight == math.prod([*ends, *(arc.weight for arc in path.arcs)])
    best = viterbi(automaton, xs, MAX_TIMES)
    assert found == [] if best is None else found[0].weight == best.weight


@given(ACYCLIC, st.integers(1, 8))
def test_k_best_paths_of_all_strings(automaton, k):
    expected = sorted((w for xs in all_strings("abc", 6) for w in enumerated(automaton, xs)), reverse=True)[:k]

    assert [path.weight for path in k_best_paths(automaton, None, k, MAX_TIMES)] == pytest.approx(expected)


@given(POSITIVE, st.integers(1, 4))
def test_k_best_strings_of_all_strings(automaton, k):
    """Against the best path of each string of up to four symbols; longer ones are left out on both sides."""
    best = {xs: viterbi(automaton, xs, MAX_TIMES) for xs in all_strings("abc", 4)}
    expected = sorted((path.weight for path in best.values() if path is not None), reverse=True)
    found = k_best_paths(automaton, None, k, MAX_TIMES, distinct="strings")
    read = ["".join(arc.label for arc in path.arcs if arc.label is not EPSILON) for path in found]
    short = [path.weight for path, xs in zip(found, read, strict=True) if len(xs) <= 4]

    assert len(set(read)) == len(read)
    assert short == pytest.approx(expected[: len(short)])
    assert [path.weight for path in found] == sorted((path.weight for path in found), reverse=True)


@given(ACYCLIC, st.integers(1, 5))
def test_the_k_best_semiring_finds_the_same(automaton, k):
    found = total_weight(automaton, k_best(k, MAX_TIMES), labelled())

    assert [weight for weight, _ in found] == pytest.approx(
        [path.weight for path in k_best_paths(automaton, None, k, MAX_TIMES)]
    )
    for weight, labels in found:
        assert any(math.isclose(weight, other) for other in enumerated(automaton, "".join(labels)))


@given(automata(weights=(-2.0, -0.5, 0.0, -1.0)), STRINGS)
def test_the_k_best_semiring_reads_what_it_says(automaton, xs):
    for _, labels in pathsum(automaton, xs, k_best(2, MAX_PLUS), labelled()):
        assert "".join(labels) == xs


def test_cycles_of_weight_one_give_ever_longer_paths():
    automaton = WFSA({0: 0.0}, (Arc(0, "a", 0, 0.0), Arc(0, EPSILON, 0, 0.0)), {0: 0.0})

    assert [path.weight for path in k_best_paths(automaton, None, 4, MIN_PLUS)] == [0.0] * 4
    strings = k_best_paths(automaton, None, 3, MIN_PLUS, distinct="strings")
    assert [[arc.label for arc in path.arcs] for path in strings] == [[], ["a"], ["a", "a"]]
    assert [labels for _, labels in total_weight(automaton, k_best(3, MAX_PLUS), labelled())] == [(), (), ()]


def test_any_counts_as_one_more_symbol():
    automaton = WFSA({0: 1.0}, (Arc(0, ANY, 1, 0.5), Arc(0, "a", 1, 0.75)), {1: 1.0})
    found = k_best_paths(automaton, None, 5, MAX_TIMES, distinct="strings")

    assert [(path.weight, path.arcs[0].label) for path in found] == [(0.75, "a"), (0.5, ANY)]


def test_bad_requests():
    automaton = WFSA({0: 0.0}, (Arc(0, "a", 0, 1.0),), {0: 0.0})
    with pytest.raises(SemiringError, match="'selective'"):
        k_best_paths(automaton, "a", 1, REAL)
    with pytest.raises(SemiringError, match="at least 1"):
        k_best_paths(automaton, "a", 0, MAX_PLUS)
    with pytest.raises(SemiringError, match="distinct"):
        k_best_paths(automaton, "a", 1, MAX_PLUS, distinct="words")
    with pytest.raises(DivergenceError, match="state 0"):
        k_best_paths(automaton, None, 1, MAX_PLUS)
