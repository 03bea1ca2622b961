"""OpenFst's binary files, by pynini (`pip install pynini`, or the extra `openfst`)."""

import math
import os
import struct
import warnings
from collections.abc import Hashable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from wfsa.automaton import WFSA, Arc
from wfsa.errors import FormatError
from wfsa.formats.att import ANY_WORD, to_att
from wfsa.labels import ANY, EPSILON
from wfsa.paths.forward import Weigh
from wfsa.semirings.base import Semiring, as_semiring
from wfsa.semirings.scalars import LOG, MIN_PLUS
from wfsa.weights.evaluate import constant

MEANING: Mapping[str, Semiring[Any]] = {"standard": MIN_PLUS, "log": LOG, "log64": LOG}
_HEADER = struct.Struct("=iiQqqq")
"""Behind the two names: version, flags, properties, start, states, arcs."""


def from_openfst(source: Any, K: Semiring[Any] | None = None) -> WFSA:
    """The automaton of an acceptor of OpenFst, to the last bit of its costs.

    Labels are the words of its input symbol table, or ints where it has none; 0 is epsilon, ``<any>`` is ANY.

    Args:
        source: a file in OpenFst's binary format, or an `Fst` of pynini or pywrapfst.
        K: what costs are read as; None: what OpenFst does with them, MIN_PLUS in standard arcs, LOG in log arcs.

    Raises:
        FormatError: the file is none, an arc's labels differ, or the arcs are of another type.
        ImportError: pynini is not installed.
    """
    fst = _pywrapfst()
    source = _opened(source)
    kind = source.arc_type()
    if kind not in MEANING:
        raise FormatError(f"OpenFst's arcs are of type {', '.join(MEANING)} (got {kind}); convert them with fstmap.")
    meaning = MEANING[kind] if K is None else as_semiring(K)
    tables = [None if own is None else dict(own) for own in (source.input_symbols(), source.output_symbols())]
    words = tables[0] or {}
    if tables[1] is not None and any(words.get(number, number) != word for number, word in tables[1].items()):
        raise FormatError(
            "an acceptor has one symbol table, or two that are equal (got two that differ, a transducer's); project it "
            "first, with fstproject."
        )
    plain = fst.convert(source, "vector").set_input_symbols(None).set_output_symbols(None)
    return _acceptor(plain.write_to_string(), meaning, words)


def arc_type_of(path: str | os.PathLike[str]) -> str:
    """The type of the arcs of a file: standard, log, …"""
    return str(_opened(path).arc_type())


def _opened(source: Any) -> Any:
    fst = _pywrapfst()
    if not isinstance(source, str | os.PathLike):
        if not isinstance(source, fst.Fst):
            raise FormatError(f"OpenFst's automata are files, or an Fst of pynini (got {source!r:.60}).")
        return source
    with Path(source).open("rb"):  # what is missing says so itself
        pass
    try:
        return fst.Fst.read(os.fspath(source))
    except fst.FstIOError:
        raise FormatError(f"{os.fspath(source)}: an OpenFst file is what fstcompile or pynini writes.") from None


def _acceptor(content: bytes, K: Semiring[Any], words: Mapping[int, str]) -> WFSA:
    """What the bytes of a vector FST hold: its Python objects show nine digits of a cost."""
    from_cost, at = K.needs("from_cost", "OpenFst's weights"), 4
    names = []
    for _ in range(2):
        (size,) = struct.unpack_from("=i", content, at)
        names.append(content[at + 4 : at + 4 + size].decode())
        at += 4 + size
    *_, start, states, _ = _HEADER.unpack_from(content, at)
    at += _HEADER.size
    number = "d" if names[1] == "log64" else "f"
    end, step = struct.Struct(f"={number}q"), struct.Struct(f"=ii{number}i")

    def label(symbol: int) -> Hashable:
        word = words.get(symbol, symbol)
        return EPSILON if symbol == 0 else ANY if word == ANY_WORD else word

    arcs, final = list[Arc](), dict[int, Any]()
    for state in range(states):
        cost, count = end.unpack_from(content, at)
        at += end.size
        if cost != math.inf:
            final[state] = from_cost(cost)
        for _ in range(count):
            read, written, cost, target = step.unpack_from(content, at)
            at += step.size
            if read != written:
                raise FormatError(
                    f"both labels of an arc are equal (got {read}:{written} on {state} → {target}, a transducer's); "
                    "project it first, with fstproject."
                )
            arcs.append(Arc(state, label(read), target, from_cost(cost)))
    return WFSA({start: K.one} if start >= 0 else {}, tuple(arcs), final)


def to_openfst(automaton: WFSA, K: Semiring[Any], weigh: Weigh = constant, arc_type: str | None = None) -> Any:
    """A `VectorFst` of pywrapfst, with the costs of `to_att`, and its symbol table; `.write(path)` makes a file.

    Args:
        arc_type: standard, log or log64; None: log64, with double precision, where K adds up, else standard.

    Raises:
        FormatError, SemiringError: as for `to_att`; or the type of arcs is another.
        ImportError: pynini is not installed.

    Warns: where costs lose digits, since standard and log arcs hold single precision.
    """
    fst = _pywrapfst()
    kind = arc_type or ("standard" if as_semiring(K).selective else "log64")
    if kind not in MEANING:
        raise FormatError(f"OpenFst's arcs are of type {', '.join(MEANING)} (got {kind!r}).")
    text, symbols = to_att(automaton, K, weigh)
    if symbols is not None and "\0" in symbols:
        raise FormatError("OpenFst's words have no character of number 0 (got one); relabel the arc.")
    table = None
    if symbols is not None:
        table = fst.SymbolTable()
        for line in symbols.removesuffix("\n").split("\n"):
            word, number = line.split("\t")
            table.add_symbol(word, int(number))
    named = {"isymbols": table, "osymbols": table}
    compiler = fst.Compiler(arc_type=kind, acceptor=True, keep_state_numbering=True, **named)
    compiler.write(text)
    found = compiler.compile()
    if table is not None:
        found.set_input_symbols(table).set_output_symbols(table)
    lines = (line.split("\t") for line in text.split("\n"))
    costs = [float(fields[-1]) for fields in lines if len(fields) in (2, 4)]
    if kind != "log64" and any(_rounded(cost) != cost for cost in costs):
        warnings.warn(f"{kind} arcs hold single precision: costs were rounded; log64 arcs keep doubles.", stacklevel=2)
    return found


def _rounded(cost: float) -> float:
    return float(struct.unpack("f", struct.pack("f", cost))[0])


def _pywrapfst() -> Any:
    try:
        return import_module("pywrapfst")
    except ImportError:
        raise ImportError("OpenFst's binary files need pynini; pip install 'sparse-wfsa[openfst]'.") from None
