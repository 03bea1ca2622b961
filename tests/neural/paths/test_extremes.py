"""The lowest and the highest path of every pattern, against every path that there is."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from neural import compile_patterns, extreme_paths
from wfsa import evaluator, ngram
from wfsa.testing.strategies import parameters, symbolic_patterns

WORDS = st.lists(st.integers(0, 4), max_size=4)


def every_path(pattern, vectors, anywhere, weigh):
    """(weight, start, stop, main tokens) of all paths, one token or more where they may lie anywhere."""

    def walk(state, t, begin, weight, mains):
        if state in pattern.final and (t == len(vectors) or (anywhere and t > begin)):
            yield weight * weigh(pattern.final[state], None), begin, t, tuple(mains)
        if t < len(vectors):
            for arc in pattern.arcs:
                if arc.source == state:
                    more = [t] if arc.source != arc.target else []
                    yield from walk(arc.target, t + 1, begin, weight * weigh(arc.weight, vectors[t]), [*mains, *more])

    for begin in range(len(vectors) + 1 if anywhere else 1):
        for state, weight in pattern.initial.items():
            yield from walk(state, begin, begin, weigh(weight, None), [])


def assert_those_of_the_reference(patterns, values, table, ids, anywhere):
    bank = compile_patterns(patterns, table.shape[1]).double()
    bank.load_symbolic(values)
    found = extreme_paths(
        bank, torch.from_numpy(table), [np.array(words, dtype=np.int64) for words in ids], anywhere, 2
    )
    weigh = evaluator(values)
    for b, words in enumerate(ids):
        for p, pattern in enumerate(patterns):
            paths = list(every_path(pattern, table[words] if words else [], anywhere, weigh))
            if anywhere:
                paths = [path for path in paths if path[2] > path[1]]
            for end, pick in enumerate((min, max)):
                weight = found.weight[b, p, end]
                if not paths:
                    assert math.isnan(weight)
                    continue
                assert weight == pytest.approx(pick(path[0] for path in paths), rel=1e-12, abs=1e-15)
                begin, stop = found.span[b, p, end]
                mains = tuple(t for t in found.mains[b, p, end] if t >= 0)
                assert any(
                    (begin, stop, mains) == path[1:] and path[0] == pytest.approx(weight, rel=1e-12, abs=1e-15)
                    for path in paths
                )


@given(symbolic_patterns(), st.integers(0, 50), st.lists(WORDS, min_size=1, max_size=3), st.booleans())
def test_any_topology(patterns, seed, ids, anywhere):
    if patterns:
        assert_those_of_the_reference(
            patterns, parameters(3, seed), np.random.default_rng(seed).normal(size=(5, 3)), ids, anywhere
        )


@given(st.integers(1, 3), st.integers(0, 50), st.lists(WORDS, min_size=1, max_size=3), st.booleans())
def test_learned_chains_with_weights_of_both_signs(length, seed, ids, anywhere):
    rng = np.random.default_rng(seed)
    bank = compile_patterns([ngram(length, "p0"), ngram(2, "p1")], 3).double()
    torch.manual_seed(seed)
    bank.reset_parameters()
    patterns, values = bank.to_symbolic()

    assert_those_of_the_reference(list(patterns), values, rng.normal(size=(5, 3)), ids, anywhere)


def test_threads_change_nothing():
    rng = np.random.default_rng(0)
    bank = compile_patterns([ngram(3, f"p{i}") for i in range(4)], 6)
    table = torch.from_numpy(rng.normal(size=(50, 6)).astype(np.float32))
    ids = [rng.integers(0, 50, size=length) for length in rng.integers(0, 40, size=100)]
    one, two = (extreme_paths(bank, table, ids, True, threads) for threads in (1, 2))

    for here, there in zip(vars(one).values(), vars(two).values(), strict=True):
        np.testing.assert_array_equal(here, there)
