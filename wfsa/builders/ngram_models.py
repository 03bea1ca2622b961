"""Back-off language models, from files in the ARPA format, as automata."""

import gzip
import math
import os
import re
import zlib
from collections.abc import Iterator
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from wfsa.automaton import WFSA, Arc, State
from wfsa.errors import FormatError, SemiringError
from wfsa.labels import EPSILON
from wfsa.semirings.base import Semiring, as_semiring

V = TypeVar("V")
Gram = tuple[str, ...]
BEGIN, END = "<s>", "</s>"

_header = re.compile(r"ngram\s+(\d{1,3})\s*=\s*(\d{1,15})").fullmatch
_number = re.compile(r"\s*[-+]?[0-9.]+(e[-+]?[0-9]+)?\s*", re.I).fullmatch
_section = re.compile(r"\\(\d+)-grams:").fullmatch


def ngram_model(path: str | os.PathLike[str], K: Semiring[V], *, exact: bool = False) -> WFSA:
    """The automaton of a file in the ARPA format: a state for every history, words for labels, back-off by epsilons.

    A state reads a word w at p(w | history); where the model has no such n-gram, it goes to its shorter history at its
    back-off weight. The start is the history ``<s>``, and the weight of ``</s>`` is a state's final one. That is
    OpenGrm's form: a word may also be reached by backing off where the model has its n-gram. So a sum over all ways is
    above the model's probability, and a best way can be. With `exact`, in a field, every such way is taken off again
    by an arc of negative weight, and sums are the model's probabilities.

    Args:
        path: the file; .gz is unpacked.
        K: weights are 10^x for the x of the file, or their logarithms or costs.
        exact: as above; K is REAL, or another whose elements can be negative.

    Raises:
        FormatError: the file is no ARPA file; the message names the line.
        SemiringError: K has no costs, or with `exact` no negative elements.

    Cost: O(n-grams). Source: the format of SRILM, ngram-format(5); Allauzen, Mohri and Roark (2003), "Generalized
    algorithms for constructing statistical language models".
    """
    from_cost = as_semiring(K).needs("from_cost", "a back-off model")
    if exact and K.from_real is None:
        raise SemiringError(f"an exact back-off model needs negative weights, as in REAL (got {K}); leave `exact` out.")

    @cache
    def weight(logarithm: float) -> V:
        found: V = from_cost(-logarithm * math.log(10))
        return found

    grams: dict[Gram, V] = {}
    back: dict[Gram, V] = {}
    for gram, probability, back_off in _read(Path(path)):
        if gram in grams:
            raise FormatError(f"{path}: an ARPA file has every n-gram once (got {' '.join(gram)!r:.60} again).")
        grams[gram] = weight(probability)
        if back_off is not None:
            back[gram] = weight(back_off)
    return _Model(grams, back, K).build(exact)


class _Model(Generic[V]):
    """The n-grams of a model, and its histories as states."""

    def __init__(self, grams: dict[Gram, V], back: dict[Gram, V], K: Semiring[V]) -> None:
        self._grams, self._back, self._K = grams, back, K
        histories = dict.fromkeys([(), *(gram[:-1] for gram in grams)])
        self._states: dict[Gram, State] = {history: number for number, history in enumerate(histories)}

    def build(self, exact: bool) -> WFSA:
        K = self._K
        arcs, final = list[Arc](), dict[State, V]()
        for gram, weight in self._grams.items():
            history, word = gram[:-1], gram[-1]
            found = [(self._after(gram), weight)]
            if exact and history:
                found += self._taken_off(gram)
            for after, value in found:
                if word == END:
                    own = self._states[history]
                    final[own] = K.plus(final[own], value) if own in final else value
                elif word != BEGIN:
                    arcs.append(Arc(self._states[history], word, self._states[after], value))
        for history, state in self._states.items():
            if history:
                arcs.append(Arc(state, EPSILON, self._states[self._known(history[1:])], self._backing_off(history)))
        return WFSA({self._states[self._known((BEGIN,))]: K.one}, tuple(arcs), final)

    def _backing_off(self, history: Gram) -> V:
        return self._back.get(history, self._K.one)

    def _known(self, history: Gram) -> Gram:
        """Its longest end that is a history."""
        while history not in self._states:
            history = history[1:]
        return history

    def _after(self, gram: Gram) -> Gram:
        return self._known(gram if gram[-1] != END else ())

    def _taken_off(self, gram: Gram) -> list[tuple[Gram, V]]:
        """What backing off would add to an n-gram that the model has, with the other sign."""
        K, history, word = self._K, gram[:-1], gram[-1]
        negative, value = K.needs("from_real", "an exact model"), K.one
        while history:
            value = K.times(value, self._backing_off(history))
            history = self._known(history[1:])
            if (shorter := (*history, word)) in self._grams:
                whole = K.times(value, self._grams[shorter])
                return [(self._after(shorter), K.times(negative(-1.0), whole))]
        return []


