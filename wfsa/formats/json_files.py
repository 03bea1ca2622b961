"""Lossless, versioned JSON files of automata with their parameters and annotations.

    {"format": "wfsa", "version": 1,
     "automata":    {NAME: AUTOMATON},
     "parameters":  {NAME: PARAMETERS},
     "annotations": any JSON}

with the trees of `wfsa.formats.json_trees`; docs/automata.schema.json is the schema. Numbers are written so that
reading them gives the same bits. Reading runs nothing, and raises FormatError with line and column.
"""

import json
import math
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfsa.automaton import WFSA
from wfsa.errors import FormatError
from wfsa.formats.json_places import as_object, get, line_column, locate
from wfsa.formats.json_trees import from_json, parameter_from_json, parameter_to_json, to_json
from wfsa.weights.expressions import Parameters

FORMAT, VERSION = "wfsa", 1
_DIGITS = 400
"""Ints of more digits are refused: none lies within the doubles, and reading them takes quadratic time."""


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
    if not all(isinstance(name, str) for name in (*automata, *(parameters or {}))):
        raise FormatError(
            f"automata and parameters are named by strings (got {[*automata, *(parameters or {})]!r:.80})."
        )
    tree = {
        "format": FORMAT,
        "version": VERSION,
        "automata": {name: to_json(automaton) for name, automaton in automata.items()},
        "parameters": {name: parameter_to_json(name, value) for name, value in (parameters or {}).items()},
        "annotations": annotations,
    }
    try:
        content = (json.dumps(tree, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"labels, names and annotations must have a place in JSON (got {error}).") from None
    write_whole(path, content)


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    target = Path(path)
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(content)
    partial.replace(target)


def load(path: str | os.PathLike[str]) -> Bundle:
    """Read what `save` wrote.

    Raises:
        FormatError: the file is no such file; the message names line, column and what is wrong there.
    """
    text = read_text(path)
    try:
        return _bundle(_parse(text))
    except FormatError as error:
        line, column = line_column(
            text, error.position if isinstance(error, _RefusedError) else locate(text, error.place)
        )
        raise FormatError(f"{path}:{line}:{column}: {error}", error.place) from None


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a file in UTF-8.

    Raises:
        FormatError: it is in no UTF-8.
    """
    content = Path(path).read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        line, column = line_column(before, len(before))
        raise FormatError(f"{path}:{line}:{column}: the file must be in UTF-8 (got {error.reason}).") from None


class _RefusedError(FormatError):
    """Text that is no JSON of ours, at an offset."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def _parse(text: str) -> Any:
    def refuse(token: str) -> Any:
        got = token if len(token) < 40 else token[:37] + "..."
        raise _RefusedError(f"every number must be one that a double can hold (got {got}).", text.find(token))

    def real(token: str) -> float:
        return refuse(token) if math.isinf(float(token)) else float(token)

    def whole(token: str) -> int:
        return int(token) if len(token) <= _DIGITS else refuse(token)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
            position = max(text.rfind(json.dumps(twice)), text.rfind(f'"{twice}"'), 0)
            raise _RefusedError(f"the keys of an object must differ (got {twice!r} twice).", position)
        return found

    try:
        tree = json.loads(text, parse_constant=refuse, parse_float=real, parse_int=whole, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise _RefusedError(f"the file must be JSON (got {error.msg}); write it with wfsa.save.", error.pos) from None
    except RecursionError:
        raise _RefusedError("weights may be nested a few hundred levels deep (got more).", 0) from None
    halves = re.search(r"\\u[dD][89a-fA-F]", text)
    if halves is not None:  # such escapes come in pairs, which make one character
        try:
            json.dumps(tree, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            got = ascii(error.object[error.start])
            raise _RefusedError(f"text must be Unicode (got half a character, {got}).", halves.start()) from None
    return tree


def _bundle(tree: Any) -> Bundle:
    top = as_object(tree, ())
    if top.get("format") != FORMAT or top.get("version") != VERSION:
        got = f"format {top.get('format')!r}, version {top.get('version')!r}"
        raise FormatError(
            f"the file must say format {FORMAT!r}, version {VERSION} (got {got:.80}); upgrade the package."
        )
    automata, parameters = get(top, "automata", (), dict), get(top, "parameters", (), dict)
    try:
        return Bundle(
            {name: from_json(item, ("automata", name)) for name, item in automata.items()},
            {name: parameter_from_json(item, ("parameters", name)) for name, item in parameters.items()},
            top.get("annotations"),
        )
    except RecursionError:
        raise _RefusedError("weights may be nested a few hundred levels deep (got more).", 0) from None
