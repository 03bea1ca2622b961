"""The text format of AT&T and OpenFst, read: what `fstprint` writes, and `wfsa.to_att`.

Without `--acceptor`, fstprint gives every arc two labels, what it reads and what it writes:

    SOURCE TARGET LABEL LABEL [COST]

An acceptor's are equal. A state of cost Infinity is not final.
"""

import math
import re
import warnings
from collections.abc import Hashable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from wfsa.automaton import WFSA, Arc, State
from wfsa.errors import FormatError, SemiringError
from wfsa.formats.att import ANY_WORD, EPSILON_WORD
from wfsa.labels import ANY, EPSILON
from wfsa.semirings.base import Cost, Semiring, as_semiring

_is_number = re.compile(r"[0-9]{1,10}").fullmatch
_is_cost = re.compile(
    r"[+-]?(?P<number>[0-9]+\.?[0-9]*(e[+-]?[0-9]+)?|\.[0-9]+(e[+-]?[0-9]+)?)|\+?inf(inity)?", re.I
).fullmatch
_is_like_cost = re.compile(r"[+-]?(\.?[0-9].*|inf.*|nan|badnumber)", re.I).fullmatch
_EPSILONS = {"ε", "eps", "<epsilon>", "epsilon", "@0@"}
"""What others call it."""

_OR_COSTS = "or say acceptor=True, --acceptor on the command line, where the fourth column is the cost"
_TWO_LABELS = (
    "leave acceptor=True, --acceptor on the command line, out: five columns are two labels and a cost, and where the "
    "labels differ, project them first, with fstproject"
)

Table = Mapping[str, Hashable]
"""What stands in the text → the label."""


def from_att(text: str, K: Semiring[Any], symbols: str | None = None, *, acceptor: bool | None = None) -> WFSA:
    """The automaton of AT&T text, its costs as weights in K.

    The text does not say what its costs mean: OpenFst's standard arcs are MIN_PLUS, its log arcs LOG; in REAL the cost
    −log w is the weight w.

    With a symbol table, labels are its words, also where the text has their numbers, and the word of number 0 is
    epsilon, whatever it is. Without one, a text whose labels are all ints has int labels, 0 for epsilon, and others
    have words, of which "<eps>" is epsilon. "<any>" is ANY.

    Args:
        text: the lines.
        K: what the costs are read as.
        symbols: the text of the symbol table.
        acceptor: do arcs have one label and a cost (`fstprint --acceptor`), or two labels, which must be equal, and a
            cost (`fstprint`)? None: lines of three or five fields say so; where all have four, the fourth column
            must be such that only one of both is possible.

    Raises:
        FormatError: the text is no string; a line is neither an arc nor a final state, a transducer's arc, or could be
            read in two ways; or a cost has no weight in K. The message names line and column.
        SemiringError: K has no costs.

    Warns: where the words suggest that something else was meant by epsilon.
    """
    from_cost = as_semiring(K).needs("from_cost", "AT&T text")
    if not isinstance(text, str):
        raise FormatError(f"AT&T text is a string (got {text!r:.60}); read the file, or decode its bytes.")
    rows = list(_rows(text))
    table = _plain_table(rows) if symbols is None else read_symbols(symbols)
    place = 3 if _is_acceptor(rows, table, acceptor) else 4
    most = max((len(row.fields) for row in rows), default=0)
    start: State | None = None
    arcs: list[Arc] = []
    final: dict[State, Any] = {}
    for row in rows:
        state = row.state(0)
        start = state if start is None else start
        if len(row.fields) > 2:
            arcs.append(Arc(state, row.read(table, place, most), row.state(1), row.weight(place, from_cost)))
        elif state in final:
            raise row.error(0, "a state is final once", f"{state} twice")
        elif row.cost(1) != math.inf:  # how fstprint names a state that is not final
            final[state] = row.weight(1, from_cost)
    return WFSA({} if start is None else {start: K.one}, tuple(arcs), final)


def _rows(text: str) -> "Iterator[_Row]":
    for number, line in enumerate(text.split("\n"), 1):
        if fields := split(line):
            yield _Row(number, line, fields)


def split(line: str) -> list[str]:
    """The fields of a line: spaces and tabs separate, and the end of a line of Windows."""
    return [field for field in line.removesuffix("\r").replace("\t", " ").split(" ") if field]


