"""WFSA values, symbolic weights, patterns and structural operations."""

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import COMBINE
from wfsa import (
    ANY,
    REAL,
    WFSA,
    Affine,
    Arc,
    AutomatonError,
    Complement,
    Const,
    Linear,
    Log,
    Product,
    Sigmoid,
    Sum,
    accessible,
    at_zero,
    coaccessible,
    delete_states,
    evaluate,
    evaluator,
    load,
    main_arcs,
    ngram,
    pathsum,
    save,
    trim,
)
from wfsa.testing.enumeration import paths
from wfsa.testing.strategies import STATES, STRINGS, automata, expressions, parameters


@given(automata(), automata())
def test_equal_automata_hash_alike_and_copies_are_equal(one, other):
    for same in (copy.deepcopy(one), copy.copy(one)):
        assert same == one
        assert hash(same) == hash(one)
    assert (one == other) == ((one.initial, one.arcs, one.final) == (other.initial, other.arcs, other.final))


def test_automata_cannot_be_changed():
    machine = ngram(1)

    with pytest.raises(TypeError):
        machine.initial[0] = 2.0
    with pytest.raises(AttributeError):
        machine.arcs = ()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (({"q": 1.0}, (), {}), "states are ints"),
        (({}, (Arc(0, [], 1, 1.0),), {}), "labels are hashable"),
        (({}, (Arc(0, "a", 1, math.nan),), {}), "NaN"),
        (({}, (Arc(0, ANY, 1, Sigmoid(Const(math.nan))),), {}), "NaN"),
        (({0: np.float32("nan")}, (), {}), "not NaN .* initial weight of state 0"),
        (({}, (), {0: (1.0, math.nan)}), "NaN"),
        (({0: ".5"}, (), {}), r"weights are numbers .*got '\.5' as the initial weight of state 0"),
        (({0: None}, (), {}), "weights are numbers"),
        (({}, (Arc(0, "a", 1, np.zeros(2)),), {}), "weights are numbers .*arc 0 → 1"),
        (({True: 1.0}, (), {}), "states are ints"),
        (({np.float64(1): 1.0}, (), {}), "states are ints"),
        (({0: 1.0}, (Arc(0, "a", 1, 0.5)), {1: 1.0}), r"a single one needs a comma: \(arc,\)"),
        (({0: 1.0}, ((0, "a", 1, 0.5)), {1: 1.0}), r"a single arc needs a comma: \(arc,\)"),
        (({0: 1.0}, ((0, "a", 1),), {1: 1.0}), "an arc is"),
        (({0: 1.0}, None, {1: 1.0}), "arcs are a tuple"),
        (({0}, (), {}), "initial is a mapping"),
        (({}, (), None), "final is a mapping"),
    ],
)
def test_bad_parts_are_refused(parts, message):
    with pytest.raises(AutomatonError, match=message):
        WFSA(*parts)


def test_numbers_of_numpy_become_those_of_python(tmp_path):
    machine = WFSA({np.int64(0): np.float32(0.1)}, ((np.int32(0), "a", np.uint8(1), np.int64(3)),), {1: np.bool_(True)})
    plain = WFSA({0: float(np.float32(0.1))}, (Arc(0, "a", 1, 3),), {1: True})
    save(tmp_path / "m.json", {"m": machine})

    assert machine == plain == load(tmp_path / "m.json").automata["m"]
    assert {type(part) for part in (*machine.initial, *machine.initial.values(), *machine.arcs[0])} == {int, float, str}


def test_printing_an_automaton_shows_its_arcs_and_nothing_that_steers_a_terminal():
    arcs = (Arc(0, "good", 1, 0.5), Arc(0, ANY, 0, Sigmoid(Linear("\x1b[2J"))), Arc(1, "\x1b]0;title\x07", 1, 1.0))
    shown = str(WFSA({0: 1.0}, (*arcs, Arc(1, "ANY", 1, 2), Arc(1, 7, 1, 2), Arc(1, "7", 1, 2)), {1: 0.25}))

    assert shown.splitlines() == [
        "WFSA of 2 states and 6 arcs",
        "  initial 0: 1.0",
        "  0 –good→ 1: 0.5",
        "  0 –ANY→ 0: σ(\\x1b[2J)",
        "  1 –'\\x1b]0;title\\x07'→ 1: 1.0",
        "  1 –'ANY'→ 1: 2",
        "  1 –7→ 1: 2",
        "  1 –'7'→ 1: 2",
        "  final 1: 0.25",
    ]


