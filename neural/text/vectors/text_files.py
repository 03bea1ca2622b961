"""Text files of word vectors, GloVe's, word2vec's and fastText's.

One rule for what is wrong in them: where a needed word stands on it, it is refused with its line; else it is counted
and said. The numbers of words that nobody needs are not looked at.
"""

import os
from collections.abc import Collection, Iterator
from itertools import islice, takewhile

import numpy as np

from neural.errors import VectorError
from neural.text.vectors.blocks import SIZE, Blocks
from neural.text.vectors.oddities import ENCODING, LEFT_OUT, NO_WORD, REPEATED, Oddities, Vectors
from neural.text.vectors.text_scan import NEWLINE, fill_sieve, find_lines, read_numbers
from neural.text.vectors.text_shape import fields_of, is_number, shape_of, shown

_HEAD = 100
"""Lines that are looked at before any is read: what most of them hold is what a line holds."""

_AT_ONCE = 4096
"""Lines with their numbers that are made at a time."""

_BOM = b"\xef\xbb\xbf"

_COUNT = f"lines hold another count of numbers than most: they {LEFT_OUT}"
_NUL = f"lines hold a NUL byte: they {LEFT_OUT}"
_CUT = "line, the last one, has no line end; if the file was cut there, its last number is another"


def read_text(path: str | os.PathLike[str], wanted: Collection[str] | None, blocks: Blocks, odd: Oddities) -> Vectors:
    """The vectors of the wanted words of a text file; its form and errors are those of `read_vectors`."""
    reading = _Reading(path, wanted, blocks, odd)
    reading.read()
    return reading.vectors


