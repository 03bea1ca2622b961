"""Files of automata by what their names end in."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from wfsa.automaton import WFSA
from wfsa.errors import FormatError
from wfsa.formats.att import to_att
from wfsa.formats.att_reading import from_att, read_symbols
from wfsa.formats.dot import from_dot
from wfsa.formats.json_files import BINARY, Bundle, load, read_text, write_whole
from wfsa.formats.openfst import MEANING, arc_type_of, from_openfst, to_openfst
from wfsa.semirings.base import Semiring

SAVED = (".json", BINARY)
"""Those of `wfsa.save`."""

WRITTEN = (*SAVED, ".att", ".fst")
READ = (*WRITTEN, ".dot", ".gv")


def read_bundle(path: Path, asked: Semiring[Any] | None, acceptor: bool | None = None) -> Bundle:
    """The automata of a file, with the semiring that it names, or that was asked for.

    Raises:
        FormatError: the file is none of these or damaged, it needs a semiring and none was asked for, or names another.
    """
    if path.suffix in SAVED:
        bundle = load(path)
        _agree(path, bundle.semiring, asked)
        return replace(bundle, semiring=bundle.semiring or asked)
    if path.suffix == ".fst":
        return Bundle({path.stem: from_openfst(path, asked)}, semiring=asked or MEANING[arc_type_of(path)])
    if path.suffix not in READ:
        raise FormatError(f"automata are read from {', '.join(READ)} files (got {path}).")
    if asked is None:
        raise FormatError(
            f"--semiring must say what the costs in {path} mean (got none): in OpenFst, standard arcs are MIN_PLUS "
            "and log arcs LOG; REAL reads a cost −log w as the weight w."
            if path.suffix == ".att"
            else f"--semiring must say what the weights in {path} mean (got none)."
        )
    found = _read_att(path, asked, acceptor) if path.suffix == ".att" else from_dot(read_text(path), asked)
    return Bundle({path.stem: found}, semiring=asked)


def _agree(path: Path, own: Semiring[Any] | None, asked: Semiring[Any] | None) -> None:
    if asked is not None and own not in (None, asked):
        raise FormatError(f"{path} is in {own} (got --semiring {asked}); leave the flag out.")


def _read_att(path: Path, K: Semiring[Any], acceptor: bool | None) -> WFSA:
    table = path.with_suffix(".syms")
    symbols = read_text(table) if table.exists() else None
    here = table
    try:
        if symbols is not None:
            with warnings.catch_warnings(action="ignore"):  # they come again
                read_symbols(symbols)
        here = path
        return from_att(read_text(path), K, symbols, acceptor=acceptor)
    except FormatError as error:
        message = str(error)
        raise FormatError(message if message.startswith(f"{here}:") else f"{here}:{message}") from None


def write_costs(path: Path, automaton: WFSA, K: Semiring[Any]) -> None:
    """Write .att text with its symbol table, or an .fst file."""
    if path.suffix == ".fst":
        write_whole(path, to_openfst(automaton, K).write_to_string())
        return
    text, symbols = to_att(automaton, K)
    write_whole(path, text.encode())
    table = path.with_suffix(".syms")
    if symbols is not None:
        write_whole(table, symbols.encode())
    else:  # one from before would give the numbers other meanings
        table.unlink(missing_ok=True)
