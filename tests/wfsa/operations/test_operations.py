"""Rational operations and epsilon removal change pathsums by their definitions, in every semiring."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.oracles import COMBINE
from wfsa import (
    ANY,
    BOOLEAN,
    EPSILON,
    LOG,
    MAX_PLUS,
    MIN_PLUS,
    REAL,
    SEMIRINGS,
    WFSA,
    Arc,
    AutomatonError,
    Const,
    DivergenceError,
    Linear,
    Log,
    Product,
    Sum,
    accessible,
    closure,
    coaccessible,
    concat,
    epsilon_remove,
    evaluator,
    intersect,
    pathsum,
    reverse,
    spell_out,
    trim,
    union,
)
from wfsa.testing.enumeration import matrix_pathsum, paths
from wfsa.testing.strategies import MACHINES, STRINGS, WEIGHTS, automata, expressions, parameters


def lists(automaton, xs):
    return [tuple(weights) for weights in paths(automaton, xs)]


def near(a, b):
    return a == b or a == pytest.approx(b, rel=1e-12, abs=1e-12)


def two(K):
    weights = [w for w in WEIGHTS[K] if w != 700.0]
    return st.tuples(automata(weights=weights, max_arcs=5), automata(weights=weights, max_arcs=5))


@pytest.mark.parametrize("K", SEMIRINGS, ids=repr)
@given(st.data(), STRINGS)
def test_union_concat_intersect_reverse(K, data, xs):
    """Over the enumerated paths: both lists, all splits, all pairs, the string backwards."""
    a, b = data.draw(two(K))
    total = COMBINE[K]
    splits = [(xs[:i], xs[i:]) for i in range(len(xs) + 1)]

    assert near(pathsum(union(a, b), xs, K), total(lists(a, xs) + lists(b, xs)))
    joined = [v + w for left, right in splits for v in lists(a, left) for w in lists(b, right)]
    assert near(pathsum(concat(a, b), xs, K), total(joined))
    assert near(pathsum(intersect(a, b, K), xs, K), total([v + w for v in lists(a, xs) for w in lists(b, xs)]))
    assert near(pathsum(reverse(a), xs[::-1], K), total(lists(a, xs)))


def epsilon_radius(automaton):
    """The spectral radius of the epsilon arcs."""
    place = {state: i for i, state in enumerate(automaton.states)}
    matrix = np.zeros((len(place), len(place)))
    for arc in automaton.arcs:
        if arc.label is EPSILON:
            matrix[place[arc.source], place[arc.target]] += arc.weight
    return float(np.abs(np.linalg.eigvals(matrix)).max(initial=0.0))


@given(MACHINES, STRINGS)
def test_closure_repeats(automaton, xs):
    """S(x) = [x empty] + Σ over non-empty first parts and the empty one: f* = 1 + f f*."""
    empty, closed = matrix_pathsum(automaton, "", 8), closure(automaton, REAL)
    assume(abs(empty) < 0.9 and epsilon_radius(closed) < 0.99)  # signed cycles can diverge where their sum does not
    values = {}
    for end in range(len(xs) + 1):
        parts = sum(matrix_pathsum(automaton, xs[cut:end], 8) * values[cut] for cut in range(end))
        values[end] = ((end == 0) + parts) / (1 - empty)

    assert pathsum(closed, xs, REAL) == pytest.approx(values[len(xs)], rel=1e-9, abs=1e-12)


def test_closure_of_what_accepts_the_empty_string_at_one_diverges():
    automaton = WFSA({0: 1.0}, (), {0: 1.0})

    with pytest.raises(DivergenceError, match="spectral radius"):
        pathsum(closure(automaton, REAL), "", REAL)
    assert pathsum(closure(automaton, BOOLEAN), "", BOOLEAN) is True


@given(MACHINES, STRINGS)
def test_epsilon_removal_keeps_every_pathsum(automaton, xs):
    """Epsilon cycles included, against (I − E)⁻¹."""
    plain = epsilon_remove(automaton, REAL)

    assert all(arc.label is not EPSILON for arc in plain.arcs)
    assert pathsum(plain, xs, REAL) == pytest.approx(matrix_pathsum(automaton, xs, 8), rel=1e-9, abs=1e-12)
    assert pathsum(trim(plain), xs, REAL) == pytest.approx(pathsum(plain, xs, REAL), abs=1e-15)


def test_an_epsilon_loop_of_a_half_is_worth_exactly_two():
    """OpenFst's rmepsilon gives 1.9999962."""
    automaton = WFSA({0: 1.0}, (Arc(0, EPSILON, 0, 0.5), Arc(0, "a", 1, 1.0)), {1: 1.0})

    assert epsilon_remove(automaton, REAL).arcs == (Arc(0, "a", 1, 2.0),)


