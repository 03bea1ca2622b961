"""DOT, read: our own pictures to the last bit, fstdraw's, and plain graphs."""

import json
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
        'q0:e -> q1:"w" [label="a, b"]; q0 -> q0 [label="x / 0.25\\n<any>/2\\n10:30\\nand/."]\n'
        'subgraph t { edge [label=b]; q1 -> q2 } q1 -> "edge" }',
        REAL,
    )
    assert found.initial == {0: 1.0}  # numbered as they come
    assert found.final == {1: 0.5}
    loops = [("x", 0.25), (ANY, 2.0), ("10:30", 1.0), ("and/.", 1.0)]
    others = [Arc(0, "a, b", 1, 1.0), Arc(1, "b", 2, 1.0), Arc(1, EPSILON, 3, 1.0)]
    assert Counter(found.arcs) == Counter([*(Arc(0, label, 0, weight) for label, weight in loops), *others])
    assert from_dot("digraph { }", REAL) == WFSA({}, (), {})


def test_defaults_hold_from_where_they_stand():
    """As in Graphviz's own picture of a finite automaton."""
    nodes = "node [shape=doublecircle]; L0; L3; node [shape=circle]; s [shape=point]"
    found = from_dot(f"digraph {{ {nodes}; s -> L0; L0 -> L1; L1 -> L3 }}", REAL)
    assert (found.initial, found.final) == ({0: 1.0}, {0: 1.0, 1: 1.0})


def test_deleted_starts_stay_deleted_and_what_no_file_holds_is_refused():
    whole = WFSA({0: 1.0, 5: 2.0}, (Arc(0, "a", 1, 1.0), Arc(5, "b", 1, 0.5)), {1: 1.0})
    pruned = wfsa.delete_states(whole, {5})
    assert from_dot(viz.to_dot(pruned, before=whole), REAL) == pruned
    for odd in (WFSA({0: 1.0}, (Arc(0, ("x", "y"), 0, 1.0),), {0: 1.0}), WFSA({0: object}, (), {0: 1.0})):
        with pytest.raises(wfsa.FormatError, match="no file can hold"):
            from_dot(viz.to_dot(odd), REAL)


@pytest.mark.parametrize("arcs", ["nope", "[1, 2]", "[[1, 2, 3]]", "{}", "[" * 5000, '[["a", "x"]]'])
def test_attributes_that_were_changed_are_named(arcs):
    with pytest.raises(wfsa.FormatError):
        from_dot(f"digraph {{ wfsa=1; 0 [initial=1.0]; 0 -> 0 [arcs={json.dumps(arcs)}] }}", REAL)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("graph { a -- b }", "got graph"),
        ("nonsense", "got no DOT: Expected"),
        ("digraph { a -> b }", "a start is a node"),
        ("digraph { s [shape=point]; s -> a; a -> { b c } }", "from one node to another"),
        (3, "DOT is text"),
        ('digraph { a [style=bold]; a -> b [label="x:y"] }', "transducer"),
    ],
)
def test_other_graphs_are_refused(text, message, capsys):
    with pytest.raises(wfsa.FormatError, match=message):
        from_dot(text, REAL)
    assert capsys.readouterr().out == ""
