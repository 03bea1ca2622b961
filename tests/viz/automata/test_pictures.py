"""DOT, SVG and node-link JSON: valid, complete, escaped, and honest about what was deleted."""

import json
import shutil
import xml.etree.ElementTree as ElementTree

import networkx
import pydot
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz import VizError, draw, render, to_dot, to_node_link, to_svg
from viz.automata.layering import layers
from viz.automata.texts import clipped, columns, isolated
from wfsa import (
    ANY,
    EPSILON,
    WFSA,
    Arc,
    delete_states,
    ngram,
    trim,
)
from wfsa.testing.strategies import automata, symbolic_patterns

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "</script><script>alert(1)</script>",
    'a"b\\c',
    "line\nbreak",
    "\u202eright to left",
    "😀",
    "&amp;",
    "x" * 10_000,
    "nul\0 bell\a",
    "a\\",
]


def groups(svg, kind):
    """class → the <title>s or state numbers of the SVG's groups."""
    root = ElementTree.fromstring(svg)
    return [g for g in root.iter(f"{SVG}g") if g.get("class", "").split()[0] == kind]


@given(automata())
def test_every_state_and_arc_is_in_the_svg(machine):
    svg = to_svg(machine, "title")
    states = [int(g.find(f"{SVG}text").text) for g in groups(svg, "state")]

    assert states == list(machine.states)
    assert len(groups(svg, "arc")) == len({(a.source, a.target) for a in machine.arcs})
    assert to_svg(machine, "title") == svg


@given(automata())
def test_dot_is_read_back_by_pydot(machine):
    (graph,) = pydot.graph_from_dot_data(to_dot(machine, "title"))
    ends = [(e.get_source().strip('"'), e.get_destination().strip('"')) for e in graph.get_edges()]
    arcs = dict.fromkeys((str(a.source), str(a.target)) for a in machine.arcs)

    assert [e for e in ends if not e[0].startswith("start")] == list(arcs)
    assert {e[1] for e in ends if e[0].startswith("start")} == {str(q) for q in machine.initial}
    doubled = {n.get_name().strip('"') for n in graph.get_nodes() if n.get("peripheries") == "2"}
    assert doubled == {str(q) for q in machine.final}


@given(automata())
def test_node_link_json_is_read_by_networkx(machine):
    graph = networkx.node_link_graph(json.loads(json.dumps(to_node_link(machine))), edges="links")

    assert sorted(graph.nodes) == list(machine.states)
    assert {q for q, data in graph.nodes(data=True) if data["final"]} == set(machine.final)
    assert set(graph.edges()) == {(a.source, a.target) for a in machine.arcs}


@given(symbolic_patterns())
def test_symbolic_weights_are_drawn(patterns):
    for pattern in patterns:
        ElementTree.fromstring(to_svg(pattern))
        assert to_dot(pattern).startswith("digraph")


@pytest.mark.parametrize("deleted", [{2}, {1}, {3}])
def test_deleted_states_are_grey_and_dashed_and_kept_ones_are_not(deleted):
    before = ngram(3)
    after = trim(delete_states(before, deleted))
    gone = set(before.states) - set(after.states)
    svg, dot = to_svg(after, "p", before), to_dot(after, "p", before)
    drawn = {int(g.find(f"{SVG}text").text): "deleted" in g.get("class") for g in groups(svg, "state")}
    nodes = {n.get_name().strip('"'): n.get("style") for n in pydot.graph_from_dot_data(dot)[0].get_nodes()}

    assert drawn == {q: q in gone for q in before.states}
    assert {q: nodes[str(q)] for q in before.states} == {q: "dashed" if q in gone else "bold" for q in before.states}
    assert {n["id"]: n["kept"] for n in to_node_link(after, "p", before)["nodes"]} == {
        q: q not in gone for q in before.states
    }


@pytest.mark.parametrize("token", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_tokens_neither_break_nor_inject(token):
    machine = WFSA({0: 1.0}, (Arc(0, token, 1, 0.5), Arc(1, "b", 1, 0.5)), {1: 1.0})
    svg = to_svg(machine, token)
    root = ElementTree.fromstring(svg)
    (graph,) = pydot.graph_from_dot_data(to_dot(machine, "title"))

    assert "<script" not in svg
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "style", "rect", "g", "path", "text", "circle")
    }
    assert len(graph.get_edges()) == 3


