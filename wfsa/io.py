"""Lossless, versioned JSON for automata with their parameters and annotations.

    {"format": "wfsa", "version": 1,
     "automata":    {NAME: {"initial": [[STATE, WEIGHT]], "arcs": [[SOURCE, LABEL, TARGET, WEIGHT]], "final": […]}},
     "parameters":  {NAME: {"weights": [NUMBER, …], "bias": NUMBER}},
     "annotations": any JSON}

LABEL is a string, an int, {"special": "any"} or {"special": "epsilon"}. WEIGHT is a number, "inf", "-inf", or one of
{"const": NUMBER}, {"linear": NAME, "bias": BOOL}, {"sigmoid": WEIGHT}, {"complement": WEIGHT},
{"product": [WEIGHT, …]}. Numbers are written so that reading them gives the same bits. Reading runs nothing and raises
FormatError with the place.
"""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfsa.automaton import WFSA, Arc, Special
from wfsa.errors import FormatError, WfsaError
from wfsa.weights import Affine, Complement, Const, Linear, Parameters, Product, Sigmoid, Weight

FORMAT, VERSION = "wfsa", 1


@dataclass(frozen=True)
class Bundle:
    """What one file holds: automata by name, the parameters they share, and free annotations (a JSON tree)."""

    automata: Mapping[str, WFSA]
    parameters: Parameters = field(default_factory=dict)
    annotations: Any = None


