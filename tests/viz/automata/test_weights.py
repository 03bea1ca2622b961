"""Weights in pictures: widths of lines, ends, labels, and what a semiring makes of them."""

import math
import xml.etree.ElementTree as ElementTree

import pydot
import pytest

from viz import VizError, arc_sizes, draw, formula, to_dot, to_node_link, to_svg
from viz.automata.texts import columns
from wfsa import (
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
)

SVG = "{http://www.w3.org/2000/svg}"


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
