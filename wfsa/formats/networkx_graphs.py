"""Automata as networkx graphs and back: the one door to networkx.

What is no plain text or number is JSON text, with `label_type`, `weight_type`, `initial_type` or `final_type` "json"
beside it: so GraphML, GML and node-link JSON keep every label and weight that files of automata have.
"""

import json
import math
import re
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from wfsa.automaton import WFSA, Arc, as_automaton
from wfsa.errors import FormatError, Place
from wfsa.formats.json_labels import label_from_json, label_to_json
from wfsa.formats.json_places import show
from wfsa.formats.json_trees import weight_from_json, weight_to_json
from wfsa.labels import NoneOf, OneOf, Special
from wfsa.weights.base import DEEPEST, Expression
from wfsa.weights.expressions import Weight

if TYPE_CHECKING:
    import networkx

_ENDS = "initial", "final"
_is_int = re.compile(r"-?[0-9]{1,400}").fullmatch


def to_networkx(automaton: WFSA) -> "networkx.MultiDiGraph[int]":
    """A MultiDiGraph: nodes are states, with `initial` and `final` weights where they have them; edges are arcs.

    Every edge has `label`, `weight` and `order`, its place among the arcs; its key is that place too. Words are labels
    and numbers are weights as they are; special and int labels and expressions are JSON text, as in files.
    """
    import networkx  # here, since it takes longer to load than all of wfsa

    as_automaton(automaton)
    graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
    ends = dict(zip(_ENDS, (automaton.initial, automaton.final), strict=True))
    for state in automaton.states:
        graph.add_node(state)
        for name, end in ends.items():
            graph.nodes[state].update(_weight(name, end[state]) if state in end else {})
    for order, arc in enumerate(automaton.arcs):
        data = _label(arc.label) | _weight("weight", arc.weight) | {"order": order}
        graph.add_edge(arc.source, arc.target, key=order, **data)
    return graph


def _label(label: Hashable) -> dict[str, Any]:
    if isinstance(label, str) and label.isprintable() and label:
        return {"label": label}
    if isinstance(label, str | int | Special | OneOf | NoneOf) and not isinstance(label, bool):
        return _encoded("label", label_to_json(label, "an arc"))
    return {"label": label}  # which no file holds


def _weight(name: str, weight: Weight) -> dict[str, Any]:
    large = isinstance(weight, int) and not -(2**31) <= weight < 2**31  # GML makes them text
    if isinstance(weight, Expression | bool) or large:
        return _encoded(name, weight_to_json(weight, name))
    return {name: weight}


def _encoded(name: str, tree: Any) -> dict[str, Any]:
    return {name: json.dumps(tree), f"{name}_type": "json"}


def from_networkx(graph: Any) -> WFSA:
    """The automaton of a directed graph: node attributes `initial` and `final`, edge attributes `label` and `weight`.

    Arcs come in the order of the edge attribute `order` where all have it, else in that of the edges. Nodes may be ints
    as text, as GraphML and GML have them.

    Raises:
        FormatError: it is no graph or an undirected one, an edge has no label, weight or order of its type, or two
            nodes are the same int.
        AutomatonError: a node is no int, or a weight is none.
    """
    import networkx

    if not isinstance(graph, networkx.Graph) or not graph.is_directed():
        got = "an undirected one" if isinstance(graph, networkx.Graph) else f"{graph!r:.60}"
        raise FormatError(f"an automaton is a directed graph of networkx (got {got}); use networkx.MultiDiGraph.")
    states = {node: int(node) if isinstance(node, str) and _is_int(node) else node for node in graph.nodes}
    if len(set(states.values())) < len(states):
        raise FormatError("every state is one node (got an int both as a number and as text); merge the nodes.")
    edges = list(graph.edges(data=True))
    for source, target, data in edges:
        if "label" not in data or "weight" not in data:
            raise FormatError(f"every edge has a label and a weight (got {sorted(data)} on {source} → {target}).")
    if all("order" in data for *_, data in edges):
        edges.sort(key=_order)
    arcs = []
    for source, target, data in edges:
        where = (f"the edge {source} → {target}",)
        label, weight = _read(data, "label", label_from_json, where), _read(data, "weight", weight_from_json, where)
        arcs.append(Arc(states[source], label, states[target], weight))
    initial, final = (
        {
            states[node]: _read(data, name, weight_from_json, (f"the node {node}",))
            for node, data in graph.nodes(data=True)
            if name in data
        }
        for name in _ENDS
    )
    return WFSA(initial, tuple(arcs), final)


def _order(edge: tuple[Any, Any, Mapping[str, Any]]) -> int:
    source, target, data = edge
    order = data["order"]
    if isinstance(order, float) and math.isfinite(order) and order == int(order):
        return int(order)
    if isinstance(order, str) and _is_int(order):
        return int(order)
    if not isinstance(order, int) or isinstance(order, bool):
        raise FormatError(f"the order of an edge is an int (got {order!r:.60} on {source} → {target}); leave all out.")
    return order


def _read(data: Mapping[str, Any], name: str, decode: Callable[[Any, Place], Any], where: Place) -> Any:
    """An attribute, decoded where its type says so."""
    value, kind = data[name], data.get(f"{name}_type")
    if kind is None:
        return value
    place = (*where, name)
    if kind != "json" or not isinstance(value, str):
        raise FormatError(f"{show(place)} is JSON text where {name}_type says so (got {value!r:.60}, {kind!r:.60}).")
    try:
        tree = json.loads(value)
    except RecursionError:
        raise FormatError(
            f"{show(place)} must be JSON of weights nested at most {DEEPEST} levels deep (got far more)."
        ) from None
    except ValueError as error:
        raise FormatError(f"{show(place)} must be JSON (got {value!r:.60}: {error!s:.60}).") from None
    return decode(tree, place)