def save(
    path: str | os.PathLike[str],
    automata: Mapping[str, WFSA],
    parameters: Parameters | None = None,
    annotations: Any = None,
) -> None:
    """Write `automata` with their `parameters` and `annotations`; the file appears whole or not at all.

    Raises:
        FormatError: a label or a number has no place in the format (a NaN, a label that is no string or int).
    """
    tree = {
        "format": FORMAT,
        "version": VERSION,
        "automata": {name: to_json(automaton) for name, automaton in automata.items()},
        "parameters": {
            name: {"weights": [_number(w, name) for w in affine.weights], "bias": _number(affine.bias, name)}
            for name, affine in (parameters or {}).items()
        },
        "annotations": annotations,
    }
    try:
        content = (json.dumps(tree, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
    except (TypeError, ValueError) as error:
        raise FormatError(f"labels, names and annotations must have a place in JSON (got {error}).") from None
    target = Path(path)
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(content)
    partial.replace(target)


def load(path: str | os.PathLike[str]) -> Bundle:
    """Read what `save` wrote.

    Raises:
        FormatError: the file is no such file; the message names the place in it.
    """
    try:
        tree = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} must be JSON in UTF-8 (got {error}); write it with wfsa.save.") from None
    try:
        return _bundle(tree)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    except RecursionError:
        raise FormatError(f"{path}: weights may be nested a few hundred levels deep (got more).") from None


def _bundle(tree: Any) -> Bundle:
    top = _mapping(tree, "the file")
    if top.get("format") != FORMAT or top.get("version") != VERSION:
        got = f"format {top.get('format')!r}, version {top.get('version')!r}"
        raise FormatError(f"the file must say format {FORMAT!r}, version {VERSION} (got {got}); upgrade the package.")
    return Bundle(
        {name: from_json(item, f"automata.{name}") for name, item in _get(top, "automata", "the file", dict).items()},
        {name: _affine(item, f"parameters.{name}") for name, item in _get(top, "parameters", "the file", dict).items()},
        top.get("annotations"),
    )


def to_json(automaton: WFSA) -> dict[str, Any]:
    """One automaton as a JSON tree."""
    return {
        "initial": [[state, _weight(weight, "initial")] for state, weight in automaton.initial.items()],
        "arcs": [
            [arc.source, _label(arc), arc.target, _weight(arc.weight, f"the arc {arc.source} → {arc.target}")]
            for arc in automaton.arcs
        ],
        "final": [[state, _weight(weight, "final")] for state, weight in automaton.final.items()],
    }


def from_json(tree: Any, place: str = "the automaton") -> WFSA:
    """The automaton of a tree that `to_json` made.

    Raises:
        FormatError: the tree is no such tree; `place` begins the message.
    """
    top = _mapping(tree, place)
    arcs = []
    for number, item in enumerate(_get(top, "arcs", place, list)):
        here = f"{place}.arcs[{number}]"
        source, label, target, weight = _items(item, 4, here)
        arcs.append(Arc(_state(source, here), _read_label(label, here), _state(target, here), _read(weight, here)))
    ends = {}
    for key in ("initial", "final"):
        rows = [_items(item, 2, f"{place}.{key}[{n}]") for n, item in enumerate(_get(top, key, place, list))]
        ends[key] = {_state(state, f"{place}.{key}"): _read(weight, f"{place}.{key}") for state, weight in rows}
        if len(ends[key]) != len(rows):
            raise FormatError(f"{place}.{key} must name every state once (got {[row[0] for row in rows]}).")
    try:
        return WFSA(ends["initial"], tuple(arcs), ends["final"])
    except WfsaError as error:
        raise FormatError(f"{place}: {error}") from None


def _number(value: Any, place: str) -> int | float | str:
    number = int(value) if isinstance(value, int) else float(value)  # int also turns True into 1
    if not _finite(number):
        if isinstance(number, int) or math.isnan(number):
            raise FormatError(f"{place} must be numbers that a double can hold (got {_short(number)}).")
        return "inf" if number > 0 else "-inf"
    return number


def _weight(weight: Weight, place: str) -> Any:
    match weight:
        case Const(value):
            return {"const": _number(value, place)}
        case Linear(name, bias):
            return {"linear": name, "bias": bias}
        case Sigmoid(argument):
            return {"sigmoid": _weight(argument, place)}
        case Complement(argument):
            return {"complement": _weight(argument, place)}
        case Product(factors):
            return {"product": [_weight(factor, place) for factor in factors]}
        case int() | float():
            return _number(weight, place)
    raise FormatError(f"{place} must carry a number or an expression (got {weight!r}); other weights have no JSON.")


def _label(arc: Arc) -> Any:
    if isinstance(arc.label, Special):
        return {"special": arc.label.value}
    if isinstance(arc.label, str | int) and not isinstance(arc.label, bool):
        return arc.label
    raise FormatError(f"labels in a file are strings or ints (got {arc.label!r} on {arc}); relabel the arc.")


def _read(tree: Any, place: str) -> Weight:
    if isinstance(tree, int | float | str) and not isinstance(tree, bool):
        return _read_number(tree, place)
    match tree:
        case {"const": value, **rest} if not rest:
            return Const(_read_number(value, place))
        case {"linear": str(name), "bias": bool(bias), **rest} if not rest:
            return Linear(name, bias)
        case {"sigmoid": argument, **rest} if not rest:
            return Sigmoid(_read(argument, place))
        case {"complement": argument, **rest} if not rest:
            return Complement(_read(argument, place))
        case {"product": list(factors), **rest} if not rest:
            return Product(tuple(_read(factor, place) for factor in factors))
    raise FormatError(f"{place} must hold a weight (got {_short(tree)}); see the formats of wfsa.io.")


def _read_number(value: Any, place: str) -> int | float:
    if value in ("inf", "-inf"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise FormatError(f'{place} must hold a finite number, "inf" or "-inf" (got {_short(value)}).')
    return value


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond the doubles
        return False


def _read_label(tree: Any, place: str) -> Any:
    match tree:
        case {"special": "any" | "epsilon" as name, **rest} if not rest:
            return Special(name)
        case bool():
            pass
        case str() | int():
            return tree
    raise FormatError(f"{place} must hold a label, a string, an int or a special one (got {_short(tree)}).")


def _state(value: Any, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"{place} must name a state by an int (got {_short(value)}).")
    return value


def _affine(tree: Any, place: str) -> Affine:
    top = _mapping(tree, place)
    weights = [_read_number(value, f"{place}.weights") for value in _get(top, "weights", place, list)]
    return Affine(tuple(float(w) for w in weights), float(_read_number(top.get("bias"), f"{place}.bias")))


def _mapping(tree: Any, place: str) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise FormatError(f"{place} must be an object (got {_short(tree)}).")
    return tree


def _get(top: dict[str, Any], key: str, place: str, kind: type) -> Any:
    value = top.get(key)
    if not isinstance(value, kind):
        name = "a list" if kind is list else "an object"
        raise FormatError(f"{key} in {place} must be {name} (got {_short(value)}).")
    return value


def _items(tree: Any, count: int, place: str) -> list[Any]:
    if not isinstance(tree, list) or len(tree) != count:
        raise FormatError(f"{place} must be a list of {count} (got {_short(tree)}).")
    return tree


def _short(tree: Any) -> str:
    text = repr(tree)
    return text if len(text) <= 60 else text[:57] + "..."
