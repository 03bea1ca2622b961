"""Nobody guesses a semiring, and what is none is named."""

import inspect

import numpy as np
import pytest

import wfsa
from wfsa import (
    EPSILON,
    MAX_PLUS,
    REAL,
    WFSA,
    Arc,
    AutomatonError,
    Semiring,
    SemiringError,
    backward,
    check_laws,
    closure,
    determinize,
    distance,
    entropy,
    epsilon_remove,
    equivalent,
    expectation,
    extreme_paths,
    forward,
    from_att,
    intersect,
    k_best,
    k_best_paths,
    minimize,
    pathsum,
    posteriors,
    product,
    push,
    to_att,
    total_weight,
    twins_violation,
    viterbi,
)

ARCS = (Arc(0, EPSILON, 1, 0.5), Arc(1, "a", 2, 0.5), Arc(2, EPSILON, 2, 0.5))
MIXED = WFSA({0: 1.0}, ARCS, {1: 0.5, 2: 0.5})


def no_semiring(K):
    return [
        lambda: pathsum(MIXED, "a", K),
        lambda: viterbi(MIXED, "a", K),
        lambda: k_best_paths(MIXED, "a", 2, K),
        lambda: posteriors(MIXED, "a", K),
        lambda: total_weight(MIXED, K),
        lambda: entropy(MIXED, K),
        lambda: equivalent(MIXED, MIXED, K),
        lambda: distance(MIXED, MIXED, K),
        lambda: minimize(MIXED, K),
        lambda: determinize(MIXED, K),
        lambda: push(MIXED, K),
        lambda: epsilon_remove(MIXED, K),
        lambda: twins_violation(MIXED, K),
        lambda: intersect(MIXED, MIXED, K),
        lambda: closure(MIXED, K),
        lambda: product(REAL, K),
        lambda: expectation(K),
        lambda: k_best(2, K),
        lambda: check_laws(K, []),
        lambda: to_att(MIXED, K),
        lambda: from_att("0", K),
    ]


@pytest.mark.parametrize("number", range(len(no_semiring(None))))
@pytest.mark.parametrize("K", ["REAL", None, float])
def test_what_is_no_semiring_is_named(K, number):
    with pytest.raises(SemiringError, match=r"K is a semiring, such as wfsa\.REAL"):
        no_semiring(K)[number]()


def test_no_public_function_assumes_a_semiring():
    for name in wfsa.__all__:
        value = getattr(wfsa, name)
        if inspect.isfunction(value):
            assert not any(isinstance(p.default, Semiring) for p in inspect.signature(value).parameters.values()), name


@pytest.mark.parametrize(
    "ask",
    [
        lambda xs: viterbi(MIXED, xs, MAX_PLUS),
        lambda xs: pathsum(MIXED, xs, REAL),
        lambda xs: forward(MIXED, xs, REAL),
        lambda xs: backward(MIXED, xs, REAL),
        lambda xs: posteriors(MIXED, xs, REAL),
        lambda xs: extreme_paths(MIXED, xs),
    ],
)
@pytest.mark.parametrize("xs", [None, 5, {"a": 1}, iter("a"), np.array(3.0)])
def test_what_is_no_sequence_is_named(ask, xs):
    with pytest.raises(AutomatonError, match=r"what is read is a sequence of symbols.*total_weight, or k_best_paths"):
        ask(xs)
