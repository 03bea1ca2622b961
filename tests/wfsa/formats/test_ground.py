"""Patterns over words and graphs of networkx: what comes back, and what scores as before."""

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from wfsa import (
    ANY,
    REAL,
    WFSA,
    Affine,
    Arc,
    AutomatonError,
    Lookup,
    evaluator,
    from_networkx,
    ground,
    ngram,
    pathsum,
    to_networkx,
)
from wfsa.testing.strategies import automata, parameters, symbolic_patterns


@given(automata())
def test_networkx_comes_back(automaton):
    graph = to_networkx(automaton)

    assert isinstance(graph, networkx.MultiDiGraph)
    assert from_networkx(graph) == automaton
    for state in automaton.states:
        reached = wfsa.accessible(WFSA({state: 1.0}, automaton.arcs, {}))
        assert reached == networkx.descendants(graph, state) | {state}


@given(symbolic_patterns(), st.integers(0, 100), st.lists(st.sampled_from(["x", "y", "z", "q"]), max_size=3))
def test_grounded_patterns_score_words_as_their_vectors(patterns, seed, words):
    values, rng = parameters(3, seed), np.random.default_rng(seed)
    unknown = rng.normal(size=3)
    vectors = {word: rng.normal(size=3) for word in "xyz"}
    read = [vectors.get(word, unknown) for word in words]
    for pattern in patterns:
        grounded = ground(pattern, values, vectors, unknown=unknown)
        known = ground(pattern, values, vectors)
        score = pathsum(pattern, read, REAL, evaluator(values))

        assert all(isinstance(arc.weight, int | float) for arc in grounded.arcs)
        assert pathsum(grounded, words, REAL) == pytest.approx(score, rel=1e-9, abs=1e-9)
        if "q" not in words:
            assert pathsum(known, words, REAL) == pytest.approx(score, rel=1e-9, abs=1e-9)


def test_the_strongest_words_keep_their_weights_and_the_others_share_one():
    values = {"p.main1": Affine((1.0,)), "p.loop1": Affine((0.0,), -50.0)}
    vectors = {"awful": (-4.0,), "good": (3.0,), "fine": (1.0,), "the": (0.0,)}
    grounded = ground(ngram(1, "p"), values, vectors, k=2)

    def weight(word):
        return pathsum(grounded, [word], REAL)

    assert weight("awful") == pytest.approx(-4)
    assert weight("good") == pytest.approx(3)
    assert weight("fine") == weight("the") == weight("never seen") == pytest.approx(0.5)
    assert len([arc for arc in grounded.arcs if arc.target == 1 and arc.source == 0]) == 3
    with pytest.raises(AutomatonError, match="k is at least 1"):
        ground(ngram(1, "p"), values, vectors, k=0)
    with pytest.raises(AutomatonError, match="goes without"):
        ground(ngram(1, "p"), values, vectors, k=1, unknown=(0.0,))


def test_lookup_weights_read_tables():
    machine = WFSA({0: 1.0}, (Arc(0, ANY, 0, Lookup("t")),), {0: 1.0})
    weigh = evaluator({"t": {"a": 0.5, "b": 0.25}})

    assert pathsum(machine, "ab", REAL, weigh) == 0.125
    with pytest.raises(AutomatonError, match="knows the symbols of its table"):
        pathsum(machine, "c", REAL, weigh)
    with pytest.raises(AutomatonError, match="a mapping for a Lookup"):
        pathsum(machine, "a", REAL, evaluator({"t": Affine((1.0,))}))
