"""Automata, weights and parameters as JSON trees and back.

LABEL is a string, an int, {"special": "any"} or {"special": "epsilon"}. WEIGHT is a number, "inf", "-inf", or one of
{"const": NUMBER}, {"linear": NAME, "bias": BOOL}, {"lookup": NAME}, {"scalar": NAME}, {"sigmoid": WEIGHT},
{"complement": WEIGHT}, {"log": WEIGHT}, {"product": [WEIGHT, …]}, {"sum": [WEIGHT, …]},
{"softmax": [WEIGHT, …], "place": INT}. An AUTOMATON is {"initial": [[STATE, WEIGHT]],
"arcs": [[SOURCE, LABEL, TARGET, WEIGHT]], "final": [[STATE, WEIGHT]]}. Parameters are {"weights": [NUMBER, …],
"bias": NUMBER} for a Linear, {"table": [[LABEL, NUMBER]]} for a Lookup and NUMBER for a Scalar.
"""

import math
from collections.abc import Hashable
from typing import Any

from wfsa.automaton import WFSA, Arc, Special
from wfsa.errors import FormatError, Place, WfsaError
from wfsa.formats.json_places import as_object, get, short, show
from wfsa.weights.expressions import (
    Affine,
    Complement,
    Const,
    Expression,
    Linear,
    Log,
    Lookup,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Sum,
    Table,
    Weight,
)


def to_json(automaton: WFSA) -> dict[str, Any]:
    """One automaton as a JSON tree.

    Raises:
        FormatError: a label, a state or a weight has no place in JSON.
    """
    return {
        "initial": [
            [_number(state, "a state"), _weight(weight, "initial")] for state, weight in automaton.initial.items()
        ],
        "arcs": [
            [
                _number(arc.source, "a state"),
                _label(arc.label, str(arc)),
                _number(arc.target, "a state"),
                _weight(arc.weight, f"the arc {arc.source} → {arc.target}"),
            ]
            for arc in automaton.arcs
        ],
        "final": [[_number(state, "a state"), _weight(weight, "final")] for state, weight in automaton.final.items()],
    }


def parameter_to_json(name: str, value: Affine | Table | float) -> Any:
    """The parameters of one Linear, Lookup or Scalar as a JSON tree.

    Raises:
        FormatError: a number or a label has no place in JSON.
    """
    if isinstance(value, Affine):
        return {"weights": [_number(w, name) for w in value.weights], "bias": _number(value.bias, name)}
    if isinstance(value, int | float):
        return _number(value, name)
    return {"table": [[_label(symbol, name), _number(number, name)] for symbol, number in value.items()]}


def from_json(tree: Any, place: Place = ()) -> WFSA:
    """The automaton of a tree that `to_json` made.

    Raises:
        FormatError: the tree is no such tree; the message names the place in it, below `place`.
    """
    top = as_object(tree, place)
    arcs = []
    for number, item in enumerate(get(top, "arcs", place, list)):
        here = (*place, "arcs", number)
        source, label, target, weight = _items(item, 4, here)
        arcs.append(Arc(_state(source, here), _read_label(label, here), _state(target, here), _read(weight, here)))
    try:
        return WFSA(_read_ends(top, "initial", place), tuple(arcs), _read_ends(top, "final", place))
    except FormatError:
        raise
    except WfsaError as error:
        raise FormatError(f"{show(place)}: {error}", place) from None


def parameter_from_json(tree: Any, place: Place) -> Affine | Table | float:
    """The parameters of a tree that `parameter_to_json` made.

    Raises:
        FormatError: the tree is no such tree.
    """
    if isinstance(tree, int | float | str):
        return float(_read_number(tree, place))
    top = as_object(tree, place)
    if "table" in top:
        table = {}
        for number, item in enumerate(get(top, "table", place, list)):
            here = (*place, "table", number)
            symbol, value = _items(item, 2, here)
            table[_read_label(symbol, here)] = float(_read_number(value, here))
        return table
    weights = [_read_number(value, (*place, "weights", n)) for n, value in enumerate(get(top, "weights", place, list))]
    return Affine(tuple(float(w) for w in weights), float(_read_number(top.get("bias"), (*place, "bias"))))