class _Line(NamedTuple):
    gram: Gram
    probability: float
    back_off: float | None


def _read(path: Path) -> Iterator[_Line]:
    """The n-grams of a file, in its order."""
    counts: dict[int, int] = {}
    order, left, ended, number = 0, 0, False, 0
    with path.open("rb") as packed, gzip.open(packed) if path.suffix == ".gz" else packed as file:
        while raw := _next(path, number, file):
            number, line = number + 1, raw.rstrip("\r\n").strip(" \t")
            if not line or ended or (not counts and line == "\\data\\"):
                continue
            if match := _header(line):
                counts[int(match[1])] = int(match[2])
            elif (match := _section(line)) or line == "\\end\\":
                if left > 0:
                    raise _wrong(path, number, f"{left} more {order}-grams, as its header counts them", line)
                order = int(match[1]) if match else 0
                left, ended = counts.pop(order, 0), match is None
            elif order:
                left -= 1
                if left < 0:
                    raise _wrong(path, number, f"no more {order}-grams than its header counts", line)
                yield _gram(path, number, line, order)
            elif counts:
                raise _wrong(path, number, "n-grams below a line such as \\1-grams:", line)
    missing = [f"{n}-grams" for n, count in counts.items() if count] + ([] if ended else ["\\end\\"])
    if missing:
        raise FormatError(f"{path}: an ARPA file has all that its header counts, and \\end\\ (got no {missing[0]}).")


def _next(path: Path, number: int, file: gzip.GzipFile | BufferedReader) -> str:
    try:
        return file.readline().decode()
    except (EOFError, gzip.BadGzipFile, UnicodeDecodeError, zlib.error) as error:
        raise FormatError(
            f"{path}:{number + 1}: an ARPA file is text in UTF-8, or that in gzip (got {error})."
        ) from None


def _gram(path: Path, number: int, line: str, order: int) -> _Line:
    fields = re.split(r"[ \t]+", line)
    columns = line.split("\t")  # where there are three, words stand in the second one, and too few are told
    few = len(columns) == 3 and len(columns[1].split(" ")) != order and _number(columns[2])
    if few or len(fields) not in (order + 1, order + 2):
        raise _wrong(path, number, f"a logarithm, {order} words and perhaps a back-off weight", line)
    try:
        values = [float(field) for field in (fields[0], *fields[order + 1 :])]
    except ValueError:
        raise _wrong(path, number, "logarithms to base 10", line) from None
    if any(math.isnan(value) or value == math.inf for value in values):
        raise _wrong(path, number, "logarithms to base 10", line)
    return _Line(tuple(fields[1 : order + 1]), values[0], values[1] if len(values) > 1 else None)


def _wrong(path: Path, number: int, wanted: str, got: Any) -> FormatError:
    return FormatError(f"{path}:{number}: an ARPA file has {wanted} here (got {got!r:.60}).")
