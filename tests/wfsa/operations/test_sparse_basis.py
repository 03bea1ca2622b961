"""Minimisation and equivalence by a sparse basis: as by dense linear algebra, and on automata that it is for."""

import numpy as np
import pytest
from hypothesis import given

import wfsa
from wfsa import ANY, LOG, REAL, WFSA, Arc, from_strings, pathsum, trie
from wfsa.operations import sparse_basis, vectors
from wfsa.testing.enumeration import strings
from wfsa.testing.strategies import SETS, automata

READ = strings("abc", 4)


def same(a, b, K=REAL):
    return all(K.near(pathsum(a, x, K), pathsum(b, x, K), 1e-7) for x in READ)


@given(automata(epsilons=False, labels=SETS))
def test_it_is_as_small_as_by_dense_linear_algebra(machine):
    dense = wfsa.minimize(machine, REAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_basis, "FROM", 0)
        sparse = wfsa.minimize(machine, REAL)
    assert len(sparse.states) == len(dense.states)
    assert same(sparse, machine)


@given(automata(epsilons=False, labels=SETS), automata(epsilons=False, labels=SETS))
def test_it_finds_the_strings_that_tell_automata_apart(a, b):
    doubled = wfsa.union(a, b)
    half = WFSA(doubled.initial, doubled.arcs, {q: 0.5 * w for q, w in doubled.final.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_basis, "FROM", 0)
        assert wfsa.equivalent(doubled, wfsa.union(half, half), REAL)
        found = wfsa.equivalent(a, b, REAL)
    if found:
        assert same(a, b)
    else:
        text = ["d" if x is ANY else x for x in found.string]
        assert not REAL.near(pathsum(a, text, REAL), pathsum(b, text, REAL), 1e-12)


def lexicon(count, seed=0):
    rng = np.random.default_rng(seed)
    words = {"".join(rng.choice(list("abcdefgh"), rng.integers(3, 9))) for _ in range(count)}
    return {word: float(weight) for word, weight in zip(sorted(words), rng.integers(1, 5, len(words)), strict=True)}


def paths_of(weights):
    """A path of its own for every word, from one start."""
    arcs, final = [], {}
    for word, weight in weights.items():
        state = 0
        for place, symbol in enumerate(word):
            arcs.append(Arc(state, symbol, len(arcs) + 1, weight if place == 0 else 1.0))
            state = len(arcs)
        final[state] = 1.0
    return WFSA({0: 1.0}, tuple(arcs), final)


def test_a_lexicon_of_thousands_of_states():
    """The smallest automaton over a field is no larger than the smallest deterministic one."""
    weights = lexicon(400)
    machine, tree = paths_of(weights), trie(weights, REAL)
    assert len(machine.states) > 1500
    smallest = wfsa.minimize(machine, REAL)
    assert len(smallest.arcs) < len(machine.arcs)
    assert len(smallest.states) <= len(from_strings(weights, REAL).states) < len(tree.states)
    for word, weight in list(weights.items())[::37]:
        assert pathsum(smallest, word, REAL) == pytest.approx(weight)
        assert pathsum(smallest, word + "a", REAL) == pytest.approx(weights.get(word + "a", 0.0), abs=1e-7)
    assert wfsa.equivalent(machine, smallest, REAL)
    for K in (REAL, LOG):  # both deterministic: read side by side
        own = {word: weight if K is REAL else float(np.log(weight)) for word, weight in weights.items()}
        assert wfsa.equivalent(trie(own, K), from_strings(own, K), K)
        (word, weight), *_ = own.items()
        assert not wfsa.equivalent(trie(own, K), from_strings(own | {word: weight + 0.1}, K), K)
    changed = weights | {next(iter(weights)): 7.0}
    found = wfsa.equivalent(machine, paths_of(changed), REAL)
    assert "".join(found.string) == next(iter(weights))


def test_a_basis_that_fills_up_is_refused(monkeypatch):
    monkeypatch.setattr(vectors, "_MOST", 50)
    with pytest.raises(wfsa.SizeError, match="50 entries"):
        wfsa.minimize(paths_of(lexicon(200)), REAL)


def chain(length, *more, end=1.0, weight=1.0):
    arcs = tuple(Arc(i, "a", i + 1, weight) for i in range(length))
    return WFSA(
        {0: 1.0}, (*arcs, *(Arc(length, *arc) for arc in more)), {length: end, length + 1: 1.0, length + 2: 1.0}
    )


@pytest.mark.parametrize("length", [20, 200])
def test_tolerance_scale_and_cancelling_arcs_mean_the_same_at_every_size(length):
    assert wfsa.equivalent(chain(length), chain(length, end=1.0001), REAL, tolerance=1e-2)
    assert not wfsa.equivalent(chain(length), chain(length, end=1.0001), REAL)
    cancelled = chain(length, ("z", length, 0.1), ("z", length, 0.2), ("z", length, -0.3))
    assert wfsa.equivalent(chain(length), cancelled, REAL)
    fork = (("b", length + 1, 1.0), ("b", length + 2, 1.0))
    large, other = (WFSA({0: 1.0}, chain(length, *fork).arcs, {length + 1: one, length + 2: two})
                    for one, two in ((1.7e308, 1e306), (1e308, 2e306)))  # fmt: skip
    assert not wfsa.equivalent(large, other, REAL)
    assert wfsa.equivalent(large, large, REAL)
    swapped = [WFSA({0: 1.0}, tuple(a._replace(weight=w) for a, w in zip(chain(4).arcs, own, strict=True)), {4: 1.0})
               for own in ([1e-300, 1e-300, 1e300, 1e300], [1e300, 1e300, 1e-300, 1e-300])]  # fmt: skip
    assert wfsa.equivalent(*swapped, REAL)
