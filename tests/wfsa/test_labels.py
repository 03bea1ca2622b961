"""Sets and complements as labels: what they read, and every operation against automata that spell them out."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given

import wfsa
from neural import CompileError, best_paths, compile_patterns
from wfsa import (
    ANY,
    BOOLEAN,
    EPSILON,
    LOG,
    MAX_PLUS,
    MIN_PLUS,
    REAL,
    WFSA,
    Affine,
    Arc,
    Linear,
    NoneOf,
    OneOf,
    spell_out,
)
from wfsa.__main__ import main
from wfsa.labels import common, reads
from wfsa.operations.rational import atoms
from wfsa.testing.enumeration import listed_pathsum, strings
from wfsa.testing.strategies import SETS, automata

READ = strings("abcd", 2)
LABELS = [label for label in SETS if label is not EPSILON]
MANY = automata(labels=SETS)
OF_COSTS = automata(weights=(0.0, 0.5, 2.0), labels=SETS)


@pytest.mark.parametrize("label", LABELS, ids=repr)
def test_what_a_label_reads(label):
    inside = {
        "a": "a",
        "b": "b",
        OneOf("ab"): "ab",
        OneOf("ac"): "ac",
        NoneOf("b"): "acd",
        NoneOf("ac"): "bd",
        ANY: "abcd",
    }
    assert "".join(x for x in "abcd" if Arc(0, label, 0, 1.0).reads(x)) == inside[label]
    assert (
        reads(label, ANY)
        == reads(label, np.zeros(2))
        == reads(label, (np.zeros(2),))
        == (label is ANY or isinstance(label, NoneOf))
    )
    for other in LABELS:
        both = common(label, other)
        assert [x for x in "abcd" if both is not None and reads(both, x)] == [
            x for x in "abcd" if reads(label, x) and reads(other, x)
        ]


def test_equal_sets_are_equal_and_empty_ones_are_refused():
    assert OneOf("ab") == OneOf(["b", "a"])
    assert hash(OneOf("ab")) == hash(OneOf("ba"))
    assert OneOf("ab") != NoneOf("ab")
    assert NoneOf("a") != "a"
    assert (repr(NoneOf("ba")), str(OneOf("ba"))) == ("NoneOf({'a', 'b'})", "[a b]")
    for wrong in ((), [ANY], [EPSILON], [OneOf("a")]):
        with pytest.raises(wfsa.AutomatonError, match="set of symbols"):
            OneOf(wrong)


def test_symbols_of_numpy_are_pythons_and_what_is_no_set_is_refused():
    assert OneOf(np.arange(2)) == OneOf([0, 1])
    assert all(type(symbol) is int for symbol in OneOf(np.arange(2)))
    for wrong in (5, [[1]]):
        with pytest.raises(wfsa.AutomatonError, match="with hashes"):
            OneOf(wrong)
    with pytest.raises(wfsa.AutomatonError, match="with a hash"):
        spell_out(line("a"), [["a"]])


def test_the_command_line_reads_them(tmp_path, capsys):
    arcs = (Arc(0, OneOf({1, 2}), 0, 0.5), Arc(0, NoneOf({1}), 0, 8.0))
    wfsa.save(tmp_path / "s.json", {"s": WFSA({0: 1.0}, arcs, {0: 1.0})}, semiring=REAL)
    for symbol, wanted in ((1, 0.5), (2, 8.5), (3, 8.0)):
        main(["score", str(tmp_path / "s.json"), str(symbol)])
        assert float(capsys.readouterr().out.split()[-1]) == wanted


def test_ground_spells_sets_out():
    arc = Arc(0, OneOf({"a", "zz"}), 0, Linear("u"))
    machine, parameters = WFSA({0: 1.0}, (arc,), {0: 1.0}), {"u": Affine((2.0,))}
    assert [a.label for a in wfsa.ground(machine, parameters, {"a": (1.0,), "b": (2.0,)}).arcs] == ["a"]
    known = wfsa.ground(machine, parameters, {"a": (1.0,)}, unknown=(3.0,))
    assert {a.label: a.weight for a in known.arcs} == {"a": 2.0, "zz": 6.0}
    wide = WFSA({0: 1.0}, (arc._replace(label=NoneOf({"a"})),), {0: 1.0})
    assert [a.label for a in wfsa.ground(wide, parameters, {"a": (1.0,), "b": (2.0,)}).arcs] == ["b"]


@given(MANY)
def test_all_that_reads_strings_agrees_with_the_listed_paths(machine):
    for text in strings("abcd", 2):
        wanted = listed_pathsum(machine, text, REAL)
        assert wfsa.pathsum(machine, text, REAL) == pytest.approx(wanted, abs=1e-12)
        assert wfsa.total_weight(wfsa.intersect(machine, line(text), REAL), REAL) == pytest.approx(wanted, abs=1e-12)
        best, listed = wfsa.viterbi(machine, text, MAX_PLUS), listed_pathsum(machine, text, MAX_PLUS)
        assert (best.weight if best else -math.inf) == pytest.approx(listed)
        assert wfsa.pathsum(wfsa.reverse(machine), text[::-1], REAL) == pytest.approx(wanted, abs=1e-12)


def line(text):
    """Reads one string, at weight 1."""
    return WFSA({0: 1.0}, tuple(Arc(i, x, i + 1, 1.0) for i, x in enumerate(text)), {len(text): 1.0})


@given(OF_COSTS, OF_COSTS)
def test_operations_agree_with_those_on_spelled_out_automata(a, b):
    def same(found, wanted, K):
        for text in READ:
            assert K.near(wfsa.pathsum(found, text, K), wfsa.pathsum(wanted, text, K), 1e-9), text

    one, two = spell_out(a, "abcd"), spell_out(b, "abcd")
    same(one, a, REAL)
    same(atoms(a)[0], a, REAL)
    same(wfsa.intersect(a, b, REAL), wfsa.intersect(one, two, REAL), REAL)
    same(wfsa.epsilon_remove(a, REAL), a, REAL)
    same(wfsa.minimize(a, REAL), a, REAL)
    for K in (MIN_PLUS, BOOLEAN):
        try:
            found = wfsa.determinize(a, K, max_states=50)
        except wfsa.SizeError:
            continue
        same(found, a, K)
        for state in found.states:
            labels = [arc.label for arc in found.leaving[state]]
            assert all(sum(reads(label, x) for label in labels) <= 1 for x in [*"abcd", ANY])
        assert wfsa.equivalent(found, a, K, max_states=50)
        same(wfsa.minimize(a, K, max_states=50), a, K)


@given(OF_COSTS, OF_COSTS)
def test_equivalence_reads_symbols_that_no_label_names(a, b):
    for K in (REAL, BOOLEAN):
        found = wfsa.equivalent(a, b, K)
        if found:
            assert all(K.near(wfsa.pathsum(a, x, K), wfsa.pathsum(b, x, K), 1e-9) for x in READ)
        else:
            text = ["d" if x is ANY else x for x in found.string]
            assert not K.near(wfsa.pathsum(a, text, K), wfsa.pathsum(b, text, K), 1e-12)


@given(automata(weights=(-2.0, -0.5, 0.0), epsilons=False, labels=SETS))
def test_best_strings_are_those_of_the_spelled_out_automaton(machine):
    found = wfsa.k_best_paths(machine, None, 4, MAX_PLUS, distinct="strings") if acyclic(machine) else []
    weights = sorted((wfsa.viterbi(machine, x, MAX_PLUS) for x in READ if acyclic(machine)), key=rank)[: len(found)]
    assert [path.weight for path in found] == pytest.approx([path.weight for path in weights])


def rank(path):
    return math.inf if path is None else -path.weight


def acyclic(machine):
    return all(arc.source < arc.target for arc in machine.arcs) and len(machine.states) <= 4


@given(MANY)
def test_files_keep_them(machine):
    assert wfsa.from_json(json.loads(json.dumps(wfsa.to_json(machine)))) == machine
    assert wfsa.from_networkx(wfsa.to_networkx(machine)) == machine


def test_at_and_t_text_asks_for_one_symbol_on_an_arc():
    with pytest.raises(wfsa.FormatError, match="spell_out"):
        wfsa.to_att(WFSA({0: 1.0}, (Arc(0, OneOf("ab"), 1, 1.0),), {1: 1.0}), REAL)


@given(automata(weights=(0.5, 1.0, 2.0), labels=SETS))
def test_a_compiled_bank_reads_sets(machine):
    machine = WFSA(machine.initial, machine.arcs, machine.final)
    texts = ["abcd", "ddca", "", "b"]
    read = torch.tensor([["abcd".index(x) for x in text.ljust(4, "a")] for text in texts])
    lengths = torch.tensor([len(text) for text in texts])
    for K in (REAL, LOG):
        bank = compile_patterns([machine], alphabet="abcd", semiring=K).double()
        wanted = [wfsa.pathsum(machine, text, K) for text in texts]
        assert bank(read, lengths)[:, 0].tolist() == pytest.approx(wanted)
    best = best_paths(compile_patterns([machine], alphabet="abcd", semiring=MAX_PLUS).double(), read, lengths)
    for i, text in enumerate(texts):
        path = wfsa.viterbi(machine, text, MAX_PLUS)
        assert float(best.weight[i, 0]) == pytest.approx(path.weight if path else -math.inf)


def test_a_set_beyond_the_alphabet_is_refused_and_a_complement_is_not():
    with pytest.raises(CompileError, match="'c'"):
        compile_patterns([WFSA({0: 1.0}, (Arc(0, OneOf("ac"), 0, 1.0),), {0: 1.0})], alphabet="ab")
    compile_patterns([WFSA({0: 1.0}, (Arc(0, NoneOf("ac"), 0, 1.0),), {0: 1.0})], alphabet="ab")
