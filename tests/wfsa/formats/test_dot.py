"""DOT, read: our own pictures to the last bit, fstdraw's, and plain graphs."""

from collections import Counter

import pytest
import pywrapfst
from hypothesis import given

import viz
import wfsa
from wfsa import ANY, EPSILON, LOG, MIN_PLUS, REAL, WFSA, Arc, from_dot
from wfsa.testing.strategies import SETS, automata


@given(automata(weights=(0.1 + 0.2, -1.0, 1e-9), labels=(*SETS, 'a"\\\n b', 3)))
def test_our_own_pictures_hold_everything_but_the_order_of_arcs(machine):
    found = from_dot(viz.to_dot(machine, "a title", K=REAL), REAL)
    assert (found.initial, found.final) == (machine.initial, machine.final)
    assert Counter(found.arcs) == Counter(machine.arcs)


def test_learned_weights_and_deleted_states():
    whole = wfsa.ngram(2, "p")
    pruned = wfsa.delete_states(whole, [2])
    found = from_dot(viz.to_dot(pruned, before=whole), REAL)
    assert Counter(found.arcs) == Counter(pruned.arcs)
    assert found.final == pruned.final


@pytest.mark.parametrize("acceptor", [True, False])
def test_what_fstdraw_writes(tmp_path, acceptor):
    symbols = pywrapfst.SymbolTable()
    for word in ("<eps>", "good", "10:30"):
        symbols.add_symbol(word)
    compiler = pywrapfst.Compiler(acceptor=True, isymbols=symbols, osymbols=symbols)
    compiler.write("0 1 good 0.5\n0 0 <eps> 2\n1 0 good\n1 0.25\n")
    compiler.compile().draw(str(tmp_path / "a.dot"), isymbols=symbols, osymbols=symbols, acceptor=acceptor)
    text = (tmp_path / "a.dot").read_text()
    arcs = [Arc(0, "good", 1, 0.5), Arc(0, EPSILON, 0, 2.0), Arc(1, "good", 0, 0.0)]
    for K, sign in ((MIN_PLUS, 1), (LOG, -1)):
        found = from_dot(text, K, costs=True)
        assert Counter(found.arcs) == Counter(arc._replace(weight=sign * arc.weight) for arc in arcs)
        assert (found.initial, found.final) == ({0: 0.0}, {1: sign * 0.25})


def test_plain_graphs():
    found = from_dot(
        'digraph { node [shape=circle]; s [shape=point]; s -> q0; q1 [shape=doublecircle, label="end / 0.5"]\n'
        'q0 -> q1 [label="a, b"]; q0 -> q0 [label="x / 0.25\\n<any>/2\\n10:30"]; subgraph t { q1 -> q2 } }',
        REAL,
    )
    assert found.initial == {1: 1.0}  # numbered as they come
    assert found.final == {0: 0.5}
    assert Counter(found.arcs) == Counter(
        [
            Arc(1, "a, b", 0, 1.0),
            Arc(1, "x", 1, 0.25),
            Arc(1, ANY, 1, 2.0),
            Arc(1, "10:30", 1, 1.0),
            Arc(0, EPSILON, 2, 1.0),
        ]
    )
    assert from_dot("digraph { }", REAL) == WFSA({}, (), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("graph { a -- b }", "got graph"),
        ("nonsense", "got no DOT: Expected"),
        ("digraph { a -> b }", "a start is a node"),
        ('digraph { a [style=bold]; a -> b [label="x:y"] }', "transducer"),
    ],
)
def test_other_graphs_are_refused(text, message, capsys):
    with pytest.raises(wfsa.FormatError, match=message):
        from_dot(text, REAL)
    assert capsys.readouterr().out == ""
