"""Columns over an alphabet: one for all symbols between two states, in an order that changes no sum and no tie."""

from itertools import chain

import numpy as np
import pytest
import torch
from hypothesis import given

import wfsa
from neural import best_paths, compile_patterns, scan_ref
from neural.compile.layout import make_layout
from wfsa import ANY, LOG, MAX_PLUS, REAL, WFSA, Arc
from wfsa.testing.strategies import automata

ALPHABET = ("a", "b", "c")


@given(automata(epsilons=False, max_arcs=9))
def test_a_column_has_one_reading_for_a_symbol_and_the_automatons_order(automaton):
    layout = make_layout([automaton], alphabet=ALPHABET)
    assert sorted(place for group in layout.groups for place in group) == list(range(len(layout.readings)))

    def reads(place, symbol):
        return layout.arcs[layout.readings[place].arc][1].label in (symbol, ANY)

    for symbol in ALPHABET:
        for state in range(len(layout.states)):
            groups = [layout.groups[group] for group in layout.entering[state]]
            read = [[place for place in group if reads(place, symbol)] for group in groups]
            assert all(len(own) <= 1 for own in read)
            assert [*chain(*read)] == sorted(chain(*read))
    for group in layout.groups:
        assert len({(layout.readings[place].source, layout.readings[place].target) for place in group}) == 1


def hidden_markov(states, symbols):
    """One arc per pair of states and symbol."""
    rng = np.random.default_rng(0)
    change, emit = rng.dirichlet(np.ones(states), states), rng.dirichlet(np.ones(symbols), states)
    arcs = [
        Arc(p, str(x), q, float(change[p, q] * emit[q, x]))
        for p in range(states) for q in range(states) for x in range(symbols)
    ]  # fmt: skip
    return WFSA({0: 1.0}, tuple(arcs), dict.fromkeys(range(states), 1.0))


@pytest.mark.parametrize("K", [REAL, LOG, MAX_PLUS], ids=repr)
def test_a_hidden_markov_model_has_a_column_per_pair_of_states(K):
    machine = hidden_markov(4, 6)
    if K is not REAL:
        logs = tuple(arc._replace(weight=float(np.log(arc.weight))) for arc in machine.arcs)
        machine = WFSA({0: 0.0}, logs, dict.fromkeys(range(4), 0.0))
    bank = compile_patterns([machine], semiring=K, alphabet=[str(x) for x in range(6)]).double()
    assert len(bank.layout.columns) == 16

    read, lengths, texts = torch.tensor([[0, 5, 2, 2, 4], [1, 1, 3, 0, 0]]), torch.tensor([5, 3]), ["05224", "113"]
    found = bank(read, lengths)[:, 0].tolist()
    assert found == pytest.approx([wfsa.pathsum(machine, text, K) for text in texts], rel=1e-12)
    if K is MAX_PLUS:
        best = best_paths(bank, read, lengths)
        assert [best.arcs(i, 0) for i in range(2)] == [wfsa.viterbi(machine, text, K).arcs for text in texts]


def test_ties_take_the_arc_that_comes_first_whatever_shares_a_column():
    """b from 1 comes before b from 0, though the column of a from 0 is older."""
    arcs = (Arc(0, "a", 2, 1.0), Arc(1, "b", 2, 1.0), Arc(0, "b", 2, 1.0), Arc(1, "a", 2, 1.0))
    machine = WFSA({0: 0.0, 1: 0.0}, arcs, {2: 0.0})
    bank = compile_patterns([machine], semiring=MAX_PLUS, alphabet=["a", "b"]).double()
    best = best_paths(bank, torch.tensor([[0], [1]]), torch.tensor([1, 1]))
    assert [best.arcs(i, 0) for i in range(2)] == [(arcs[0],), (arcs[1],)]


@pytest.mark.parametrize("K", [LOG, MAX_PLUS], ids=repr)
def test_a_hub_costs_what_its_arcs_do(K):
    """Two thousand ways into one state, whose sums the reference makes level by level."""
    ways = 2000
    into = [Arc(i + 1, "b", ways + 1, -1.0 - i % 7) for i in range(ways)]
    machine = WFSA({0: 0.0}, (*(Arc(0, "a", i + 1, 0.0) for i in range(ways)), *into), {ways + 1: 0.0})
    bank = compile_patterns([machine], semiring=K, alphabet=["a", "b"]).double()
    assert sum(table.numel() for table in bank.buffers()) < 50 * len(machine.arcs)

    packed, wanted = bank.packed(torch.tensor([[0, 1]]), torch.tensor([2])), wfsa.pathsum(machine, "ab", K)
    assert float(bank(packed)) == pytest.approx(wanted, rel=1e-12)
    states = scan_ref(bank.steps(packed), bank.plan, bank.K)
    assert float(bank.read_out(states)) == pytest.approx(wanted, rel=1e-12)