class _Row(NamedTuple):
    """One line and its fields."""

    number: int
    line: str
    fields: list[str]

    def where(self, place: int) -> str:
        """LINE:COLUMN of the field at `place`."""
        starts = [match.start() for match in islice(re.finditer(r"[^ \t]+", self.line), place + 1)]
        return f"{self.number}:{starts[-1] + 1}"

    def error(self, place: int, rule: str, got: str, advice: str = "") -> FormatError:
        """What is wrong with the field at `place`."""
        return FormatError(f"{self.where(place)}: {rule} (got {got}){advice and '; ' + advice}.")

    def state(self, place: int) -> State:
        """The field at `place`, a state."""
        if not _is_number(self.fields[place]):
            raise self.error(place, "a state is a number from 0", repr(self.fields[place][:40]))
        return int(self.fields[place])

    def cost(self, place: int) -> Cost:
        """The field at `place`, a cost; 0 where there is none. More digits than a double has are kept."""
        if len(self.fields) <= place:
            return 0.0
        token = self.fields[place]
        found = _is_cost(token)
        cost = float(token) if found else math.nan
        if found is None or (found["number"] is not None and math.isinf(cost)):
            raise self.error(place, "a cost is a number that a double can hold, or Infinity", repr(token[:40]))
        # A cost that is 0 as a double may have an exponent that no Decimal has.
        if len(token) > 17 and cost != 0 and math.isfinite(cost) and len(Decimal(token).as_tuple().digits) > 17:
            return Decimal(token)
        return cost

    def weight(self, place: int, from_cost: Any) -> Any:
        """The cost at `place` as a weight."""
        try:
            return from_cost(self.cost(place))
        except SemiringError as error:
            raise FormatError(f"{self.where(place)}: {error}") from None

    def read(self, table: Table, place: int, most: int) -> Hashable:
        """The label, which both columns have where there are two: `place` is that of the cost, `most` the width."""
        label = self._label(2, table)
        if place == 4 and self._label(3, table) != label:
            raise self.error(
                3,
                "both labels of an arc are equal",
                f"{self.fields[2][:40]}:{self.fields[3][:40]}, a transducer's",
                "project it first, with fstproject"
                + (f", {_OR_COSTS}" if most == 4 and _is_cost(self.fields[3]) else ""),
            )
        return label

    def _label(self, place: int, table: Table) -> Hashable:
        if self.fields[place] not in table:
            raise self.error(place, "a label is in the symbol table", repr(self.fields[place][:40]))
        return table[self.fields[place]]


def _is_acceptor(rows: list[_Row], table: Table, acceptor: bool | None) -> bool:
    """Have arcs one label, as opposed to two?"""
    arcs = [row for row in rows if len(row.fields) > 2]
    shortest, longest = (choose(arcs, key=lambda row: len(row.fields), default=None) for choose in (min, max))
    if shortest is None or longest is None:
        return True
    least, most = len(shortest.fields), len(longest.fields)
    if most > 5:
        raise longest.error(5, "a line has at most 5 fields", repr(longest.fields[5][:40]))
    if most == 5 and (acceptor or least == 3):
        got = "5" if acceptor else f"5, and 3 in line {shortest.number}"
        advice = _TWO_LABELS if acceptor else "give all arcs one label or all two"
        raise longest.error(4, "an arc with one label has at most 4 fields", got, advice)
    if acceptor is False and least == 3:
        raise shortest.error(
            2, "an arc with two labels has at least 4 fields", "3", "leave acceptor=False, --no-acceptor, out"
        )
    if acceptor is not None or most != least or most != 4:
        return most < 5 if acceptor is None else acceptor
    return _fourth_is_cost(arcs, table)


def _fourth_is_cost(arcs: list[_Row], table: Table) -> bool:
    """Where every arc has four fields: is the fourth a cost, as opposed to a label?"""
    no_cost = next((row for row in arcs if not _is_cost(row.fields[3])), None)
    no_label = next((row for row in arcs if row.fields[3] not in table), None)
    if no_cost is None and no_label is None:
        label, fourth = arcs[0].fields[2][:40], arcs[0].fields[3][:40]
        raise arcs[0].error(
            3,
            "the fourth column is either the cost of an acceptor or what a transducer writes",
            f"{fourth!r}, the cost of {label!r} or the output of {label}:{fourth}, and in all lines either could be",
            "say acceptor=True for costs or acceptor=False for labels, --acceptor or --no-acceptor on the command line",
        )
    if no_cost is not None and no_label is not None:
        no_cost.cost(3)  # raises
    return no_cost is None


def _plain_table(rows: list[_Row]) -> Table:
    """The labels of a text that has no symbol table: ints where all are, else words."""
    arcs = [row.fields for row in rows if len(row.fields) > 2]
    tokens = dict.fromkeys(fields[2] for fields in arcs)
    numeric = all(_is_number(token) for token in tokens)
    written = dict.fromkeys(fields[3] for fields in arcs if len(fields) > 3)
    tokens |= {token: None for token in written if _is_number(token) or not (numeric or _is_like_cost(token))}
    if numeric:
        return {token: int(token) or EPSILON for token in tokens}
    for token in sorted(_EPSILONS & set(tokens)):
        warnings.warn(
            f"{token!r} is an ordinary word here, since only a symbol table can make it epsilon, by the number 0.",
            stacklevel=3,
        )
    return {token: {EPSILON_WORD: EPSILON, ANY_WORD: ANY}.get(token, token) for token in tokens}


def read_symbols(symbols: str) -> Table:
    """Word → label, and number → label where no word is written like that number.

    Raises:
        FormatError: a line is no word with its number, or a word or a number stands there twice.
    """
    words: dict[str, Hashable] = {}
    numbers: dict[str, Hashable] = {}
    for number, line in enumerate(symbols.split("\n"), 1):
        fields = split(line)
        if not fields:
            continue
        if len(fields) != 2 or not _is_number(fields[1]):
            raise FormatError(f"{number}:1: a symbol table has lines of a word and its number (got {line[:40]!r}).")
        word, place = fields[0], str(int(fields[1]))
        if word in words or place in numbers:
            twice = f"the word {word[:40]!r}" if word in words else f"the number {place}"
            raise FormatError(f"{number}:1: a symbol table has every word and every number once (got {twice} again).")
        words[word] = numbers[place] = EPSILON if place == "0" else ANY if word == ANY_WORD else word
        if word == EPSILON_WORD and place != "0":
            warnings.warn(
                f"line {number} of the symbol table: {word} has the number {place} and is an ordinary word, since "
                "epsilon is number 0.",
                stacklevel=3,
            )
    return {"0": EPSILON} | numbers | words