@pytest.mark.parametrize("K", [REAL, LOG, MAX_PLUS], ids=repr)
@given(expressions(), expressions(), st.integers(0, 100))
def test_symbolic_weights_pass_through(K, one, two, seed):
    """Operations before evaluation equal operations after it."""
    values = parameters(3, seed)
    weigh = evaluator(values)
    x = values["u"].weights
    a = WFSA({0: 0.5}, (Arc(0, ANY, 1, one), Arc(0, EPSILON, 1, -0.25)), {1: 0.5})
    b = WFSA({5: 0.25}, (Arc(5, ANY, 5, two), Arc(5, ANY, 5, 0.75)), {5: 1.0})

    def numeric(automaton):
        return automaton_with(automaton, lambda w: weigh(w, x))

    for combine in (union, concat, lambda p, q: intersect(p, q, K)):
        symbolic, plain = combine(a, b), combine(numeric(a), numeric(b))
        for xs in ([x], [x, x]):
            assert pathsum(symbolic, xs, K, weigh) == pytest.approx(pathsum(plain, xs, K), rel=1e-9, abs=1e-12)
    assert pathsum(epsilon_remove(a, K), [x], K, weigh) == pytest.approx(pathsum(numeric(a), [x], K), rel=1e-9)


def automaton_with(automaton, value):
    return WFSA(
        {q: value(w) for q, w in automaton.initial.items()},
        tuple(arc._replace(weight=value(arc.weight)) for arc in automaton.arcs),
        {q: value(w) for q, w in automaton.final.items()},
    )


def test_what_symbolic_products_look_like():
    u, v = Linear("u"), Log(Linear("v"))
    a = WFSA({0: 1.0}, (Arc(0, "x", 0, u),), {0: 1.0})
    b = WFSA({0: 1.0}, (Arc(0, ANY, 0, 2.0), Arc(0, ANY, 0, v)), {0: 1.0})

    assert [arc.weight for arc in intersect(a, b, REAL).arcs] == [Product((u, Const(2.0))), Product((u, v))]
    assert [arc.weight for arc in intersect(a, b, MIN_PLUS).arcs] == [Sum((u, Const(2.0))), Sum((u, v))]
    with pytest.raises(AutomatonError, match="only be multiplied by a number"):
        intersect(a, WFSA({0: 1.0}, (Arc(0, "x", 0, (1.0, 2.0)),), {0: 1.0}), REAL)


def test_removing_a_symbolic_epsilon_needs_its_value():
    automaton = WFSA({0: 1.0}, (Arc(0, EPSILON, 1, Linear("u")),), {1: 1.0})

    with pytest.raises(AutomatonError, match=r"weigh=wfsa\.evaluator"):
        epsilon_remove(automaton, REAL)


@given(automata(), st.text(alphabet="ab", max_size=4))
def test_spelling_out_keeps_strings_over_the_alphabet(automaton, xs):
    spelled = spell_out(automaton, "ab")

    assert all(arc.label is not ANY for arc in spelled.arcs)
    assert math.isclose(pathsum(spelled, xs, REAL), pathsum(automaton, xs, REAL), abs_tol=1e-12)


def test_states_keep_their_numbers():
    a = WFSA({3: 1.0}, (Arc(3, "a", 7, 1.0),), {7: 1.0})
    b = WFSA({-2: 1.0}, (Arc(-2, "b", 0, 1.0),), {0: 1.0})

    assert union(a, b).states == (3, 7, 8, 10)
    assert concat(a, b).states == (3, 7, 8, 9, 11)
    assert closure(a, REAL).states == (3, 7, 8)
    assert epsilon_remove(a, REAL) == a


@given(automata(), automata())
def test_an_intersection_has_no_dead_states(a, b):
    both = intersect(a, b, REAL)

    assert accessible(both) & coaccessible(both) == set(both.states)


def test_pairs_that_lead_nowhere_are_left_out():
    left = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(0, "b", 2, 0.5), Arc(2, "c", 3, 1.0)), {1: 1.0, 3: 1.0})
    right = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(0, "b", 2, 0.5), Arc(2, "d", 3, 1.0)), {1: 1.0, 3: 1.0})

    assert [arc.label for arc in intersect(left, right, REAL).arcs] == ["a"]
