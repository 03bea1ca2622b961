"""Labels as JSON trees: strings and ints as they are, others as objects that name their kind."""

from collections.abc import Hashable
from typing import Any

from wfsa.errors import FormatError, Place
from wfsa.formats.json_places import short, show
from wfsa.labels import NoneOf, OneOf, Special


def label_to_json(label: Hashable, what: str) -> Any:
    """One label as a JSON tree; `what` it stands on, for messages.

    Raises:
        FormatError: it has no place in JSON.
    """
    if type(label) is str or type(label) is int:
        return label
    if isinstance(label, Special):
        return {"special": label.value}
    if isinstance(label, OneOf | NoneOf):
        return {"one_of" if isinstance(label, OneOf) else "none_of": [label_to_json(symbol, what) for symbol in label]}
    if isinstance(label, str | int) and not isinstance(label, bool):
        return label
    raise FormatError(f"labels in a file are strings, ints or sets of them (got {label!r} in {what}); relabel it.")


def label_from_json(tree: Any, place: Place) -> Any:
    """The label of a tree that `label_to_json` made.

    Raises:
        FormatError: the tree is no such tree.
    """
    match tree:
        case {"special": "any" | "epsilon" as name, **rest} if not rest:
            return Special(name)
        case {"one_of": [*symbols], **rest} if not rest and symbols and all(map(_is_symbol, symbols)):
            return OneOf(symbols)
        case {"none_of": [*symbols], **rest} if not rest and symbols and all(map(_is_symbol, symbols)):
            return NoneOf(symbols)
        case str() | int() if _is_symbol(tree):
            return tree
    raise FormatError(
        f"{show(place)} must hold a label, a string, an int, a set of them or a special one (got {short(tree)}).", place
    )


def _is_symbol(tree: Any) -> bool:
    return isinstance(tree, str | int) and not isinstance(tree, bool)
