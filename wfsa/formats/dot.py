"""Automata from DOT text: what `viz.to_dot` writes, OpenFst's fstdraw, plain graphs. Needs pydot, the extra `dot`."""

import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cached_property
from importlib import import_module
from io import StringIO
from typing import Any, NamedTuple

from wfsa.automaton import WFSA, Arc
from wfsa.errors import FormatError
from wfsa.formats.att import ANY_WORD, EPSILON_WORD
from wfsa.formats.json_labels import label_from_json
from wfsa.formats.json_trees import weight_from_json
from wfsa.labels import ANY, EPSILON
from wfsa.semirings.base import Semiring, as_semiring

_NAMES = {"ε": EPSILON, EPSILON_WORD: EPSILON, "": EPSILON, ANY_WORD: ANY}
_POINTS = ("point", "none", "plaintext", "plain")
_NUMBER = r"(?P<weight>[-+]?(?:[0-9.]+(?:e[-+]?[0-9]+)?|inf(?:inity)?))"
_weighted = re.compile(rf"(?P<label>.*?)\s*/\s*{_NUMBER}", re.I | re.S).fullmatch
_end = re.compile(rf".*(?:final|initial|/)\s*{_NUMBER}", re.I | re.S).fullmatch


class _Edge(NamedTuple):
    source: str
    target: str
    attributes: dict[str, str]


def from_dot(text: str, K: Semiring[Any], *, costs: bool = False) -> WFSA:
    """The automaton of a directed graph in DOT.

    `viz.to_dot` keeps every label and weight beside its picture, in attributes that Graphviz passes over, and they are
    read. In other graphs a line of an edge's label is an arc, LABEL or LABEL/WEIGHT, as in fstdraw; ε, ``<eps>`` and no
    label are epsilon, ``<any>`` is ANY. Initial are the nodes that an edge from a point leads to, else the bold one, as
    in fstdraw; final those with two rings, whose label may end in /WEIGHT. Where no weight stands, it is 1̄. States are
    the names of the nodes where all are ints, else numbered as they come.

    Args:
        text: one graph.
        K: what 1̄ is.
        costs: numbers are −log costs, as fstdraw writes them.

    Raises:
        FormatError: it is no directed graph, nothing is initial, or an arc has two labels that differ.
        ImportError: pydot is not installed.
    """
    return _Graph(_parsed(text), as_semiring(K), costs).automaton()


def _parsed(text: str) -> Any:
    try:
        pydot = import_module("pydot")
    except ImportError:
        raise ImportError("DOT is read by pydot; pip install 'sparse-wfsa[dot]'.") from None
    with redirect_stdout(StringIO()) as said:  # pydot prints what it cannot read
        graphs = pydot.graph_from_dot_data(text)
    if not graphs or len(graphs) != 1 or graphs[0].get_type() != "digraph":
        why = said.getvalue().strip().rpartition("\n")[2]
        got = f"no DOT: {why}" if not graphs else ", ".join(graph.get_type() for graph in graphs)
        raise FormatError(f"an automaton is one directed graph in DOT (got {got}); begin with digraph {{.")
    return graphs[0]


