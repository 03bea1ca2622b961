"""JSON as text: written with an arc to a line, read so that nothing is lost or guessed."""

import json
import math
import re
from collections import Counter
from typing import Any

from wfsa.errors import FormatError
from wfsa.weights.base import DEEPEST

_DIGITS = 400
"""Ints of more digits are refused: none lies within the doubles, and reading them takes quadratic time."""


def written(tree: Any, indent: int = 0) -> str:
    """The text of a tree: fields, and items that hold something themselves, have a line each.

    Raises:
        TypeError, ValueError: something has no place in JSON, as a NaN.
    """
    pad, inner = " " * indent, " " * (indent + 1)
    if isinstance(tree, dict) and tree and all(isinstance(key, str) for key in tree):
        fields = (f"{_line(key)}: {written(value, indent + 1)}" for key, value in tree.items())
        return "{\n" + ",\n".join(inner + field for field in fields) + f"\n{pad}}}"
    if isinstance(tree, list) and any(isinstance(item, list | dict) for item in tree):
        return "[\n" + ",\n".join([inner + _line(item) for item in tree]) + f"\n{pad}]"
    return _line(tree)


_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class RefusedError(FormatError):
    """Text that is no JSON of ours, at an offset."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def parse(text: str) -> Any:
    """The tree of JSON text whose numbers are doubles, and whose objects have every key once.

    Raises:
        RefusedError: it is none, and where.
    """

    def refuse(token: str) -> Any:
        got = token if len(token) < 40 else token[:37] + "..."
        raise RefusedError(f"every number must be one that a double can hold (got {got}).", text.find(token))

    def real(token: str) -> float:
        return refuse(token) if math.isinf(float(token)) else float(token)

    def whole(token: str) -> int:
        return int(token) if len(token) <= _DIGITS else refuse(token)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
            position = max(text.rfind(json.dumps(twice)), text.rfind(f'"{twice}"'), 0)
            raise RefusedError(f"the keys of an object must differ (got {twice!r} twice).", position)
        return found

    try:
        tree = json.loads(text, parse_constant=refuse, parse_float=real, parse_int=whole, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise RefusedError(f"the file must be JSON (got {error.msg}); write it with wfsa.save.", error.pos) from None
    except RecursionError:
        raise RefusedError(f"weights are nested at most {DEEPEST} levels deep (got far more).", 0) from None
    halves = re.search(r"\\u[dD][89a-fA-F]", text)
    if halves is not None:  # such escapes come in pairs, which make one character
        try:
            json.dumps(tree, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            got = ascii(error.object[error.start])
            raise RefusedError(f"text must be Unicode (got half a character, {got}).", halves.start()) from None
    return tree
