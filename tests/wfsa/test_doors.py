"""What public functions take, and the one sentence about what they do not."""

import math
import warnings
from decimal import Decimal

import numpy as np
import pytest
import torch

import wfsa
from wfsa import (
    EPSILON,
    LOG,
    MAX_TIMES,
    REAL,
    WFSA,
    Arc,
    AutomatonError,
    SemiringError,
    evaluator,
    hmm,
    hmm_parameters,
    k_best_paths,
    load,
    pathsum,
    reverse,
    sample_paths,
    save,
    total_weight,
)

A = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5),), {1: 1.0})


def test_labels_of_numpy_are_pythons(tmp_path):
    labels = (np.int64(3), np.str_("x"), np.int8(4))
    machine = WFSA({0: 1.0}, tuple(Arc(0, label, 0, 1.0) for label in labels), {0: 1.0})

    assert [type(arc.label) for arc in machine.arcs] == [int, str, int]
    save(tmp_path / "m.json", {"m": machine})
    assert load(tmp_path / "m.json").automata["m"] == machine
    assert pathsum(machine, [np.int64(3), 3, "x"], REAL) == 1


@pytest.mark.parametrize(
    "weight", [torch.tensor(math.nan), Decimal("nan"), Decimal("snan"), complex("nan"), (1.0, Decimal("nan"))], ids=repr
)
def test_what_is_no_number_is_refused_of_any_type(weight):
    with pytest.raises(AutomatonError, match="not NaN"):
        WFSA({0: weight}, (), {})
    assert WFSA({0: Decimal(1), 1: torch.tensor(1.0), 2: 1j}, (), {}).initial[0] == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda: pathsum("a", A, REAL),
        lambda: wfsa.backward("a", "a", REAL),
        lambda: total_weight("a", REAL),
        lambda: wfsa.union(A, "b"),
        lambda: wfsa.concat("a", A),
        lambda: wfsa.closure("a", REAL),
        lambda: wfsa.intersect(A, "b", REAL),
        lambda: wfsa.equivalent(A, "b", REAL),
        lambda: wfsa.equivalent(A, "b", MAX_TIMES),
        lambda: reverse("a"),
        lambda: wfsa.trim(None),
        lambda: wfsa.epsilon_remove("a", REAL),
        lambda: wfsa.minimize("a", MAX_TIMES),
        lambda: wfsa.viterbi("a", "a", MAX_TIMES),
        lambda: wfsa.extreme_paths("a", "a"),
        lambda: k_best_paths("a", "a", 1, MAX_TIMES),
        lambda: wfsa.entropy("a", REAL),
        lambda: wfsa.spell_out("a", "ab"),
        lambda: wfsa.main_arcs("a"),
        lambda: wfsa.anywhere("a"),
        lambda: wfsa.logarithmic("a"),
        lambda: wfsa.ground("a", {}, {}),
        lambda: wfsa.rename_parameters("a", str.upper),
        lambda: wfsa.to_att("a", REAL),
        lambda: wfsa.to_networkx("a"),
        lambda: wfsa.to_json("a"),
    ],
)
def test_an_automaton_is_one(ask):
    with pytest.raises(AutomatonError, match=r"an automaton is a wfsa\.WFSA"):
        ask()


def test_states_to_delete_are_a_collection():
    for states in (0, "0"):
        with pytest.raises(AutomatonError, match=r"a collection .*write \[0\]"):
            wfsa.delete_states(A, states)
    with pytest.raises(AutomatonError, match="only states of the automaton"):
        wfsa.delete_states(A, [5, "x"])


@pytest.mark.parametrize("number", [2.5, "2", -1, None, True])
def test_numbers_of_paths_are_ints(number):
    with pytest.raises(SemiringError, match="int of at least 1"):
        k_best_paths(A, "a", number, MAX_TIMES)
    with pytest.raises(SemiringError, match="int of at least 0"):
        sample_paths(A, number, REAL)
    assert sample_paths(A, 0, REAL) == []
    assert len(sample_paths(A, np.int64(2), REAL)) == 2


def test_parameters_of_a_hidden_markov_model():
    with pytest.raises(AutomatonError, match="symbols of an alphabet differ"):
        hmm_parameters([1], [[1]], [[0.5, 0.5]], "aa")
    with pytest.raises(AutomatonError, match=r"numbers of at least 0 .*got \['1'\]"):
        hmm_parameters(["1"], [[1]], [[1]], "a")
    with pytest.raises(AutomatonError) as long:
        hmm_parameters([1], [[1]], [[0.5] * 1000], range(1000))
    assert len(str(long.value)) < 300
    start, steps, emit, ends = [0.5, 0.5], [[0.3, 0.3], [0.2, 0.2]], [[1.0], [1.0]], [0.4, 0.6]
    parameters = hmm_parameters(start, steps, emit, "a", ends=ends)
    with pytest.raises(AutomatonError, match="needs parameters of its own"):
        pathsum(hmm(2), "aa", REAL, evaluator(parameters))
    assert pathsum(hmm(2, ends=True), "a", REAL, evaluator(parameters)) == pytest.approx(0.5)


@pytest.mark.parametrize("turned", [False, True])
def test_a_ring_of_logarithms_takes_seconds(turned):
    """Of 1,500 states: against the closed form, 1 / (1 − e^(−n/1000))."""
    n = 1500
    ring = WFSA({0: 0.0}, tuple(Arc(q, EPSILON, (q + 1) % n, -1e-3) for q in range(n)), {0: 0.0})

    assert pathsum(reverse(ring) if turned else ring, "", LOG) == pytest.approx(-math.log1p(-math.exp(-1.5)), rel=1e-9)


def test_what_is_not_said_of_lost_products_is_in_the_docstrings():
    half = WFSA({0: 1.0}, (Arc(0, "a", 0, 0.1),), {0: 1.0})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pathsum(half, "a" * 400, wfsa.product(REAL, MAX_TIMES)) == (0, 0)
        assert pathsum(half, "a" * 400, wfsa.k_best(2, MAX_TIMES), weigh=wfsa.labelled()) == ()
    for said in (wfsa.product, wfsa.k_best, wfsa.extreme_paths):
        assert "without a warning" in said.__doc__
