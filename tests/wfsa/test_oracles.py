"""The package against pynini/OpenFst, torch-struct and the semirings package."""

import math

import numpy as np
import pytest
import semirings
import torch
import torch_struct
from semirings.kleene import kleene

from tests import openfst
from tests.names import name_of
from tests.oracles import total_matrix
from wfsa import (
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    determinize,
    entropy,
    expected_counts,
    k_best_paths,
    kleene_closure,
    minimize,
    pathsum,
    push,
    total_weight,
    viterbi,
)
from wfsa.testing.enumeration import strings
from wfsa.testing.strategies import random_machine

WORDS = ["", "a", "ab", "cab", "abca"]


def test_openfst_agrees():
    """Total weight, string weights, expected counts, the five best paths; OpenFst's weights have nine digits."""
    machines = [random_machine(np.random.default_rng(seed)) for seed in range(150)]
    answers = openfst.ask([openfst.request(machine, WORDS, k=5) for machine in machines])

    for machine, answer in zip(machines, answers, strict=True):
        assert total_weight(machine, REAL) == pytest.approx(answer["total"], rel=1e-6, abs=1e-12)
        ours = [pathsum(machine, word, REAL) for word in WORDS]
        np.testing.assert_allclose(ours, answer["strings"], rtol=1e-6, atol=1e-12)
        best = [-math.log(path.weight) for path in k_best_paths(machine, None, 5, MAX_TIMES)]
        np.testing.assert_allclose(best, answer["best"], rtol=1e-5, atol=1e-5)  # tropical weights are float32 there
        if answer["total"] > 0:
            np.testing.assert_allclose(expected_counts(machine, REAL), answer["counts"], rtol=1e-6, atol=1e-9)


def test_openfst_finds_our_results_equal_to_what_they_came_from():
    machines = [random_machine(np.random.default_rng(seed), acyclic=True) for seed in range(150)]
    machines = [machine for machine in machines if total_weight(machine, REAL) > 0]
    asked = [
        openfst.request(m, same=[determinize(m, REAL), push(m, REAL), in_reals(minimize(in_logs(m), LOG))])
        for m in machines
    ]

    assert len(machines) > 100
    assert all(all(answer["same"]) for answer in openfst.ask(asked))


def test_openfst_finds_a_change():
    machine = random_machine(np.random.default_rng(3), acyclic=True)
    other = WFSA(machine.initial, machine.arcs, {q: w * 1.01 for q, w in machine.final.items()})

    assert [answer["same"] for answer in openfst.ask([openfst.request(machine, same=[machine, other])])] == [
        [True, False]
    ]


def mapped(automaton, value):
    return WFSA(
        {q: value(w) for q, w in automaton.initial.items()},
        tuple(arc._replace(weight=value(arc.weight)) for arc in automaton.arcs),
        {q: value(w) for q, w in automaton.final.items()},
    )


def in_logs(automaton):
    return mapped(automaton, math.log)


def in_reals(automaton):
    return mapped(automaton, math.exp)


@pytest.mark.parametrize(
    ("K", "other", "into", "back"),
    [
        (REAL, semirings.Float, float, float),
        (MAX_TIMES, semirings.MaxTimes, semirings.MaxTimes, lambda w: w.score),
        (MIN_PLUS, semirings.MinPlus, lambda w: semirings.MinPlus(-math.log(w)), lambda w: w.cost),
        (LOG, semirings.LogVal, semirings.LogVal.lift, lambda w: w.ell if w.pos else math.nan),
    ],
    ids=name_of,
)
def test_kleene_closure_is_that_of_the_semirings_package(K, other, into, back):
    value = {REAL: float, MAX_TIMES: float, MIN_PLUS: lambda w: -math.log(w), LOG: math.log}[K]
    for seed in range(40):
        machine = random_machine(np.random.default_rng(seed), epsilons=False)
        size = max(machine.states) + 1
        rows = np.full((size, size), other.zero, dtype=object)
        for arc in machine.arcs:
            rows[arc.source, arc.target] = rows[arc.source, arc.target] + into(arc.weight)
        expected = kleene(rows, other, reflexive=True)
        found = kleene_closure(mapped(machine, value), K)

        for p in machine.states:
            for q in machine.states:
                assert found[p].get(q, K.zero) == pytest.approx(back(expected[p, q]), rel=1e-9, abs=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_torch_struct_agrees_on_chains():
    """Partition, max, k max and entropy over the states of a string: its edges carry log T[x_t]."""
    rng = np.random.default_rng(0)
    size, word = 3, "abca"
    tables = {symbol: rng.uniform(0.1, 1, (size, size)) for symbol in "abc"}
    start, end = rng.uniform(0.1, 1, size), rng.uniform(0.1, 1, size)
    arcs = tuple(
        Arc(p, symbol, q, float(np.log(table[p, q])))
        for symbol, table in tables.items()
        for p in range(size)
        for q in range(size)
    )
    machine = WFSA(
        {q: float(np.log(w)) for q, w in enumerate(start)}, arcs, {q: float(np.log(w)) for q, w in enumerate(end)}
    )
    steps = np.stack([tables[symbol].T for symbol in word])  # [time, to, from]
    steps[0] *= start[None, :]
    steps[-1] *= end[:, None]
    chain = torch_struct.LinearChainCRF(torch.tensor(np.log(steps))[None], lengths=torch.tensor([len(word) + 1]))

    assert pathsum(machine, word, LOG) == pytest.approx(float(chain.partition), rel=1e-9)
    assert viterbi(machine, word, MAX_PLUS).weight == pytest.approx(float(chain.max), rel=1e-9)
    three = [path.weight for path in k_best_paths(machine, word, 3, MAX_PLUS)]
    assert three == pytest.approx(chain.kmax(3).flatten().tolist(), rel=1e-9)
    assert entropy(machine, LOG, word) == pytest.approx(float(chain.entropy), rel=1e-9)


def test_a_machine_without_arcs_leaves_something_to_compare():
    """The oracles know the empty string."""
    machine = WFSA({0: 0.5}, (), {0: 0.5})

    assert openfst.ask([openfst.request(machine, [""])])[0]["strings"] == [pytest.approx(0.25)]
    assert total_matrix(machine)[0].tolist() == [0.5]
    assert strings("ab", 1) == ["", "a", "b"]
