"""Automata as networkx graphs and back: the one door to networkx."""

from typing import TYPE_CHECKING, Any

from wfsa.automaton import WFSA, Arc
from wfsa.errors import FormatError

if TYPE_CHECKING:
    import networkx


def to_networkx(automaton: WFSA) -> "networkx.MultiDiGraph[int]":
    """A MultiDiGraph: nodes are states, with `initial` and `final` weights where they have them; edges are arcs.

    Every edge has `label`, `weight` and `order`, its place among the arcs; its key is that place too.
    """
    import networkx  # here, since it takes longer to load than all of wfsa

    graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
    for state in automaton.states:
        ends = {"initial": automaton.initial, "final": automaton.final}
        graph.add_node(state, **{name: end[state] for name, end in ends.items() if state in end})
    for order, arc in enumerate(automaton.arcs):
        graph.add_edge(arc.source, arc.target, key=order, label=arc.label, weight=arc.weight, order=order)
    return graph


def from_networkx(graph: Any) -> WFSA:
    """The automaton of a directed graph: node attributes `initial` and `final`, edge attributes `label` and `weight`.

    Arcs come in the order of the edge attribute `order` where all have it, else in that of the edges.

    Raises:
        FormatError: the graph is undirected, or an edge has no label or no weight.
        AutomatonError: a node is no int.
    """
    if not graph.is_directed():
        raise FormatError("an automaton is a directed graph (got an undirected one); use networkx.MultiDiGraph.")
    edges = list(graph.edges(data=True))
    for source, target, data in edges:
        if "label" not in data or "weight" not in data:
            raise FormatError(f"every edge has a label and a weight (got {sorted(data)} on {source} → {target}).")
    if all("order" in data for *_, data in edges):
        edges.sort(key=lambda edge: int(edge[2]["order"]))
    arcs = tuple(Arc(source, data["label"], target, data["weight"]) for source, target, data in edges)
    ends = [{q: data[name] for q, data in graph.nodes(data=True) if name in data} for name in ("initial", "final")]
    return WFSA(ends[0], arcs, ends[1])
