"""Best paths, shares and samples of whole batches, against the automata core on each text."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from neural import (
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    CompileError,
    best_paths,
    compile_patterns,
    masses,
    posteriors,
    sample_paths,
)
from tests.neural.test_families import GRAPH, values
from wfsa import ANY, EPSILON, WFSA, Arc, evaluator

LENGTHS = [3, 0, 5, 1]
PATTERNS = [
    wfsa.graph([*GRAPH, (0, 0)], 0, 2, "g"),
    wfsa.ngram(3, "n", "gate"),
    WFSA({0: 1.0}, (Arc(0, ANY, 1, 0.5),), {1: 1.0}),
]


def compiled(patterns, K, seed=0):
    own = [wfsa.logarithmic(p) for p in patterns] if K.symbolic.additive else patterns
    bank = compile_patterns(own, 3, K).double()
    bank.load_symbolic(values(patterns, seed))
    return own, bank


def batch(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(len(LENGTHS), 6, 3, dtype=torch.float64, generator=generator), torch.tensor(LENGTHS)


@pytest.mark.parametrize("K", [MAX_PLUS, MAX_TIMES, MIN_PLUS], ids=repr)
@given(seed=st.integers(0, 99))
def test_best_paths_are_those_of_viterbi(K, seed):
    own, bank = compiled(PATTERNS, K, seed)
    x, lengths = batch(seed)
    found = best_paths(bank, x, lengths)
    weigh = evaluator(bank.to_symbolic()[1])
    for b, length in enumerate(LENGTHS):
        for p, pattern in enumerate(own):
            want = wfsa.viterbi(pattern, x[b, :length].numpy(), K.symbolic, weigh)
            if want is None:
                assert found.weight[b, p] == K.zero
                assert found.states(b, p) == ()
                continue
            assert found.weight[b, p].item() == pytest.approx(want.weight)
            assert found.states(b, p) == (want.states if length else ())
            assert found.arcs(b, p) == want.arcs


@pytest.mark.parametrize("labels", [*itertools.product(["a", ANY], repeat=4)], ids=str)
def test_equals_are_decided_as_in_viterbi(labels):
    """Every path weighs the same: at each state the arc that comes first in the automaton, constant or not."""
    ends = ((0, 1), (0, 0), (1, 0), (1, 1))
    arcs = tuple(Arc(source, label, target, 0.0) for (source, target), label in zip(ends, labels, strict=True))
    machine = WFSA({0: 0.0, 1: 0.0}, arcs, {0: 0.0, 1: 0.0})
    found = best_paths(compile_patterns([machine], 0, MAX_PLUS, "a"), torch.zeros(1, 5, dtype=torch.int64))

    assert found.states(0, 0) == wfsa.viterbi(machine, "aaaaa", wfsa.MAX_PLUS).states


ARCS = st.tuples(st.integers(0, 4), st.sampled_from(["a", "b", ANY]), st.integers(0, 4), st.sampled_from([0.0, -1.0]))


@given(st.lists(st.lists(ARCS, max_size=40, unique_by=lambda arc: arc[:3]), min_size=1, max_size=3), st.text("ab"))
def test_any_number_of_ways_into_a_state_and_equals_among_them(machines, text):
    own = [
        WFSA({0: 0.0, 1: -1.0}, tuple(Arc(*arc) for arc in [*arcs, (4, "c", 4, 0.0)]), dict.fromkeys(range(5), 0.0))
        for arcs in machines
    ]
    bank = compile_patterns(own, 0, MAX_PLUS, "abc")
    found = best_paths(bank, torch.tensor([["abc".index(symbol) for symbol in text]], dtype=torch.int64))

    for p, machine in enumerate(own):
        want = wfsa.viterbi(machine, text, wfsa.MAX_PLUS)
        assert found.weight[0, p] == (-torch.inf if want is None else want.weight)
        assert found.states(0, p) == (() if want is None or not text else want.states)
        assert found.arcs(0, p) == (() if want is None else want.arcs)


@pytest.mark.parametrize("K", [REAL, LOG], ids=repr)
@given(seed=st.integers(0, 99))
def test_posteriors_are_those_of_forward_and_backward(K, seed):
    own, bank = compiled(PATTERNS[:2], K, seed)
    x, lengths = batch(seed)
    shares = posteriors(bank, x, lengths)
    weigh = evaluator(bank.to_symbolic()[1])
    offsets = np.concatenate([[0], np.cumsum(LENGTHS)])
    for p, pattern in enumerate(own):
        for b, length in enumerate(LENGTHS):
            if wfsa.pathsum(pattern, x[b, :length].numpy(), K.symbolic, weigh) == K.zero:
                continue
            want = wfsa.posteriors(pattern, x[b, :length].numpy(), K.symbolic, weigh).arcs
            for column in range(len(bank.layout.columns)):
                reading = bank.layout.reading(column)
                if reading.pattern != p:
                    continue
                arc = reading.arc - sum(len(q.arcs) for q in own[:p])
                for t in range(length):
                    share = want[t].get(arc, K.zero)
                    share = np.exp(share) if K == LOG else share
                    assert shares[offsets[b] + t, column].item() == pytest.approx(share, abs=1e-9)


@given(seed=st.integers(0, 99))
def test_masses_are_forward_arc_backward(seed):
    """Of signed weights too."""
    own, bank = compiled(PATTERNS[:2], REAL, seed)
    x, lengths = batch(seed)
    found = masses(bank, x, lengths)
    weigh, layout, start = evaluator(bank.to_symbolic()[1]), bank.layout, 0
    for b, length in enumerate(lengths.tolist()):
        xs = x[b, :length].numpy()
        for p, pattern in enumerate(own):
            before, after = (way(pattern, xs, wfsa.REAL, weigh) for way in (wfsa.forward, wfsa.backward))
            columns = [c for c in range(len(layout.columns)) if layout.reading(c).pattern == p]
            for t in range(length):
                through = (before[t].get(a.source, 0.0) * after[t + 1].get(a.target, 0.0) for a in pattern.arcs)
                expected = [w * weigh(a.weight, xs[t]) for w, a in zip(through, pattern.arcs, strict=True)]
                got = sorted(found[start + t, columns].tolist())
                np.testing.assert_allclose(got, sorted(expected), rtol=1e-9, atol=1e-12)
        start += length


def test_posteriors_in_max_plus_are_the_best_path():
    _, bank = compiled(PATTERNS[:2], MAX_PLUS)
    x, lengths = batch()
    shares, best = posteriors(bank, x, lengths), best_paths(bank, x, lengths)
    hot = torch.zeros_like(shares)
    for columns in best.columns.T:
        known = columns >= 0
        hot[torch.arange(len(columns))[known], columns[known]] = 1

    assert torch.equal(shares, hot)


@pytest.mark.parametrize("K", [REAL, LOG], ids=repr)
def test_samples_have_the_frequencies_of_the_posteriors(K):
    """4,000 samples: every frequency within five standard errors."""
    patterns = [*PATTERNS[:2], wfsa.ngram(2, "s", "gate", skips=True)]
    _, bank = compiled(patterns, K)
    x, lengths = batch()
    samples = sample_paths(bank, x, lengths, 4000, torch.Generator().manual_seed(0))
    columns = torch.stack([sample.columns for sample in samples])
    shares = posteriors(bank, x, lengths)
    for column in range(shares.shape[1]):
        found = (columns == column).any(2).double().mean(0)
        spread = (shares[:, column] * (1 - shares[:, column]) / len(samples)).clamp_min(1e-9).sqrt()
        assert ((found - shares[:, column]).abs() <= 5 * spread + 1e-3).all()
    assert samples[0].states(0, 0)[0] in patterns[0].initial
    assert len(samples[0].states(2, 0)) == LENGTHS[2] + 1


def test_what_has_no_paths_says_so():
    x = torch.zeros(1, 2, 3)
    with pytest.raises(CompileError, match="best paths need MAX_PLUS"):
        best_paths(compile_patterns([wfsa.ngram(1)], 3), x)
    with pytest.raises(CompileError, match="sampled in REAL or LOG"):
        sample_paths(compile_patterns([wfsa.ngram(1)], 3, MAX_TIMES), x)
    with pytest.raises(CompileError, match="posteriors need REAL"):
        posteriors(compile_patterns([wfsa.ngram(1)], 3, EXTREMES), x)
    negative = compile_patterns([WFSA({0: 1.0}, (Arc(0, ANY, 0, -1.0),), {0: 1.0})], 3)
    with pytest.raises(CompileError, match="weights of at least 0"):
        sample_paths(negative, x)
    skipping = WFSA({0: 1.0}, (Arc(0, EPSILON, 1, 0.5), Arc(1, "a", 0, 1.0)), {0: 1.0})
    found = best_paths(compile_patterns([skipping], 0, MAX_TIMES, "a"), torch.zeros(1, 2, dtype=torch.int64))
    assert found.weight.item() == 0.25
    assert found.states(0, 0) == (0, 0, 0)  # epsilon arcs are in the weights, not among the states
