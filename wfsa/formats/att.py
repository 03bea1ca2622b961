"""The text format of AT&T and OpenFst, written: one line per arc and per final state, for `fstcompile --acceptor`.

    SOURCE TARGET LABEL [COST]
    STATE [COST]

The first line's first state is the start. Costs are −log weights ("standard" and "log" arcs read them, in single
precision; "log64" in double), written so that `from_att` in the same semiring gives the same bits; no cost means 0.
Labels are words of a symbol table of `WORD ID` lines, or plain ints. Spaces, tabs and ends of lines separate, and
nothing else.
"""

import math
import re
from collections.abc import Hashable
from decimal import Decimal
from typing import Any, NamedTuple

from wfsa.automaton import WFSA, State, as_automaton
from wfsa.errors import FormatError
from wfsa.labels import ANY, EPSILON, NoneOf, OneOf
from wfsa.paths.forward import Weigh
from wfsa.semirings.base import Cost, Semiring, as_semiring
from wfsa.weights.evaluate import constant, lifted

EPSILON_WORD, ANY_WORD = "<eps>", "<any>"
_SPECIAL = {EPSILON: EPSILON_WORD, ANY: ANY_WORD}
_LARGEST = 2**31 - 1
"""OpenFst keeps states and labels in 32 bits."""


class Att(NamedTuple):
    """An automaton as text, and its symbol table; no table where all labels are ints."""

    text: str
    symbols: str | None


def to_att(automaton: WFSA, K: Semiring[Any], weigh: Weigh = constant) -> Att:
    """The automaton as AT&T text, its weights in K as costs: −log w in REAL, −w in LOG and MAX_PLUS, w in MIN_PLUS.

    The text does not say which K that was; read in the same, by `from_att(text, K, symbols)`, it gives the same bits.
    OpenFst adds such costs in its log arcs, as LOG does, and takes the least in its standard arcs, as MIN_PLUS does.

    The format knows one start and no initial weight: unless there is exactly one initial state, of weight 1̄, a new
    start state with epsilon arcs is added.

    Raises:
        FormatError: a label has no place (spaces, "<eps>", "<any>", ints beside words, ints outside 1 … 2³¹ − 1), a
            state is negative, or nothing leaves or ends at the initial states.
        SemiringError: K has no costs, or a weight is negative or infinite.
    """
    cost = as_semiring(K).needs("cost", "AT&T text")
    value = lifted(weigh, K)
    if any(not 0 <= state <= _LARGEST for state in as_automaton(automaton).states):
        raise FormatError(f"AT&T states are numbered from 0 (got {automaton.states}); renumber them.")
    start, lines = _start(automaton, K, cost, value)
    write = _writer(automaton)
    lines += [_line(a.source, a.target, write(a.label), cost(value(a.weight, a.label))) for a in automaton.arcs]
    ends = [(state, cost(value(weight, None))) for state, weight in automaton.final.items()]
    lines += [_line(state, end) for state, end in ends if end != math.inf]
    lines.sort(key=lambda line: line.split()[0] != str(start))  # the start first, all else in its order
    if (lines or automaton.initial) and (not lines or lines[0].split()[0] != str(start)):
        raise FormatError("the start state of AT&T text has an arc or is final (got neither); wfsa.trim the automaton.")
    return Att("".join(lines), _symbols(automaton))


def _start(automaton: WFSA, K: Semiring[Any], cost: Any, value: Any) -> tuple[State, list[str]]:
    """The start state, and the lines that make it one."""
    initial = {state: value(weight, None) for state, weight in automaton.initial.items()}
    if len(initial) == 1 and next(iter(initial.values())) == K.one:
        return next(iter(initial)), []
    start = max(automaton.states, default=-1) + 1
    label = "0" if _numeric(automaton) else EPSILON_WORD
    return start, [_line(start, state, label, cost(weight)) for state, weight in initial.items()]


def _numeric(automaton: WFSA) -> bool:
    labels = {arc.label for arc in automaton.arcs}
    return ANY not in labels and any(isinstance(label, int) for label in labels)


def _line(*fields: Any) -> str:
    *rest, cost = fields
    return "\t".join([*map(str, rest), *([] if cost == 0 else [_number(cost)])]) + "\n"


def _number(cost: Cost) -> str:
    if isinstance(cost, Decimal):
        return format(cost, "f")
    return "Infinity" if cost == math.inf else repr(float(cost))


def _writer(automaton: WFSA) -> Any:
    numeric = _numeric(automaton)

    def write(label: Hashable) -> str:
        if numeric:
            if label is EPSILON:
                return "0"
            if isinstance(label, int) and not isinstance(label, bool) and 1 <= label <= _LARGEST:
                return str(label)
            raise FormatError(f"int labels stand alone and lie in 1 … 2³¹ − 1 (got {label!r}); use words throughout.")
        if label is EPSILON or label is ANY:
            return _SPECIAL[label]
        if isinstance(label, OneOf | NoneOf):
            raise FormatError(
                f"AT&T text has one symbol on an arc (got {label!r:.60}); give each its own arc, with wfsa.spell_out."
            )
        if not isinstance(label, str) or not re.fullmatch(r"[^ \t\r\n]+", label) or label in _SPECIAL.values():
            raise FormatError(
                f"AT&T labels are words without spaces, not <eps> or <any> (got {label!r}); relabel the arc."
            )
        return label

    return write


def _symbols(automaton: WFSA) -> str | None:
    if _numeric(automaton):
        return None
    labels = {arc.label for arc in automaton.arcs}
    words = sorted(str(label) for label in labels if label not in _SPECIAL)
    table = [EPSILON_WORD, *words, *([ANY_WORD] if ANY in labels else [])]
    return "".join(f"{word}\t{number}\n" for number, word in enumerate(table))