@given(st.text(max_size=30))
def test_any_label_gives_valid_xml(label):
    root = ElementTree.fromstring(to_svg(WFSA({0: 1.0}, (Arc(0, label, 1, 1.0),), {}), label))

    assert len(list(root.iter(f"{SVG}circle"))) == 2


def test_a_chain_is_one_row_from_left_to_right():
    root = ElementTree.fromstring(to_svg(ngram(4)))
    circles = [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(f"{SVG}circle")]

    assert len({y for _, y in circles}) == 1
    assert [x for x, _ in circles] == sorted(x for x, _ in circles)


def test_arcs_say_what_they_read_and_weigh():
    machine = WFSA({0: 1.0}, (Arc(0, "good", 1, 0.25), Arc(0, EPSILON, 1, 1.0), Arc(1, ANY, 1, 2)), {1: 1.0})

    assert [edge.lines for edge in draw(machine).edges] == [("good / 0.25", "ε / 1"), ("any / 2",)]


def test_rendering_without_graphviz_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(VizError, match="apt-get install graphviz"):
        render(ngram(1), "pdf")
    assert to_svg(ngram(1)).startswith("<svg")


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz: apt-get install graphviz; .ci/run has it")
def test_graphviz_draws_every_format():
    assert render(ngram(2), "pdf", "a title").startswith(b"%PDF")
    assert render(ngram(2), "png").startswith(b"\x89PNG")
    for hostile in HOSTILE:
        machine = WFSA({0: 1.0}, (Arc(0, hostile, 1, 0.5),), {1: 1.0})
        assert b"<svg" in render(machine, "svg", hostile)
    with pytest.raises(VizError, match="must know the format"):
        render(ngram(1), "docx")


@given(automata(max_arcs=15))
def test_states_stand_in_layers(machine):
    """Every state has a place of its own, and an arc that leads back lies on a cycle."""
    places = layers(draw(machine))
    graph = networkx.DiGraph((arc.source, arc.target) for arc in machine.arcs)

    assert set(places) == set(machine.states)
    assert len(set(places.values())) == len(places)
    assert layers(draw(machine)) == places
    for arc in machine.arcs:
        if places[arc.source][0] >= places[arc.target][0]:
            assert arc.source == arc.target or networkx.has_path(graph, arc.target, arc.source)


@given(st.integers(1, 9))
def test_a_chain_is_one_row(length):
    places = layers(draw(ngram(length)))

    assert [places[state] for state in range(length + 1)] == [(state, 0.0) for state in range(length + 1)]


def test_words_from_right_to_left_keep_to_themselves():
    arcs = (Arc(0, "سلام", 1, 0.5), Arc(0, "\u202eevil\u2069", 1, 0.5), Arc(0, "good", 1, 0.5))
    (edge,) = draw(WFSA({0: 1.0}, arcs, {1: 1.0})).edges

    assert edge.lines == ("\u2068سلام\u2069 / 0.5", "\u2068\u202eevil\ufffd\u2069 / 0.5", "good / 0.5")


def test_a_long_word_is_cut_with_its_isolation_whole():
    cut = clipped(isolated("س" * 100), 20)

    assert cut.count("\u2068") == cut.count("\u2069") == 1
    assert columns(cut) <= 20
    assert columns(clipped("漢" * 100, 20)) <= 20


def test_folded_is_what_is_kept():
    before = ngram(4)
    after = trim(delete_states(before, {3}))
    folded = draw(after, "p", before).folded()

    assert [node.state for node in folded.nodes] == list(after.states)
    assert {(edge.source, edge.target) for edge in folded.edges} == {(arc.source, arc.target) for arc in after.arcs}


def test_a_picture_has_a_ground_of_its_own_for_pages_of_another_colour():
    picture = ElementTree.fromstring(to_svg(ngram(2)))
    (ground,) = (part for part in picture.iter(f"{SVG}rect") if part.get("class") == "paper")

    assert [ground.get(name) for name in ("x", "y", "width", "height")] == picture.get("viewBox").split()