class _Reading:
    """One reading of one file.

    Attributes:
        vectors: what has been found so far.
    """

    def __init__(
        self, path: str | os.PathLike[str], wanted: Collection[str] | None, blocks: Blocks, odd: Oddities
    ) -> None:
        self.vectors: Vectors = {}
        self._path, self._blocks, self._odd = path, blocks, odd
        self._wanted = None if wanted is None else frozenset(wanted)
        self._sieve = _sieve(self._wanted)
        head = list(islice(self._first_lines(), _HEAD))
        self._shape = shape_of(path, [(number, line) for number, line, _ in head])
        self._number, self._count = 1, 0  # of the next line, and of the lines that are not blank
        self._start = len(_BOM) if blocks.octets.startswith(_BOM) else 0
        if self._shape.words is not None:
            self._number, self._start = head[0][0] + 1, head[0][2]

    def read(self) -> None:
        """Go through the file."""
        while self._start < self._blocks.filled:
            self._blocks.advance(self._read_block())
            self._start = 0
        self._odd.compare(self._shape.words, self._count)
        if self._shape.doubtful:
            self._odd.say("the first line is read as a word and its number (line 1); if it is a header, leave it out")

    def _first_lines(self) -> Iterator[tuple[int, bytes, int]]:
        """(line number, the line with blanks for tabs, where the next begins), of the first block's lines."""
        octets, start = self._blocks.octets, 0
        for number, end in enumerate(self._line_ends().tolist(), 1):
            line = bytes(octets[start:end]).rstrip(b" \t\r\n").replace(b"\t", b" ")
            start = end + 1
            if line := line.removeprefix(_BOM) if number == 1 else line:
                yield number, line, min(start, self._blocks.filled)

    def _line_ends(self) -> np.ndarray:
        """Where the lines that are at hand end; the last one of a file may do so without a line end."""
        octets = self._blocks.array()
        ends = np.flatnonzero(octets == NEWLINE)
        if self._blocks.ended and len(octets) and octets[-1] != NEWLINE:
            return np.append(ends, len(octets))
        if not len(ends) and len(octets):
            got = f"a longer one, {shown(octets[:40].tobytes())}"
            raise VectorError(f"{self._path} must have lines of less than {SIZE >> 20} MiB (got {got}).")
        return ends

    def _read_block(self) -> int:
        """Go through the whole lines that are at hand; how many bytes they are."""
        octets, ends, start = self._blocks.array(), self._line_ends(), self._start
        ends = ends[np.searchsorted(ends, start) :]
        if ends[-1] == len(octets):
            self._odd.note(_CUT, self._number + len(ends) - 1)
        found = np.empty((_AT_ONCE, 4), np.int64)
        while len(ends):
            lines, count, full = find_lines(octets, ends, start, self._shape.dim, self._sieve, found)
            self._keep_all(found[:count])
            self._number += lines
            self._count += full
            start, ends = ends[lines - 1] + 1, ends[lines:]
        return min(int(start), len(octets))

    def _keep_all(self, found: np.ndarray) -> None:
        """Keep what is wanted of the lines that `find_lines` has found."""
        octets, dim = self._blocks.octets, self._shape.dim
        values, good = np.empty((len(found), dim), np.float32), np.empty(len(found), np.bool_)
        read_numbers(self._blocks.array(), found, values, good)
        for (index, start, stop, end), read, vector in zip(found.tolist(), good.tolist(), values, strict=True):
            number = self._number + index
            if read:
                self._keep(number, octets[start:stop], vector)
                continue
            line = bytes(octets[start:end]).replace(b"\t", b" ")
            word, numbers = (
                (line[: stop - start], line[stop - start + 1 :]) if stop >= 0 else self._unusual(number, line)
            )
            if word:
                self._keep(number, word, numbers)

    def _unusual(self, number: int, line: bytes) -> tuple[bytes, bytes]:
        """Word and values of a line that is not just a word, its numbers and single blanks; none to leave it out."""
        fields, dim = fields_of(line), self._shape.dim
        word, values = fields[:-dim], fields[-dim:]
        if b"\0" in line:
            self._leave_out(_NUL, number, line)
        elif not word and line.startswith(b" ") and all(map(is_number, values)):
            self._odd.note(NO_WORD, number)
        elif not word or (len(word) > 1 and is_number(word[-1])):
            self._leave_out(_COUNT, number, line)
        else:
            return b" ".join(word), b" ".join(values)
        return b"", b""

    def _leave_out(self, what: str, number: int, line: bytes) -> None:
        """Count a bad line.

        Raises:
            VectorError: a needed word stands on it.
        """
        fields, dim = fields_of(line.replace(b"\0", b"")), self._shape.dim
        words = list(takewhile(lambda field: not is_number(field), fields)) or fields[:1]
        names = {b" ".join(part).decode(errors="surrogateescape") for part in (words, fields[:-dim])}
        if self._wanted is None or not self._wanted.isdisjoint(names):
            got = "a NUL byte" if what == _NUL else f"{len(fields) - len(words)} numbers"
            raise VectorError(
                f"{self._path}:{number}: a line holds a word and {dim} numbers (got {got} in {shown(line)}); mend it."
            )
        self._odd.note(what, number)

    def _keep(self, number: int, word: bytes | bytearray, values: bytes | np.ndarray) -> None:
        try:
            text = word.decode()
        except UnicodeDecodeError:
            self._odd.note(ENCODING, number)
            return
        if self._wanted is not None and text not in self._wanted:
            return
        if text in self.vectors:
            self._odd.note(REPEATED, number)
        else:
            self.vectors[text] = values if isinstance(values, np.ndarray) else self._parsed(number, values)

    def _parsed(self, number: int, values: bytes) -> np.ndarray:
        place = f"{self._path}:{number}"
        try:
            if b"_" in values:  # Python would read them inside of numbers
                raise ValueError(f"an underscore in {shown(values)}")
            with np.errstate(over="ignore"):
                vector = np.array(values.decode("ascii").split(), dtype=np.float32)
        except ValueError as error:
            raise VectorError(f"{place}: the values must be numbers (got: {error}).") from None
        if len(vector) != self._shape.dim:
            raise VectorError(
                f"{place}: a line holds a word and {self._shape.dim} numbers (got {len(vector)} numbers)."
            )
        if not np.isfinite(vector).all():
            raise VectorError(f"{place}: the values must be finite (got NaN, or a number beyond 3e38 in size).")
        return vector


def _sieve(wanted: Collection[str] | None) -> np.ndarray:
    """[2^k]: where no wanted word has its place, few others have theirs; of length one where all are wanted."""
    if wanted is None:
        return np.ones(1, np.bool_)
    words = [word.encode("utf-8", "surrogatepass") for word in wanted]
    sieve = np.zeros(1 << (64 * len(words) + 1).bit_length(), np.bool_)
    bounds = np.zeros(len(words) + 1, np.int64)
    np.cumsum([*map(len, words)], out=bounds[1:])
    fill_sieve(np.frombuffer(bytearray(b"".join(words)), np.uint8), bounds, sieve)
    return sieve