def _number(value: Any, what: str) -> int | float | str:
    number = int(value) if isinstance(value, int) else float(value)  # int also turns True into 1
    if not _finite(number):
        if isinstance(number, int) or math.isnan(number):
            raise FormatError(f"{what} must be a number that a double can hold (got {short(number)}).")
        return "inf" if number > 0 else "-inf"
    return number


def _weight(weight: Weight, what: str) -> Any:
    match weight:
        case Const(value):
            return {"const": _number(value, what)}
        case Linear(name, bias):
            return {"linear": name, "bias": bias}
        case Lookup(name):
            return {"lookup": name}
        case Sigmoid(argument):
            return {"sigmoid": _weight(argument, what)}
        case Complement(argument):
            return {"complement": _weight(argument, what)}
        case Log(argument):
            return {"log": _weight(argument, what)}
        case Product(factors):
            return {"product": [_weight(factor, what) for factor in factors]}
        case Scalar(name):
            return {"scalar": name}
        case Softmax(terms, place):
            return {"softmax": [_weight(term, what) for term in terms], "place": place}
        case Sum(terms):
            return {"sum": [_weight(term, what) for term in terms]}
        case int() | float():
            return _number(weight, what)
    raise FormatError(f"{what} must carry a number or an expression (got {weight!r}); other weights have no JSON.")


def _label(label: Hashable, what: str) -> Any:
    if isinstance(label, Special):
        return {"special": label.value}
    if isinstance(label, str | int) and not isinstance(label, bool):
        return label
    raise FormatError(f"labels in a file are strings or ints (got {label!r} in {what}); relabel it.")


def _read_ends(top: dict[str, Any], key: str, place: Place) -> dict[int, Weight]:
    rows = [_items(item, 2, (*place, key, n)) for n, item in enumerate(get(top, key, place, list))]
    ends = {_state(row[0], (*place, key, n)): _read(row[1], (*place, key, n)) for n, row in enumerate(rows)}
    if len(ends) != len(rows):
        raise FormatError(f"{show((*place, key))} must name every state once.", (*place, key))
    return ends


def _read(tree: Any, place: Place) -> Weight:
    if isinstance(tree, int | float | str) and not isinstance(tree, bool):
        return _read_number(tree, place)
    return _read_expression(tree, place)


def _read_expression(tree: Any, place: Place) -> Expression:
    def below(argument: Any) -> Any:
        return _read(argument, place)

    match tree:
        case {"const": value, **rest} if not rest:
            return Const(_read_number(value, place))
        case {"linear": str(name), "bias": bool(bias), **rest} if not rest:
            return Linear(name, bias)
        case {"lookup": str(name), **rest} if not rest:
            return Lookup(name)
        case {"sigmoid": argument, **rest} if not rest:
            return Sigmoid(below(argument))
        case {"complement": argument, **rest} if not rest:
            return Complement(below(argument))
        case {"log": argument, **rest} if not rest:
            return Log(below(argument))
        case {"product": list(factors), **rest} if not rest:
            return Product(tuple(map(below, factors)))
        case {"sum": list(terms), **rest} if not rest:
            return Sum(tuple(map(below, terms)))
        case {"scalar": str(name), **rest} if not rest:
            return Scalar(name)
        case {"softmax": list(terms), "place": int(which), **rest} if not rest and 0 <= which < len(terms):
            return Softmax(tuple(map(below, terms)), which)
    raise FormatError(f"{show(place)} must hold a weight (got {short(tree)}); see docs/automata.schema.json.", place)


def _read_number(value: Any, place: Place) -> int | float:
    if value in ("inf", "-inf"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise FormatError(f'{show(place)} must hold a finite number, "inf" or "-inf" (got {short(value)}).', place)
    return value


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond the doubles
        return False


def _read_label(tree: Any, place: Place) -> Any:
    match tree:
        case {"special": "any" | "epsilon" as name, **rest} if not rest:
            return Special(name)
        case bool():
            pass
        case str() | int():
            return tree
    raise FormatError(f"{show(place)} must hold a label, a string, an int or a special one (got {short(tree)}).", place)


def _state(value: Any, place: Place) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"{show(place)} must name a state by an int (got {short(value)}).", place)
    return value


def _items(tree: Any, count: int, place: Place) -> list[Any]:
    if not isinstance(tree, list) or len(tree) != count:
        raise FormatError(f"{show(place)} must be a list of {count} (got {short(tree)}).", place)
    return tree
