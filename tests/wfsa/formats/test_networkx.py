"""networkx graphs, through its own writers and readers: every label and weight comes back."""

import io
import json
import math

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import (
    ANY,
    EPSILON,
    WFSA,
    Arc,
    AutomatonError,
    Const,
    FormatError,
    Linear,
    Lookup,
    Scalar,
    Softmax,
    from_networkx,
    to_networkx,
)
from wfsa.testing.strategies import expressions


def graphml(graph, **options):
    file = io.BytesIO()
    networkx.write_graphml(graph, file)
    file.seek(0)
    return networkx.read_graphml(file, **options)


def gml(graph):
    file = io.BytesIO()
    networkx.write_gml(graph, file)
    file.seek(0)
    return networkx.read_gml(file)


def node_link(graph):
    return networkx.node_link_graph(
        json.loads(json.dumps(networkx.node_link_data(graph, edges="links"))), edges="links", multigraph=True
    )


def itself(graph):
    return graph


FORMATS = [itself, graphml, gml, node_link]
CHARACTERS = st.characters(codec=None) | st.sampled_from("\x00\x1b\r\n\t \u3000\ud800\uffff\"&<>';{}[]#é0")
LABELS = (
    st.text(CHARACTERS, max_size=4)
    | st.integers()
    | st.sampled_from([ANY, EPSILON, "any", "&#65;", '{"special": "any"}'])
)
WEIGHTS = (
    st.floats(allow_nan=False)
    | st.integers(-(2**70), 2**70)
    | st.booleans()
    | expressions()
    | st.sampled_from(
        [Lookup("t\x1b"), Scalar("é"), Softmax((Scalar("a"), Linear("b", True)), 1), Const(math.inf), math.inf]
    )
)
STATES = st.integers(-3, 3) | st.just(2**40)
AUTOMATA = st.builds(
    lambda initial, arcs, final: WFSA(initial, arcs, final),
    st.dictionaries(STATES, WEIGHTS, max_size=2),
    st.lists(st.tuples(STATES, LABELS, STATES, WEIGHTS), max_size=5),
    st.dictionaries(STATES, WEIGHTS, max_size=2),
)


@pytest.mark.parametrize("through", FORMATS)
@given(AUTOMATA)
def test_every_label_and_weight_comes_back(through, automaton):
    back = from_networkx(through(to_networkx(automaton)))

    assert back == automaton
    assert [math.copysign(1, arc.weight) for arc in back.arcs if isinstance(arc.weight, float)] == [
        math.copysign(1, arc.weight) for arc in automaton.arcs if isinstance(arc.weight, float)
    ]


def test_words_and_numbers_stay_what_graph_algorithms_need():
    graph = to_networkx(WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(1, "b", 2, 2)), {2: 1.0}))

    assert networkx.shortest_path_length(graph, 0, 2, weight="weight") == 2.5
    assert graph.edges[0, 1, 0] == {"label": "a", "weight": 0.5, "order": 0}


def test_labels_and_weights_of_no_file_stay_in_memory():
    machine = WFSA({0: (1.0, 0.0)}, (Arc(0, ("a", 1), 0, (0.5, 1.0)),), {0: (1.0, 0.0)})

    assert from_networkx(to_networkx(machine)) == machine


EDGE = {"label": "a", "weight": 1.0}


def graph(*edges, **nodes):
    built = networkx.MultiDiGraph()
    built.add_edges_from(edges)
    for node, data in nodes.items():
        built.add_node(int(node[1:]), **data)
    return built


def deep(opening, levels, closing):
    """An edge whose weight is JSON of so many levels."""
    return EDGE | {"weight": opening * levels + "1" + closing * levels, "weight_type": "json"}


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (None, "directed graph of networkx .got None"),
        (networkx.Graph(), "got an undirected one"),
        (graph((0, 1, {"label": "a"})), "a label and a weight"),
        (graph((0, 1, EDGE | {"order": "x"})), "the order of an edge is an int .got 'x' on 0 → 1"),
        (graph((0, 1, EDGE | {"order": None})), "the order of an edge is an int"),
        (graph((0, 1, EDGE | {"order": math.nan})), "the order of an edge is an int"),
        (graph((0, 1, EDGE | {"order": 1.5})), "the order of an edge is an int"),
        (graph((0, 1, EDGE | {"weight": ".5"})), "weights are numbers .*got '.5' as the weight of the arc 0 → 1"),
        (graph((0, 1, EDGE | {"weight": [1]})), "weights are numbers"),
        (graph((0, 1, EDGE | {"label": []})), "labels are hashable"),
        (graph((0, 1, EDGE | {"weight_type": "json"})), r"the edge 0 → 1\.weight is JSON text"),
        (graph((0, 1, EDGE | {"label_type": "xml"})), r"the edge 0 → 1\.label is JSON text"),
        (graph((0, 1, EDGE | {"label_type": "json"})), r"the edge 0 → 1\.label must be JSON"),
        (graph((0, 1, EDGE | {"label": "[" * 10**5, "label_type": "json"})), r"the edge 0 → 1\.label must be JSON"),
        (
            graph((0, 1, deep('{"product":[', 250, "]}"))),
            r"the edge 0 → 1\.weight: weights are nested at most 100 levels",
        ),
        (
            graph((0, 1, deep('{"sigmoid":', 330, "}"))),
            r"the edge 0 → 1\.weight: weights are nested at most 100 levels",
        ),
        (graph((0, 1, deep('{"sigmoid":', 101, "}"))), r"the edge 0 → 1\.weight: expressions are nested at most 100"),
        (graph((0, 1, deep("[", 5000, "]"))), r"the edge 0 → 1\.weight must be JSON of weights nested at most 100"),
        (graph((0, 1, EDGE | {"label": "[]", "label_type": "json"})), "must hold a label"),
        (graph((0, 1, EDGE | {"weight": '{"sigmoid": []}', "weight_type": "json"})), "must hold a weight"),
        (graph(n0={"initial": "1"}), "got '1' as the initial weight of state 0"),
        (graph((0, "x", EDGE)), "states are ints"),
        (graph((0, (1, 2), EDGE)), "states are ints"),
        (graph((0, "0", EDGE)), "every state is one node"),
    ],
)
def test_graphs_that_are_no_automata(made, message):
    with pytest.raises((FormatError, AutomatonError), match=message):
        from_networkx(made)


def test_arcs_come_in_their_order():
    edges = [(0, 1, EDGE | {"order": "2"}), (0, 1, EDGE | {"label": "b", "order": 1.0}), (1, 0, EDGE | {"order": 0})]

    assert [arc.label for arc in from_networkx(graph(*edges)).arcs] == ["a", "b", "a"]
    assert from_networkx(graphml(graph(*edges), node_type=int)).arcs[1].label == "b"
