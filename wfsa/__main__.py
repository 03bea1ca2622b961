"""Convert, describe and run automata in files.

    python -m wfsa convert A B [--automaton NAME] [--semiring K]
    python -m wfsa info A
    python -m wfsa score A "some words" [--automaton NAME] [--semiring K]

A and B are .json files of `wfsa.save`, or .att files in AT&T/OpenFst text with a symbol table beside them (.syms).
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wfsa.automaton import WFSA
from wfsa.errors import FormatError, WfsaError
from wfsa.formats import json_files
from wfsa.formats.att import from_att, to_att
from wfsa.paths.forward import pathsum
from wfsa.paths.total import total_weight
from wfsa.semirings.base import Semiring
from wfsa.semirings.scalars import REAL, SEMIRINGS
from wfsa.structure import accessible, coaccessible, main_arcs
from wfsa.weights.parts import leaves

_SEMIRINGS = {str(K): K for K in SEMIRINGS}


def _read(path: Path, K: Semiring[Any]) -> json_files.Bundle:
    if path.suffix == ".json":
        return json_files.load(path)
    if path.suffix == ".att":
        table = path.with_suffix(".syms")
        symbols = json_files.read_text(table) if table.exists() else None
        try:
            return json_files.Bundle({path.stem: from_att(json_files.read_text(path), symbols, K)})
        except FormatError as error:
            raise FormatError(f"{path}:{error}") from None
    raise FormatError(f"automata are read from .json and .att files (got {path}).")


def _one(bundle: json_files.Bundle, name: str | None, path: Path) -> tuple[str, WFSA]:
    if name is None and len(bundle.automata) == 1:
        return next(iter(bundle.automata.items()))
    if name is None or name not in bundle.automata:
        known = ", ".join(bundle.automata) or "none"
        raise FormatError(f"--automaton names one of those in {path}: {known} (got {name}).")
    return name, bundle.automata[name]


def _numbers(automaton: WFSA, path: Path) -> None:
    weights = (*automaton.initial.values(), *(arc.weight for arc in automaton.arcs), *automaton.final.values())
    if any(next(leaves(weight), None) is not None for weight in weights):
        raise FormatError(f"{path} has weights that depend on word vectors; ground them first, with wfsa.ground.")


def convert(options: argparse.Namespace) -> None:
    """Write A as B; what B cannot hold is said, never dropped silently."""
    source, target, K = Path(options.a), Path(options.b), _SEMIRINGS[options.semiring or "REAL"]
    bundle = _read(source, K)
    if target.suffix == ".json":
        json_files.save(target, bundle.automata, bundle.parameters, bundle.annotations)
        return
    if target.suffix != ".att":
        raise FormatError(f"automata are written to .json and .att files (got {target}); DOT and SVG come from viz.")
    name, automaton = _one(bundle, options.automaton, source)
    _numbers(automaton, source)
    text = to_att(automaton, K)
    json_files.write_whole(target, text.text.encode())
    table = target.with_suffix(".syms")
    if text.symbols is not None:
        json_files.write_whole(table, text.symbols.encode())
    else:  # one from before would give the numbers other meanings
        table.unlink(missing_ok=True)
    lost = [n for n in bundle.automata if n != name]
    if lost or bundle.parameters or bundle.annotations is not None:
        print(f"note: {target} holds {name} alone, without parameters and annotations.", file=sys.stderr)


def info(options: argparse.Namespace) -> None:
    """One line per automaton: sizes, what is useless, and its total weight where it has one."""
    path = Path(options.a)
    for name, automaton in _read(path, REAL).automata.items():
        useful = accessible(automaton) & coaccessible(automaton)
        labels = {arc.label for arc in automaton.arcs}
        print(
            f"{name}: {len(automaton.states)} states ({len(useful)} useful), {len(automaton.arcs)} arcs "
            f"({len(main_arcs(automaton))} main), {len(labels)} labels, {len(automaton.initial)} initial, "
            f"{len(automaton.final)} final; {_total(automaton)}"
        )


def _total(automaton: WFSA) -> str:
    try:
        return f"total weight in REAL {total_weight(automaton, REAL):.6g}"
    except WfsaError as error:
        return f"no total weight in REAL: {error}"


def score(options: argparse.Namespace) -> None:
    """The pathsum on the words of a text, split at spaces."""
    K: Semiring[Any] = _SEMIRINGS[options.semiring or "REAL"]
    path = Path(options.a)
    bundle = _read(path, K)
    chosen: Mapping[str, WFSA] = bundle.automata
    if options.automaton is not None:
        chosen = dict([_one(bundle, options.automaton, path)])
    for name, automaton in chosen.items():
        _numbers(automaton, path)
        print(f"{name}\t{pathsum(automaton, options.words.split(), K)!r}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wfsa", description=__doc__.split("\n", 1)[0] if __doc__ else None)
    commands = parser.add_subparsers(required=True, metavar="convert | info | score")
    for run, arguments in ((convert, ("a", "b")), (info, ("a",)), (score, ("a", "words"))):
        command = commands.add_parser(run.__name__, help=(run.__doc__ or "").split("\n", 1)[0])
        for argument in arguments:
            command.add_argument(argument)
        if run is not info:
            command.add_argument("--automaton", metavar="NAME", help="which automaton of a file with several")
            command.add_argument("--semiring", choices=list(_SEMIRINGS), help="what the weights mean")
        command.set_defaults(run=run)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; bad input gives one line and the exit status 2."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (WfsaError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
