"""Automata from DOT text: what `viz.to_dot` writes, OpenFst's fstdraw, plain graphs. Needs pydot, the extra `dot`."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from threading import Lock
from typing import Any, NamedTuple

from wfsa.automaton import WFSA, Arc
from wfsa.errors import FormatError
from wfsa.formats.att import ANY_WORD, EPSILON_WORD
from wfsa.formats.json_labels import label_from_json
from wfsa.formats.json_places import items
from wfsa.formats.json_trees import weight_from_json
from wfsa.labels import ANY, EPSILON
from wfsa.semirings.base import Semiring, as_semiring

_NAMES = {"ε": EPSILON, EPSILON_WORD: EPSILON, "": EPSILON, ANY_WORD: ANY}
_POINTS = ("point", "none", "plaintext", "plain")
_NUMBER = r"(?P<weight>[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf(?:inity)?))"
_named = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"|[^":]+)(?::.*)?', re.S).fullmatch
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


_parsing = Lock()  # pydot's parser is one for all threads


def _parsed(text: str) -> Any:
    try:
        parser = import_module("pydot.dot_parser").graphparser
    except ImportError:
        raise ImportError("DOT is read by pydot; pip install 'sparse-wfsa[dot]'.") from None
    if not isinstance(text, str):
        raise FormatError(f"DOT is text (got {text!r:.60}); read the file.")
    try:
        with _parsing:
            graphs = list(parser.parse_string(text))
    except Exception as error:  # whatever its parser raises: it is said
        raise FormatError(f"an automaton is one directed graph in DOT (got no DOT: {error!s:.200}).") from None
    if len(graphs) != 1 or graphs[0].get_type() != "digraph":
        got = ", ".join(graph.get_type() for graph in graphs)
        raise FormatError(f"an automaton is one directed graph in DOT (got {got}); begin with digraph {{.")
    return graphs[0]


class _Graph:
    """The nodes and edges of a graph, its subgraphs' among them, with the defaults that hold where they stand."""

    def __init__(self, graph: Any, K: Semiring[Any], costs: bool) -> None:
        self._K, self._from = K, K.needs("from_cost", "costs in DOT") if costs else K.lift
        self._nodes: dict[str, dict[str, str]] = {}
        self._edges: list[_Edge] = []
        self._ours = "wfsa" in graph.get_attributes()
        self._collect(graph, {"node": {}, "edge": {}})

    def _collect(self, graph: Any, outer: Mapping[str, dict[str, str]]) -> None:
        defaults = {kind: dict(held) for kind, held in outer.items()}
        every = [*graph.get_nodes(), *graph.get_edges(), *graph.get_subgraphs()]
        for item in sorted(every, key=lambda item: item.get_sequence()):
            if hasattr(item, "get_subgraphs"):
                self._collect(item, defaults)
            elif hasattr(item, "get_destination"):
                ends = _end_name(item.get_source()), _end_name(item.get_destination())
                for end in ends:
                    self._nodes.setdefault(end, dict(defaults["node"]))
                self._edges.append(_Edge(*ends, {**defaults["edge"], **_texts(item)}))
            elif item.get_name() in defaults:
                defaults[item.get_name()].update(_texts(item))
            elif item.get_name() not in ("graph", "\\n", '"\\n"'):
                self._nodes.setdefault(_end_name(item.get_name()), dict(defaults["node"])).update(_texts(item))

    def automaton(self) -> WFSA:
        """What the graph says."""
        points = {name for name, found in self._nodes.items() if self._is_point(name, found)}
        names = [name for name, found in self._nodes.items() if name not in points and "deleted" not in found]
        plain = all(re.fullmatch(r"-?[0-9]+", name) for name in names)
        state = {name: int(name) if plain else number for number, name in enumerate(names)}
        arcs, initial = list[Arc](), dict[int, Any]()
        for edge in self._edges:
            if edge.source in points:
                if edge.target in state:
                    initial[state[edge.target]] = self._ended(edge.target, "initial", edge.attributes.get("label", ""))
            elif "deleted" not in edge.attributes:
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
        if self._ours:
            return self._exact(found, which, f"the node {name}", lambda tree: weight_from_json(tree, (which,)))
        weight = _end(label) if "/" in label or which in label else None
        return self._K.one if weight is None else self._from(float(weight["weight"]))

    def _exact(self, held: dict[str, str], name: str, where: str, read: Callable[[Any], Any]) -> Any:
        """What an attribute of our own holds."""
        if "inexact" in held or name not in held:
            raise FormatError(f"{where} must hold its label and weight (got one that no file can hold).")
        try:
            return read(json.loads(held[name]))
        except (ValueError, TypeError, RecursionError) as error:
            raise FormatError(f"{where} must hold {name} as JSON (got {held[name]!r:.60}: {error!s:.80}).") from None

    def _arcs(self, edge: _Edge) -> Iterator[tuple[Any, Any]]:
        if self._ours:
            where = f"the edge {edge.source} → {edge.target}"
            yield from self._exact(edge.attributes, "arcs", where, lambda tree: [
                (label_from_json(label, ("arcs",)), weight_from_json(weight, ("arcs",)))
                for label, weight in (items(pair, 2, ("arcs",)) for pair in _as_list(tree))
            ])  # fmt: skip
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


def _as_list(tree: Any) -> list[Any]:
    if not isinstance(tree, list):
        raise TypeError("arcs are a list")
    return tree


def _end_name(name: Any) -> str:
    """The node that an edge leads to, without a port."""
    match = _named(str(name)) if isinstance(name, str) else None
    if match is None:
        raise FormatError(f"an edge leads from one node to another (got {name!r:.60}); write each of them.")
    return _text(match["name"])


def _texts(item: Any) -> dict[str, str]:
    return {name: _text(str(value)) for name, value in item.get_attributes().items()}


def _text(quoted: str) -> str:
    """What a name or a value of DOT stands for."""
    if len(quoted) < 2 or not quoted.startswith('"'):
        return quoted
    escapes = {"n": "\n", "l": "\n", "r": "\n", "\\": "\\", '"': '"'}
    return re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[0]), quoted[1:-1])
