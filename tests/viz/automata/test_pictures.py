"""DOT, SVG and node-link JSON: valid, complete, escaped, and honest about what was deleted."""

import json
import math
import shutil
import xml.etree.ElementTree as ElementTree

import networkx
import pydot
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz import VizError, arc_sizes, draw, formula, render, to_dot, to_node_link, to_svg
from viz.automata.layering import layers
from viz.automata.texts import clipped, columns, isolated
from wfsa import (
    ANY,
    EPSILON,
    LOG,
    MAX_PLUS,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    Complement,
    Const,
    Linear,
    Product,
    Sigmoid,
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


def test_lines_are_as_wide_as_arcs_weigh():
    """In proportion between 1 and 4, by size and whatever the sign; nothing said where all weigh alike."""
    arcs = (Arc(0, "a", 1, -2.0), Arc(0, "b", 2, 1.0), Arc(1, "c", 2, Const(0.5)), Arc(2, "d", 2, Linear("w")))
    drawing = draw(WFSA({0: 1.0}, arcs, {2: 1.0}), K=REAL)

    assert [drawing.width(edge) for edge in drawing.edges] == [4.0, 2.5, 1.75, 1.8]
    assert [edge.size for edge in drawing.edges] == [2.0, 1.0, 0.5, None]
    svg = ElementTree.fromstring(to_svg(WFSA({0: 1.0}, arcs, {2: 1.0}), K=REAL))
    widths = [path.get("style") for path in svg.iter("{http://www.w3.org/2000/svg}path") if path.get("style")]
    assert widths == [f"stroke-width: {width:.2f}" for width in (4, 2.5, 1.75, 1.8)]
    alike = draw(WFSA({0: 1.0}, (Arc(0, "a", 1, 3), Arc(1, "a", 0, 3)), {1: 1.0}), K=REAL)
    assert {alike.width(edge) for edge in alike.edges} == {1.8}
    own = draw(WFSA({0: 1.0}, arcs, {2: 1.0}), size=lambda arc: float(arc.target))
    assert [edge.size for edge in own.edges] == [1.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize("size", [-1.0, float("inf"), float("nan")])
def test_sizes_are_finite_and_not_negative(size):
    with pytest.raises(VizError, match="at least 0"):
        draw(WFSA({0: 1.0}, (Arc(0, "a", 0, 1.0),), {0: 1.0}), size=lambda arc: size)


def test_a_number_beyond_the_doubles_has_no_size():
    for weight in (10**400, True):
        arc = Arc(0, "a", 0, weight)
        assert arc_sizes([arc], REAL)(arc) is None


def test_formulas_read_as_written():
    gate = Sigmoid(Linear("f", True))

    assert formula(Product((Complement(gate), Linear("w")))) == "(1 − σ(f)) · w"
    assert formula(Product(())) == "1"
    assert formula(Const(0.5)) == "0.5"


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


def test_initial_and_final_weights_are_drawn_where_they_are_not_one():
    machine = WFSA({0: 0.25, 3: 1.0}, (Arc(0, "a", 1, 1.0), Arc(3, "a", 1, 1.0)), {1: 0.5, 0: 1.0})
    svg, dot = to_svg(machine, K=REAL), to_dot(machine, K=REAL)
    written = [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]

    assert sorted(text for text in written if " " in text and "/" not in text) == ["final 0.5", "initial 0.25"]
    (graph,) = pydot.graph_from_dot_data(dot)
    assert {n.get_name().strip('"'): n.get("label") for n in graph.get_nodes()}["1"] == '"1\\nfinal 0.5"'
    assert [e.get("label") for e in graph.get_edges() if e.get_source() == '"start 0"'] == ['"initial 0.25"']
    tree = to_node_link(machine, K=REAL)
    assert {n["id"]: (n["initial_text"], n["final_text"]) for n in tree["nodes"]}[1] == ("", "0.5")


def test_where_the_semiring_is_not_known_nothing_is_guessed():
    """Weight 0 is one among costs and 1 is one among factors: without a semiring both are written, lines are alike."""
    machine = WFSA({0: 0.0}, (Arc(0, "a", 1, 5.0), Arc(0, "b", 1, 1.0), Arc(1, "c", 1, 2.0)), {1: 1.0})
    by_no_one, by_cost = draw(machine), draw(machine, K=MIN_PLUS)

    assert [(node.initial_text, node.final_text) for node in by_no_one.nodes] == [("0", ""), ("", "1")]
    assert {by_no_one.width(edge) for edge in by_no_one.edges} == {1.8}
    assert [(node.initial_text, node.final_text) for node in by_cost.nodes] == [("", ""), ("", "1")]


@pytest.mark.parametrize(("K", "sign"), [(MIN_PLUS, 1), (LOG, -1), (MAX_PLUS, -1)])
def test_what_costs_most_has_the_thinnest_line(K, sign):
    arcs = tuple(Arc(0, str(cost), cost, sign * float(cost)) for cost in (1003, 1000, 1001))
    drawing = draw(WFSA({0: K.one}, arcs, {1000: K.one}), K=K)
    width = {edge.target - 1000: drawing.width(edge) for edge in drawing.edges}

    assert width == pytest.approx({cost: 1 + 3 * math.exp(-cost) for cost in (0, 1, 3)})


@pytest.mark.parametrize(("K", "sign"), [(MIN_PLUS, 1), (LOG, -1), (MAX_PLUS, -1)])
def test_an_impossible_arc_has_the_thinnest_line(K, sign):
    """Of weight zero of K: it costs infinitely much, so it weighs nothing."""
    arcs = tuple(Arc(q, "a", q + 1, sign * cost) for q, cost in enumerate((0.5, 40.0, math.inf)))
    drawing = draw(WFSA({0: K.one}, arcs, {3: K.one}), K=K)

    assert [edge.size for edge in drawing.edges] == [1.0, pytest.approx(math.exp(-39.5)), 0.0]
    assert [drawing.width(edge) for edge in drawing.edges] == pytest.approx([4.0, 1.0, 1.0])


@pytest.mark.parametrize("label", ["x" * 38, "x" * 40, "漢" * 100, "س" * 100, "a / b" * 20], ids=range(5))
@pytest.mark.parametrize("weight", [0.5, 1e300, Product((Linear("a"), Linear("a_long_name_of_a_parameter")))])
def test_a_long_label_leaves_its_weight_in_the_picture(label, weight):
    picture = to_svg(WFSA({0: 1.0}, (Arc(0, label, 1, weight),), {1: 1.0}))
    (shown,) = (text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text") if "/" in text.text)

    assert columns(shown) <= 40
    assert shown.count("\u2068") == shown.count("\u2069")
    head, _, tail = shown.rpartition(" / ")
    assert tail == formula(weight) if len(formula(weight)) < 17 else tail.startswith(formula(weight)[:14])
    assert head.rstrip("\u2069").endswith("…") or "…" in head


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
