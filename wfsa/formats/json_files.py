"""Lossless, versioned JSON files of automata with their parameters and annotations.

    {"format": "wfsa", "version": 1, "semiring": "REAL",
     "automata":    {NAME: AUTOMATON},
     "parameters":  {NAME: PARAMETERS},
     "annotations": any JSON}

where "semiring", a name of `wfsa.SEMIRINGS`, says what the weights mean, and is left out where nobody said so; with
the trees of `wfsa.formats.json_trees`; docs/automata.schema.json is the schema. Numbers are written so that
reading them gives the same bits. Reading runs nothing, and raises FormatError with line and column.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfsa.automaton import WFSA
from wfsa.errors import FormatError
from wfsa.formats.json_places import as_object, get, line_column, locate, short
from wfsa.formats.json_text import RefusedError, parse, written
from wfsa.formats.json_trees import from_json, parameter_from_json, parameter_to_json, to_json
from wfsa.formats.tensor_files import read, tensors
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.scalars import SEMIRINGS
from wfsa.weights.expressions import Parameters

FORMAT, VERSION, BINARY = "wfsa", 1, ".safetensors"


@dataclass(frozen=True)
class Bundle:
    """What one file holds: automata by name, the parameters they share, free annotations (a JSON tree), and the
    semiring that the weights are in, where the file says so.
    """

    automata: Mapping[str, WFSA]
    parameters: Parameters = field(default_factory=dict)
    annotations: Any = None
    semiring: Semiring[Any] | None = None


def save(
    path: str | os.PathLike[str],
    automata: Mapping[str, WFSA],
    parameters: Parameters | None = None,
    annotations: Any = None,
    semiring: Semiring[Any] | None = None,
) -> None:
    """Write `automata` with their `parameters` and `annotations`; the file appears whole or not at all.

    Args:
        path: the file; .safetensors makes a binary one, of automata with numbers for weights and without parameters.
        automata: by name.
        parameters: what their weights read.
        annotations: any JSON tree.
        semiring: the one of `SEMIRINGS` that the weights are in; None: the file does not say.

    Raises:
        FormatError: an argument is of another type, or a label, a number or the semiring has no place in the format (a
            NaN, a label that is no string or int).
        OSError: the file's folder does not exist, or may not be written to.
    """
    _check_arguments(path, automata, semiring)
    if not all(isinstance(name, str) for name in (*automata, *(parameters or {}))):
        raise FormatError(
            f"automata and parameters are named by strings (got {[*automata, *(parameters or {})]!r:.80})."
        )
    if Path(path).suffix == BINARY:
        if parameters:
            raise FormatError(f"a binary file has no parameters (got {[*parameters]!r:.60}); write .json.")
        write_whole(path, tensors(automata, None if semiring is None else str(semiring), annotations))
        return
    tree = {
        "format": FORMAT,
        "version": VERSION,
        **({} if semiring is None else {"semiring": str(semiring)}),
        "automata": {name: to_json(automaton) for name, automaton in automata.items()},
        "parameters": {name: parameter_to_json(name, value) for name, value in (parameters or {}).items()},
        "annotations": annotations,
    }
    try:
        content = (written(tree) + "\n").encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"labels, names and annotations must have a place in JSON (got {error}).") from None
    write_whole(path, content)


def _check_arguments(path: Any, automata: Any, semiring: Any) -> None:
    if not _is_path(path):
        got = "the automata in its place; exchange them" if isinstance(path, Mapping | WFSA) else f"{path!r:.60}"
        raise FormatError(f"save takes a path first and then the automata (got {got}).")
    if isinstance(automata, WFSA) or not isinstance(automata, Mapping):
        raise FormatError(
            f'the automata are a mapping from names (got {automata!r:.60}); write save(path, {{"name": automaton}}).'
        )
    for name, automaton in automata.items():
        if not isinstance(automaton, WFSA):
            raise FormatError(f"every name stands for a WFSA (got {automaton!r:.60} for {name!r}).")
    if semiring is not None and as_semiring(semiring) not in SEMIRINGS:
        known = ", ".join(map(str, SEMIRINGS))
        raise FormatError(f"a file names one of the semirings {known} (got {semiring}); leave it out.")


def _is_path(path: Any) -> bool:
    return isinstance(path, str | os.PathLike)


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file that appears whole or not at all; a link of its name is replaced, not followed.

    Raises:
        OSError: its folder does not exist, or may not be written to.
    """
    target = Path(path)
    partial = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with partial.open("xb") as file:  # exclusive: what lies there already, such as a link, is not written to
            file.write(content)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        advice = "name a file in a folder that exists and may be written to"
        raise OSError(error.errno, f"{error.strerror}; {advice}", str(target)) from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def load(path: str | os.PathLike[str]) -> Bundle:
    """Read what `save` wrote.

    Raises:
        FormatError: the file is no such file; the message names line, column and what is wrong there.
    """
    if _is_path(path) and Path(path).suffix == BINARY:
        automata, semiring, annotations = read(path)
        return Bundle(automata, {}, annotations, _semiring({"semiring": semiring} if semiring is not None else {}))
    text = read_text(path)
    try:
        return _bundle(parse(text))
    except FormatError as error:
        line, column = line_column(
            text, error.position if isinstance(error, RefusedError) else locate(text, error.place)
        )
        raise FormatError(f"{path}:{line}:{column}: {error}", error.place) from None


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a file in UTF-8.

    Raises:
        FormatError: it is in no UTF-8, or the path is none.
    """
    if not _is_path(path):
        raise FormatError(f"a file is named by its path (got {path!r:.60}).")
    content = Path(path).read_bytes()
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        line, column = line_column(before, len(before))
        raise FormatError(f"{path}:{line}:{column}: the file must be in UTF-8 (got {error.reason}).") from None


def _bundle(tree: Any) -> Bundle:
    top = as_object(tree, ())
    if top.get("format") != FORMAT or top.get("version") != VERSION:
        got = f"format {top.get('format')!r}, version {top.get('version')!r}"
        raise FormatError(
            f"the file must say format {FORMAT!r}, version {VERSION} (got {got:.80}); upgrade the package."
        )
    automata, parameters = get(top, "automata", (), dict), get(top, "parameters", (), dict)
    return Bundle(
        {name: from_json(item, ("automata", name)) for name, item in automata.items()},
        {name: parameter_from_json(item, ("parameters", name)) for name, item in parameters.items()},
        top.get("annotations"),
        _semiring(top),
    )


def _semiring(top: dict[str, Any]) -> Semiring[Any] | None:
    if "semiring" not in top:
        return None
    known = {str(K): K for K in SEMIRINGS}
    name = top["semiring"]
    if not isinstance(name, str) or name not in known:
        raise FormatError(f"semiring must name one of {', '.join(known)} (got {short(name)}).", ("semiring",))
    return known[name]
