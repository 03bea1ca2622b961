"""The commands of `OVERVIEW`."""

import argparse
import shlex
import sys
from collections.abc import Hashable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from wfsa.automaton import WFSA
from wfsa.console import Answer, version
from wfsa.errors import FormatError, WfsaError
from wfsa.formats import json_files
from wfsa.formats.att_reading import split
from wfsa.formats.by_suffix import SAVED, WRITTEN, read_bundle, write_costs
from wfsa.index import index_of
from wfsa.paths.forward import pathsum
from wfsa.paths.total import total_weight
from wfsa.printing import digits, escaped
from wfsa.semirings.base import Semiring
from wfsa.semirings.scalars import SEMIRINGS
from wfsa.structure import accessible, coaccessible, main_arcs
from wfsa.weights.parts import leaves

OVERVIEW = """\
Convert, describe and run automata in files.

    python -m wfsa convert A B [--automaton NAME] [--semiring K] [--acceptor]
    python -m wfsa info A [--semiring K] [--acceptor]
    python -m wfsa score A "some words" [--automaton NAME] [--semiring K] [--acceptor]

A and B are files of wfsa.save, .json or .safetensors; AT&T/OpenFst text, .att, with a symbol table beside it (.syms);
or OpenFst's binary files, .fst. A may also be a graph in DOT, .dot or .gv.
What the weights mean, the semiring K, files of wfsa.save say themselves, and .fst files by the type of their arcs; for
.att and .dot --semiring must say it.
python -m viz A.json draws.
"""
"""What `--help` says, also under `python -OO`, which drops docstrings."""

_SEMIRINGS = {str(K): K for K in SEMIRINGS}
_PICTURES = (".svg", ".dot", ".gv", ".png", ".pdf")


def _semiring(bundle: json_files.Bundle, path: Path) -> Semiring[Any]:
    if bundle.semiring is None:
        raise FormatError(f"--semiring must say what the weights in {path} mean (got none, and the file has no field).")
    return bundle.semiring


def _one(bundle: json_files.Bundle, name: str | None, path: Path) -> tuple[str, WFSA]:
    if name is None and len(bundle.automata) == 1:
        return next(iter(bundle.automata.items()))
    if name is None or name not in bundle.automata:
        known = ", ".join(bundle.automata) or "none"
        raise FormatError(f"--automaton names one of those in {path}: {known} (got {name}).")
    return name, bundle.automata[name]


def _is_learned(automaton: WFSA) -> bool:
    weights = (*automaton.initial.values(), *(arc.weight for arc in automaton.arcs), *automaton.final.values())
    return any(next(leaves(weight), None) is not None for weight in weights)


def _numbers(automaton: WFSA, path: Path) -> None:
    if _is_learned(automaton):
        raise FormatError(f"{path} has weights that depend on word vectors; ground them first, with wfsa.ground.")


def convert(options: argparse.Namespace) -> None:
    """Write A as B; what B cannot hold is said, never dropped silently."""
    source, target = Path(options.a), Path(options.b)
    if target.suffix in _PICTURES:
        raise FormatError(f"pictures are drawn by viz (got {target}); {_drawing(options)}.")
    if target.suffix not in WRITTEN:
        raise FormatError(f"automata are written to {', '.join(WRITTEN)} (got {target}); for pictures, use viz.")
    bundle = read_bundle(source, _SEMIRINGS.get(options.semiring), options.acceptor)
    if target.suffix in SAVED:
        json_files.save(target, bundle.automata, bundle.parameters, bundle.annotations, bundle.semiring)
        return
    K = _semiring(bundle, source)
    name, automaton = _one(bundle, options.automaton, source)
    _numbers(automaton, source)
    write_costs(target, automaton, K)
    lost = [n for n in bundle.automata if n != name]
    if lost or bundle.parameters or bundle.annotations is not None:
        _note(f"note: {target} holds {name} alone, without parameters and annotations.")
    _note(f"note: {target} has costs of {K}, which it cannot say; read it with --semiring {K}.")