def reference(weight, x, values):
    """The meaning of a symbolic weight in numpy, written from the paper's formulas."""
    match weight:
        case Const(value):
            return value
        case Linear(name, bias):
            return np.dot(values[name].weights, x) + (values[name].bias if bias else 0)
        case Sigmoid(argument):
            return 1 / (1 + np.exp(-reference(argument, x, values)))
        case Complement(argument):
            return 1 - reference(argument, x, values)
        case Product(factors):
            return np.prod([reference(factor, x, values) for factor in factors])
        case Sum(terms):
            return np.sum([reference(term, x, values) for term in terms])
        case Log(argument):
            return np.log(reference(argument, x, values))


@given(expressions(), st.integers(0, 99))
def test_evaluate_is_the_formula(weight, seed):
    values, x = parameters(3, seed), np.random.default_rng(seed).normal(size=3)

    assert math.isclose(evaluate(weight, x, values), reference(weight, x, values), rel_tol=1e-12, abs_tol=1e-12)


@given(expressions())
def test_at_zero_is_the_value_at_zero_parameters(weight):
    zeros = {name: Affine(np.zeros(2)) for name in ("u", "v", "w", "ub", "vb", "wb")}

    assert at_zero(weight) == evaluate(weight, np.array([3.0, -7.0]), zeros)


def test_evaluate_says_what_is_missing():
    with pytest.raises(AutomatonError, match="'w'"):
        evaluate(Linear("w"), [1.0], {})
    with pytest.raises(AutomatonError, match="vectors of 2 numbers"):
        evaluate(Linear("w"), "word", {"w": Affine([1.0, 2.0])})
    with pytest.raises(AutomatonError, match="vectors of 2 numbers"):
        evaluate(Linear("w"), [1.0], {"w": Affine([1.0, 2.0])})


@given(st.integers(1, 4), st.integers(0, 6), st.integers(0, 99))
def test_ngram_is_the_recurrence_of_the_paper(length, tokens, seed):
    """c_i[t] = f_i c_i[t−1] + u_i c_{i−1}[t−1], c_0 = 1; the score is Σ c_i[T]."""
    rng = np.random.default_rng(seed)
    pattern, xs = ngram(length), rng.normal(size=(tokens, 3))
    names = [f"p0.{kind}{i}" for i in range(1, length + 1) for kind in ("main", "loop")]
    values = {name: Affine(rng.normal(size=3), float(rng.normal()) if "loop" in name else 0.0) for name in names}
    c = np.zeros(length + 1)
    c[0] = 1
    for x in xs:
        before = c.copy()
        for i in range(1, length + 1):
            loop, main = values[f"p0.loop{i}"], values[f"p0.main{i}"]
            f = 1 / (1 + np.exp(-(loop.weights @ x + loop.bias)))
            c[i] = f * before[i] + (1 - f) * (main.weights @ x) * before[i - 1]

    assert math.isclose(pathsum(pattern, xs, REAL, evaluator(values)), c[1:].sum(), rel_tol=1e-9, abs_tol=1e-12)
    assert len(main_arcs(pattern)) == length


def test_ngram_has_at_least_one_transition():
    with pytest.raises(AutomatonError, match="length 0"):
        ngram(0)


@given(automata(), STRINGS)
def test_trim_keeps_every_path(machine, xs):
    trimmed = trim(machine)

    assert sorted(paths(trimmed, xs)) == sorted(paths(machine, xs))
    assert trim(trimmed) == trimmed
    assert accessible(trimmed) == coaccessible(trimmed) == set(trimmed.states)


@given(automata(), st.sets(STATES), STRINGS)
def test_deleting_states_removes_exactly_the_paths_through_them(machine, states, xs):
    states &= set(machine.states)
    kept = WFSA(
        {q: w for q, w in machine.initial.items() if q not in states},
        tuple(a for a in machine.arcs if a.source not in states and a.target not in states),
        {q: w for q, w in machine.final.items() if q not in states},
    )
    left = delete_states(machine, states)

    assert set(left.states).isdisjoint(states)
    assert pathsum(left, xs, REAL) == pytest.approx(COMBINE[REAL](list(paths(kept, xs))), abs=1e-12)


def test_only_states_that_exist_can_be_deleted():
    with pytest.raises(AutomatonError, match=r"\[7\]"):
        delete_states(ngram(2), {1, 7})


def test_any_reads_vectors_and_words_but_a_symbol_reads_only_itself():
    assert Arc(0, ANY, 0, 1.0).reads(np.zeros(2))
    assert Arc(0, ANY, 0, 1.0).reads("word")
    assert Arc(0, "word", 0, 1.0).reads("word")
    assert not Arc(0, "word", 0, 1.0).reads(np.zeros(2))