class _Graph:
    """The nodes and edges of a graph, its subgraphs' among them."""

    def __init__(self, graph: Any, K: Semiring[Any], costs: bool) -> None:
        self._K, self._from = K, K.needs("from_cost", "costs in DOT") if costs else K.lift
        self._nodes: dict[str, dict[str, str]] = {}
        self._edges: list[_Edge] = []
        self._collect(graph, {})
        self._ours = any("arcs" in edge.attributes for edge in self._edges) or any(
            {"initial", "final"} & found.keys() for found in self._nodes.values()
        )

    def _collect(self, graph: Any, common: dict[str, str]) -> None:
        for node in graph.get_nodes():
            name = _text(node.get_name())
            if name == "node":
                common = {**common, **_texts(node)}
            elif name not in ("edge", "graph", "\\n"):
                self._nodes.setdefault(name, {}).update({**common, **_texts(node)})
        for edge in graph.get_edges():
            source, target = (_text(str(end)) for end in (edge.get_source(), edge.get_destination()))
            self._edges.append(_Edge(source, target, _texts(edge)))
            for end in (source, target):
                self._nodes.setdefault(end, dict(common))
        for inner in graph.get_subgraphs():
            self._collect(inner, common)

    def automaton(self) -> WFSA:
        """What the graph says."""
        points = {name for name, found in self._nodes.items() if self._is_point(name, found)}
        names = [name for name in self._nodes if name not in points]
        plain = all(re.fullmatch(r"-?[0-9]+", name) for name in names)
        state = {name: int(name) if plain else number for number, name in enumerate(names)}
        arcs, initial = list[Arc](), dict[int, Any]()
        for edge in self._edges:
            if edge.source in points:
                initial[state[edge.target]] = self._ended(edge.target, "initial", edge.attributes.get("label", ""))
            elif not self._ours or "arcs" in edge.attributes:  # else it was deleted
                arcs += [Arc(state[edge.source], a, state[edge.target], w) for a, w in self._arcs(edge)]
        if not points and not self._ours:
            bold = [name for name in names if "bold" in self._nodes[name].get("style", "")]
            initial = {state[name]: self._K.one for name in bold} if len(bold) == 1 else {}
        if names and not initial and not self._ours:
            raise FormatError(
                "a start is a node that an edge from a point leads to, or the only bold one (got neither); add "
                '"start" [shape=point]; "start" -> NODE.'
            )
        last = [name for name in names if self._is_final(self._nodes[name])]
        final = {state[name]: self._ended(name, "final", self._nodes[name].get("label", "")) for name in last}
        return WFSA(initial, tuple(arcs), final)

    def _is_point(self, name: str, found: dict[str, str]) -> bool:
        return found.get("shape") in _POINTS and name not in self._entered

    @cached_property
    def _entered(self) -> set[str]:
        return {edge.target for edge in self._edges}

    def _is_final(self, found: dict[str, str]) -> bool:
        if self._ours:
            return "final" in found
        return found.get("shape") == "doublecircle" or found.get("peripheries") == "2"

    def _ended(self, name: str, which: str, label: str) -> Any:
        found = self._nodes[name]
        if which in found:
            return weight_from_json(json.loads(found[which]), (name,))
        weight = _end(label) if "/" in label or which in label else None
        return self._K.one if weight is None else self._from(float(weight["weight"]))

    def _arcs(self, edge: _Edge) -> Iterator[tuple[Any, Any]]:
        if "arcs" in edge.attributes:
            for label, weight in json.loads(edge.attributes["arcs"]):
                yield label_from_json(label, ("arcs",)), weight_from_json(weight, ("arcs",))
            return
        for line in edge.attributes.get("label", "").split("\n"):
            match = _weighted(line)
            label, weight = (match["label"], self._from(float(match["weight"]))) if match else (line, self._K.one)
            yield self._read(label.strip(), edge), weight

    def _read(self, label: str, edge: _Edge) -> Any:
        first, colon, second = label.partition(":")
        if colon and first and second and self._two_sided:
            if first != second:
                raise FormatError(
                    f"both labels of an arc are equal (got {label!r} on {edge.source} → {edge.target}, a transducer's);"
                    " project it first, with fstproject."
                )
            label = first
        return _NAMES.get(label, label)

    @cached_property
    def _two_sided(self) -> bool:
        """Have all arcs two labels?"""
        return all(":" in line for edge in self._edges for line in edge.attributes.get("label", ":").split("\n"))


def _texts(item: Any) -> dict[str, str]:
    return {name: _text(str(value)) for name, value in item.get_attributes().items()}


def _text(quoted: str) -> str:
    """What a name or a value of DOT stands for."""
    if len(quoted) < 2 or not quoted.startswith('"'):
        return quoted
    escapes = {"n": "\n", "l": "\n", "r": "\n", "\\": "\\", '"': '"'}
    return re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[0]), quoted[1:-1])