def _drawing(options: argparse.Namespace) -> str:
    """The commands that draw the file A."""
    source = Path(options.a)
    draw = f"python -m viz {shlex.quote(str(source.with_suffix('.json')))}"
    if source.suffix == ".json":
        return f"run {draw}"
    files = f"{shlex.quote(str(source))} {shlex.quote(str(source.with_suffix('.json')))}"
    return f"run python -m wfsa convert {files} --semiring {options.semiring or 'K'}, then {draw}"


def info(options: argparse.Namespace) -> None:
    """One line per automaton: sizes, what is useless, and its total weight where it has one."""
    bundle = read_bundle(Path(options.a), _SEMIRINGS.get(options.semiring), options.acceptor)
    for name, automaton in bundle.automata.items():
        useful = accessible(automaton) & coaccessible(automaton)
        labels = {arc.label for arc in automaton.arcs}
        line = (
            f"{name}: {len(automaton.states)} states ({len(useful)} useful), {len(automaton.arcs)} arcs "
            f"({len(main_arcs(automaton))} main), {len(labels)} labels, {len(automaton.initial)} initial, "
            f"{len(automaton.final)} final; {_total(automaton, bundle.semiring)}"
        )
        print(escaped(line))


def _total(automaton: WFSA, K: Semiring[Any] | None) -> str:
    if K is None:
        return "no total weight without a semiring; say --semiring"
    if _is_learned(automaton):
        return f"no total weight in {K}: weights depend on word vectors; ground them first, with wfsa.ground"
    try:
        total = total_weight(automaton, K)
        long = isinstance(total, int) and abs(total) >= 10**20
        number = f"{Decimal(total):.6g}" if long else f"{total:.6g}" if isinstance(total, float) else str(total)
        return f"total weight in {K} {number}"
    except WfsaError as error:
        return f"no total weight in {K}: {error}"


def score(options: argparse.Namespace) -> None:
    """The pathsum on the words of a text, split at spaces."""
    path = Path(options.a)
    bundle = read_bundle(Path(options.a), _SEMIRINGS.get(options.semiring), options.acceptor)
    K = _semiring(bundle, path)
    chosen: Mapping[str, WFSA] = bundle.automata
    if options.automaton is not None:
        chosen = dict([_one(bundle, options.automaton, path)])
    for name, automaton in chosen.items():
        _numbers(automaton, path)
        print(f"{escaped(name)}\t{digits(pathsum(automaton, _symbols(options.words, automaton), K))}")


def _symbols(words: str, automaton: WFSA) -> list[Hashable]:
    """The words; a number that no arc has as a word is the int that labels one."""
    labels = index_of(automaton).named
    ints = {str(label): label for label in labels if isinstance(label, int)}
    return [word if word in labels else ints.get(word, word) for word in split(words.replace("\n", " "))]


def _note(line: str) -> None:
    print(escaped(line), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m wfsa", description=OVERVIEW, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=version())
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(metavar="convert | info | score")
    for run, arguments, said in (
        (convert, ("a", "b"), "write A as B; what B cannot hold is said, never dropped silently"),
        (info, ("a",), "one line per automaton: sizes, what is useless, and its total weight where it has one"),
        (score, ("a", "words"), "the pathsum on the words of a text, split at spaces"),
    ):
        command = commands.add_parser(run.__name__, help=said, description=said)
        for argument in arguments:
            command.add_argument(argument)
        if run is not info:
            command.add_argument("--automaton", metavar="NAME", help="which automaton of a file with several")
        command.add_argument("--semiring", choices=list(_SEMIRINGS), help="what the weights mean, where A does not say")
        command.add_argument(
            "--acceptor",
            action=argparse.BooleanOptionalAction,
            help="in .att text: has an arc one label and a cost, or two equal labels and a cost",
        )
        command.set_defaults(run=run)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; bad input gives one line and the exit status 2."""
    parser = _parser()
    with Answer() as answer:
        options = parser.parse_args(arguments)
        if options.run is None:
            parser.print_help()
        else:
            options.run(options)
    return answer.status


if __name__ == "__main__":
    sys.exit(main())
