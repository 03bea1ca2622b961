"""Where in a JSON text something stands, so that an error can name line and column; values with their place checked."""

import re
from json import JSONDecoder
from typing import Any

from wfsa.errors import FormatError, Place
from wfsa.weights.base import DEEPEST

_DECODER = JSONDecoder()
_BLANK = re.compile(r"[ \t\n\r]*")


def show(place: Place) -> str:
    """automata.m.arcs[0], or "the file" for the whole."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)
    return text.removeprefix(".") or "the file"


def line_column(text: str, position: int) -> tuple[int, int]:
    """Both from 1."""
    before = text.rfind("\n", 0, position)
    return text.count("\n", 0, position) + 1, position - before


def locate(text: str, place: Place) -> int:
    """The offset of the value at `place` in a valid JSON `text`; of the last part of the way that exists.

    Cost: O(len(text)) per key.
    """
    position = _skip(text, 0)
    for key in place:
        found = _member(text, position, key) if isinstance(key, str) else _item(text, position, key)
        if found is None:
            break
        position = found
    return position


def _skip(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return blank.end() if blank else position


def _value_end(text: str, position: int) -> int:
    return _DECODER.raw_decode(text, position)[1]


def _item(text: str, position: int, index: int) -> int | None:
    if text[position] != "[":
        return None
    position = _skip(text, position + 1)
    for _ in range(index):
        if text[position] == "]":
            return None
        position = _skip(text, _value_end(text, position))
        position = _skip(text, position + (text[position] == ","))
    return None if text[position] == "]" else position


def _member(text: str, position: int, key: str) -> int | None:
    if text[position] != "{":
        return None
    position = _skip(text, position + 1)
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)
        if name == key:
            return position
        position = _skip(text, _value_end(text, position))
        position = _skip(text, position + (text[position] == ","))
    return None


def as_object(tree: Any, place: Place) -> dict[str, Any]:
    """`tree`, which must be an object."""
    if not isinstance(tree, dict):
        raise FormatError(f"{show(place)} must be an object (got {short(tree)}).", place)
    return tree


def get(top: dict[str, Any], key: str, place: Place, kind: type) -> Any:
    """top[key], which must be a list or an object."""
    value = top.get(key)
    if not isinstance(value, kind):
        name = "a list" if kind is list else "an object"
        raise FormatError(f"{key} in {show(place)} must be {name} (got {short(value)}).", (*place, key))
    return value


def items(tree: Any, count: int, place: Place) -> list[Any]:
    """`tree`, which must be a list of so many."""
    if not isinstance(tree, list) or len(tree) != count:
        raise FormatError(f"{show(place)} must be a list of {count} (got {short(tree)}).", place)
    return tree


def short(tree: Any) -> str:
    """A value in at most 60 characters, for messages."""
    if _levels(tree) > 2 * DEEPEST:
        return "a tree of far too many levels"
    try:
        text = repr(tree)
    except ValueError:  # Python writes no ints of more than 4,300 digits
        return "an int of far too many digits"
    return text if len(text) <= 60 else text[:57] + "..."


def check_depth(tree: Any, place: Place) -> None:
    """Has a tree no more levels than weights have? Each level of those takes a list at most beside its object."""
    if _levels(tree) > 2 * DEEPEST:
        raise FormatError(
            f"{show(place)}: weights are nested at most {DEEPEST} levels deep (got far more); write products and sums "
            "of many as one.",
            place,
        )


def _levels(tree: Any) -> int:
    """Of lists and objects, counted without recursion, up to one more than weights have."""
    level, here = 0, [tree]
    while here and level <= 2 * DEEPEST:
        here = [
            child
            for item in here
            if isinstance(item, list | tuple | dict)
            for child in (item.values() if isinstance(item, dict) else item or [None])
        ]
        level += bool(here)
    return level
