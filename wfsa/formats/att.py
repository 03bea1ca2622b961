"""The text format of AT&T and OpenFst: one line per arc and per final state, for `fstcompile --acceptor`.

    SOURCE TARGET LABEL [COST]
    STATE [COST]

The first line's first state is the start; a state of cost Infinity is not final. Costs are −log weights ("standard" and
"log" arcs read them), written so that reading gives the same bits; no cost means 0. Labels are words of a symbol table
of `WORD ID` lines, or plain ints.
"""

import math
import re
from collections.abc import Hashable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from wfsa.automaton import ANY, EPSILON, WFSA, Arc, State
from wfsa.errors import FormatError
from wfsa.paths.forward import Weigh
from wfsa.semirings.base import Semiring
from wfsa.semirings.scalars import MIN_PLUS
from wfsa.weights.evaluate import constant, lifted

V = TypeVar("V")

EPSILON_WORD, ANY_WORD = "<eps>", "<any>"
_SPECIAL = {EPSILON: EPSILON_WORD, ANY: ANY_WORD}
_is_number = re.compile(r"[0-9]{1,10}").fullmatch
_LARGEST = 2**31 - 1
"""OpenFst keeps states and labels in 32 bits."""


class Att(NamedTuple):
    """An automaton as text, and its symbol table; no table where all labels are ints."""

    text: str
    symbols: str | None


def to_att(automaton: WFSA, K: Semiring[Any] = MIN_PLUS, weigh: Weigh = constant) -> Att:
    """The automaton as AT&T text, its weights in K as costs: −log w in REAL, −w in LOG and MAX_PLUS, w in MIN_PLUS.

    The format knows one start and no initial weight: unless there is exactly one initial state, of weight 1̄, a new
    start state with epsilon arcs is added.

    Raises:
        FormatError: a label has no place (spaces, "<eps>", "<any>", ints beside words, ints outside 1 … 2³¹ − 1), a
            state is negative, or nothing leaves or ends at the initial states.
        SemiringError: K has no costs, or a weight is negative.
    """
    cost = K.needs("cost", "AT&T text")
    value = lifted(weigh, K)
    if any(not 0 <= state <= _LARGEST for state in automaton.states):
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
    shown = [] if cost == 0 else ["Infinity" if cost == math.inf else repr(float(cost))]
    return "\t".join([*map(str, rest), *shown]) + "\n"


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
        if not isinstance(label, str) or not label or re.search(r"\s", label) or label in _SPECIAL.values():
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


def from_att(text: str, symbols: str | None = None, K: Semiring[Any] = MIN_PLUS) -> WFSA:
    """The automaton of AT&T text, its costs as weights in K.

    With a symbol table, labels are its words, also where the text has their numbers; without one, a text whose labels
    are all ints has int labels, 0 for epsilon, and any other has words, "<eps>" and "<any>" with their meanings.

    Raises:
        FormatError: a line is neither an arc nor a final state; the message names line and column.
        SemiringError: K has no costs.
    """
    from_cost = K.needs("from_cost", "AT&T text")
    table = None if symbols is None else _read_symbols(symbols)
    numeric = table is None and all(_is_number(row.fields[2]) for row in _rows(text) if len(row.fields) > 2)
    start: State | None = None
    arcs: list[Arc] = []
    final: dict[State, Any] = {}
    for row in _rows(text):
        state = row.state(0)
        start = state if start is None else start
        if len(row.fields) > 2:
            arcs.append(Arc(state, row.label(numeric, table), row.state(1), from_cost(row.cost(3))))
        elif state in final:
            raise row.error(0, "a state is final once", f"{state} twice")
        elif (cost := row.cost(1)) != math.inf:  # how fstprint names a state that is not final
            final[state] = from_cost(cost)
    return WFSA({} if start is None else {start: K.one}, tuple(arcs), final)


def _rows(text: str) -> "Iterator[_Row]":
    for number, line in enumerate(text.split("\n"), 1):
        if fields := line.split(None, 5):
            yield _Row(number, line, fields)


class _Row(NamedTuple):
    """One line and its fields."""

    number: int
    line: str
    fields: list[str]

    def error(self, place: int, rule: str, got: str) -> FormatError:
        """What is wrong with the field at `place`."""
        starts = [match.start() for match in islice(re.finditer(r"\S+", self.line), place + 1)]
        return FormatError(f"{self.number}:{starts[place] + 1}: {rule} (got {got}).")

    def state(self, place: int) -> State:
        """The field at `place`, a state."""
        if len(self.fields) > 4:
            raise self.error(4, "a line has at most 4 fields", f"{self.fields[4][:40]!r} too")
        if not _is_number(self.fields[place]):
            raise self.error(place, "a state is a number from 0", repr(self.fields[place][:40]))
        return int(self.fields[place])

    def cost(self, place: int) -> float:
        """The field at `place`, a cost; 0 where there is none."""
        if len(self.fields) <= place:
            return 0.0
        try:
            cost = float(self.fields[place])
        except ValueError:
            cost = math.nan
        if math.isnan(cost):
            raise self.error(place, "a cost is a number or Infinity", repr(self.fields[place][:40]))
        return cost

    def label(self, numeric: bool, table: dict[str, str] | None) -> Hashable:
        """The third field, a label."""
        token = self.fields[2]
        if numeric:
            return int(token) or EPSILON
        if table is not None:
            if token not in table:
                raise self.error(2, "a label is in the symbol table", repr(token[:40]))
            token = table[token]
        return {EPSILON_WORD: EPSILON, ANY_WORD: ANY}.get(token, token)


def _read_symbols(symbols: str) -> dict[str, str]:
    """Word → word, and number → word where no word is written like that number."""
    words: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for number, line in enumerate(symbols.split("\n"), 1):
        row = line.split(None, 2)
        if row and (len(row) != 2 or not _is_number(row[1])):
            raise FormatError(f"{number}:1: a symbol table has lines of a word and its number (got {line[:40]!r}).")
        if row:
            words[row[0]] = row[0]
            numbers[row[1]] = row[0]
    return numbers | words
