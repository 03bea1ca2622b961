"""Automata, weights and parameters as JSON trees and back.

LABEL is a string, an int, {"special": "any"}, {"special": "epsilon"}, {"one_of": [SYMBOL, …]} or
{"none_of": [SYMBOL, …]}, where SYMBOL is a string or an int. WEIGHT is a number, "inf", "-inf", or one of
{"const": NUMBER}, {"linear": NAME, "bias": BOOL}, {"lookup": NAME}, {"scalar": NAME}, {"sigmoid": WEIGHT},
{"complement": WEIGHT}, {"log": WEIGHT}, {"product": [WEIGHT, …]}, {"sum": [WEIGHT, …]},
{"softmax": [WEIGHT, …], "place": INT}. An AUTOMATON is {"initial": [[STATE, WEIGHT]],
"arcs": [[SOURCE, LABEL, TARGET, WEIGHT]], "final": [[STATE, WEIGHT]]}. Parameters are {"weights": [NUMBER, …],
"bias": NUMBER} for a Linear, {"table": [[LABEL, NUMBER]]} for a Lookup and NUMBER for a Scalar.
"""

import math
from typing import Any

from wfsa.automaton import WFSA, Arc, as_automaton
from wfsa.errors import AutomatonError, FormatError, Place
from wfsa.formats.json_labels import label_from_json, label_to_json
from wfsa.formats.json_places import as_object, check_depth, get, items, short, show
from wfsa.weights.base import Expression, field_types
from wfsa.weights.expressions import KINDS, Affine, Table, Weight


def to_json(automaton: WFSA) -> dict[str, Any]:
    """One automaton as a JSON tree.

    Raises:
        FormatError: a label, a state or a weight has no place in JSON.
    """
    return {
        "initial": [
            [_number(state, "a state"), weight_to_json(weight, "initial")]
            for state, weight in as_automaton(automaton).initial.items()
        ],
        "arcs": [
            [
                _number(arc.source, "a state"),
                label_to_json(arc.label, str(arc)),
                _number(arc.target, "a state"),
                weight_to_json(arc.weight, f"the arc {arc.source} → {arc.target}"),
            ]
            for arc in automaton.arcs
        ],
        "final": [
            [_number(state, "a state"), weight_to_json(weight, "final")] for state, weight in automaton.final.items()
        ],
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
    return {"table": [[label_to_json(symbol, name), _number(number, name)] for symbol, number in value.items()]}


def from_json(tree: Any, place: Place = ()) -> WFSA:
    """The automaton of a tree that `to_json` made.

    Raises:
        FormatError: the tree is no such tree; the message names the place in it, below `place`.
    """
    top = as_object(tree, place)
    arcs = []
    for number, item in enumerate(get(top, "arcs", place, list)):
        here = (*place, "arcs", number)
        source, label, target, weight = items(item, 4, here)
        arcs.append(
            Arc(
                _state(source, here), label_from_json(label, here), _state(target, here), weight_from_json(weight, here)
            )
        )
    try:
        return WFSA(_read_ends(top, "initial", place), tuple(arcs), _read_ends(top, "final", place))
    except AutomatonError as error:
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
            symbol, value = items(item, 2, here)
            table[label_from_json(symbol, here)] = float(_read_number(value, here))
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


def weight_to_json(weight: Weight, what: str) -> Any:
    """One weight as a JSON tree; `what` it is, for messages.

    Raises:
        FormatError: it has no place in JSON.
    """
    kind = type(weight)
    for tag, known in KINDS.items():
        if known is kind:
            names = list(field_types(KINDS[tag]))
            tree = {}
            for key, name in zip([tag, *names[1:]], names, strict=True):
                tree[key] = _field(getattr(weight, name), what)
            return tree
    if isinstance(weight, int | float):
        return _number(weight, what)
    raise FormatError(f"{what} must carry a number or an expression (got {weight!r}); other weights have no JSON.")


def _field(value: Any, what: str) -> Any:
    """A name or a flag, a number, a weight or a list of them."""
    if isinstance(value, tuple):
        return [weight_to_json(item, what) for item in value]
    return value if isinstance(value, str | bool) else weight_to_json(value, what)


def _read_ends(top: dict[str, Any], key: str, place: Place) -> dict[int, Weight]:
    rows = [items(item, 2, (*place, key, n)) for n, item in enumerate(get(top, key, place, list))]
    ends = {_state(row[0], (*place, key, n)): weight_from_json(row[1], (*place, key, n)) for n, row in enumerate(rows)}
    if len(ends) != len(rows):
        raise FormatError(f"{show((*place, key))} must name every state once.", (*place, key))
    return ends


def weight_from_json(tree: Any, place: Place) -> Weight:
    """The weight of a tree that `weight_to_json` made.

    Raises:
        FormatError: the tree is no such tree.
    """
    check_depth(tree, place)
    return _read_weight(tree, place)


def _read_weight(tree: Any, place: Place) -> Weight:
    if isinstance(tree, int | float | str) and not isinstance(tree, bool):
        return _read_number(tree, place)
    return _read_expression(tree, place)


def _read_expression(tree: Any, place: Place) -> Expression:
    """{TAG: first field, NAME: each other field}. Loops in place of generators: they nest half as deep."""
    for tag, kind in KINDS.items() if isinstance(tree, dict) else ():
        if tag not in tree:
            continue
        types = field_types(kind)
        values: list[Any] = []
        for key, hint in zip([tag, *list(types)[1:]], types.values(), strict=True):
            if key not in tree or not _fits(tree[key], hint):
                break
            values.append(_read_field(tree[key], hint, place))
        if len(values) == len(types) == len(tree):
            return _built(kind, values, place)
    raise FormatError(f"{show(place)} must hold a weight (got {short(tree)}); see docs/automata.schema.json.", place)


def _built(kind: type[Expression], values: list[Any], place: Place) -> Expression:
    try:
        return kind(*values)
    except AutomatonError as error:
        raise FormatError(f"{show(place)}: {error}", place) from None


def _fits(tree: Any, hint: Any) -> bool:
    """Can the tree be a field of this type? What a number or a weight is made of is read later."""
    if hint is int:
        return isinstance(tree, int) and not isinstance(tree, bool)
    if hint == tuple[Expression, ...]:
        return isinstance(tree, list)
    return isinstance(tree, hint) if hint in (str, bool) else True


def _read_field(tree: Any, hint: Any, place: Place) -> Any:
    if hint == tuple[Expression, ...]:
        return tuple([_read_weight(item, place) for item in tree])
    if hint is Expression:
        return _read_weight(tree, place)
    return _read_number(tree, place) if hint is float else tree


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


def _state(value: Any, place: Place) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"{show(place)} must name a state by an int (got {short(value)}).", place)
    return value
