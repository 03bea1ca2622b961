"""Scores in LOG by scaled numbers are those of logarithms, also where scaling has to give up."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from neural import best_paths, compile_patterns, scan_ref
from neural.scans.cpu import scaled
from wfsa import LOG, MAX_PLUS, WFSA, Arc
from wfsa.testing.strategies import automata

ALPHABET = "abc"


def scores(bank, texts):
    """(by the kernel that no gradient needs, by the reference)."""
    lengths = torch.tensor([len(text) for text in texts])
    read = torch.zeros(len(texts), int(lengths.max()), dtype=torch.int64)
    for row, text in zip(read, texts, strict=True):
        row[: len(text)] = torch.tensor([ALPHABET.index(symbol) for symbol in text], dtype=torch.int64)
    packed = bank.packed(read, lengths)
    with torch.no_grad():
        return bank(packed)[:, 0], bank.read_out(scan_ref(bank.steps(packed), bank.plan, bank.K))[:, 0]


@given(
    automata(epsilons=False, max_arcs=12),
    st.lists(st.floats(-900, 30), min_size=1, max_size=5),
    st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=4),
)
def test_it_is_the_scan_of_logarithms_however_far_weights_are_apart(machine, weights, texts):
    def other(place):
        return weights[place % len(weights)]

    arcs = tuple(arc._replace(weight=other(i)) for i, arc in enumerate(machine.arcs))
    ends = ({q: other(q) for q in machine.initial}, {q: other(q + 1) for q in machine.final})
    bank = compile_patterns([WFSA(ends[0], arcs, ends[1])], alphabet=ALPHABET, semiring=LOG).double()
    found, wanted = scores(bank, [*texts, ""])
    assert found.tolist() == pytest.approx(wanted.tolist(), rel=1e-12, abs=1e-12)


def test_what_would_be_lost_beside_larger_numbers_is_scored_by_logarithms(monkeypatch):
    """The way that can end falls behind the other one by e¹⁰⁰ a token: scaled alone it would be 0 after eight."""
    arcs = (Arc(0, "a", 0, 0.0), Arc(0, "b", 1, 0.0), Arc(1, "a", 1, -100.0), Arc(1, "c", 1, 0.0))
    bank = compile_patterns([WFSA({0: 0.0, 1: 0.0}, arcs, {1: 0.0})], alphabet=ALPHABET, semiring=LOG).double()
    assert scores(bank, ["a" * 20, "ab"])[0].tolist() == [-2000.0, 0.0]
    calls = []
    monkeypatch.setattr(scaled.log, "forward", lambda *given: calls.append(given[6:8]))
    scores(bank, ["a" * 20, "ab"])
    assert calls == [(0, 1)]


def test_a_start_far_below_the_others_is_not_lost():
    arcs = (Arc(1, "a", 2, -100.0), Arc(0, "b", 3, 0.0), Arc(3, "a", 3, 0.0))
    for start, step in ((-690.0, -100.0), (-600.0, -140.0)):
        own = (arcs[0]._replace(weight=step), *arcs[1:])
        bank = compile_patterns([WFSA({0: 0.0, 1: start}, own, {2: 0.0})], alphabet=ALPHABET, semiring=LOG).double()
        assert scores(bank, ["a"])[0].tolist() == [start + step]


def test_long_texts_in_single_precision_keep_their_digits():
    rng = np.random.default_rng(0)
    table = rng.normal(-3, 2, (4, 4, 3))
    places = [(p, x, q) for p in range(4) for x in range(3) for q in range(4)]
    arcs = tuple(Arc(p, ALPHABET[x], q, float(table[p, q, x])) for p, x, q in places)
    machine = WFSA({0: 0.0}, arcs, dict.fromkeys(range(4), 0.0))
    text = "".join(ALPHABET[x] for x in rng.integers(0, 3, 5000))
    found, _ = scores(compile_patterns([machine], alphabet=ALPHABET, semiring=LOG), [text])
    assert float(found) == pytest.approx(wfsa.pathsum(machine, text, LOG), rel=3e-7)


@given(st.integers(2, 6), st.randoms(use_true_random=False))
def test_best_paths_along_runs_take_the_first_of_equal_ways(size, random):
    """A graph with all arcs, weights of two values: most ways have equals."""
    arcs = tuple(
        Arc(p, symbol, q, random.choice([0.0, -1.0])) for p in range(size) for q in range(size) for symbol in "ab"
    )
    machine = WFSA({0: 0.0, 1: 0.0}, arcs, dict.fromkeys(range(size), 0.0))
    bank = compile_patterns([machine], alphabet="ab", semiring=MAX_PLUS).double()
    assert not size > 3 or not bank.ways[0, 2]  # by runs
    text = "".join(random.choice("ab") for _ in range(9))
    best = best_paths(bank, torch.tensor([["ab".index(symbol) for symbol in text]]), torch.tensor([9]))
    assert best.arcs(0, 0) == wfsa.viterbi(machine, text, MAX_PLUS).arcs
