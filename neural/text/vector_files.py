"""Text files of word vectors, GloVe's and word2vec's.

One rule for what is wrong in them: where a needed word stands on it, it is refused with its line; else it is counted
and said. The numbers of words that nobody needs are not looked at.
"""

import gzip
import io
import os
import warnings
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice, takewhile
from pathlib import Path

import numpy as np

from neural.errors import VectorError
from neural.text.vector_shape import fields_of, is_number, is_utf8, shape_of, shown

Vectors = dict[str, np.ndarray]
"""word → vector [dim]."""

_HEAD = 100
"""Lines that are looked at before any is read: what most of them hold is what a line holds."""

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_UTF_16 = "UTF-16; convert it with iconv -f UTF-16 -t UTF-8"
_OTHERS = {
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
    b"PK\x03\x04": "a zip archive; unzip it and name the file inside",
    **{b"BZh%d1AY&SY" % level: "an archive of bzip2; unpack it with bunzip2" for level in range(1, 10)},
    b"\xfd7zXZ\0": "an archive of xz; unpack it with unxz",
    b"\x28\xb5\x2f\xfd": "an archive of zstd; unpack it with unzstd",
}
"""What a file of another kind begins with → what it is."""
_MARK = max(map(len, _OTHERS))

_LEFT_OUT = "are left out, and no needed word stands on them"
_REPEATED = "words occur more than once; the first vector of each counts"
_NO_WORD = "lines hold no word that can be seen, and are left out"
_ENCODING = "lines hold a word that is not UTF-8, and are left out; convert the file with iconv"
_COUNT = f"lines hold another count of numbers than most: they {_LEFT_OUT}"
_NUL = f"lines hold a NUL byte: they {_LEFT_OUT}"
_CUT = "line, the last one, has no line end; if the file was cut there, its last number is another"


def read_vectors(path: str | os.PathLike[str], wanted: Collection[str] | None = None) -> Vectors:
    """Read a text file of word vectors, GloVe's or word2vec's, plain or gzip's: a word and its numbers per line.

    Blanks and tabs separate; other white space is part of a word. A line holds as many numbers as most of the first
    hundred do. A first line of two whole numbers is word2vec's header; where lines hold just one number, it is a word
    and its number. Words may hold blanks (GloVe 840B), but no number at their end. A repeated word keeps its first
    vector.

    What is odd is said, a UserWarning for each kind: repeated words; lines without a visible word, in another encoding
    than UTF-8, with a NUL byte or with another count of numbers, on which no needed word stands; a header that names
    another number of words; a first line, a number and 1, that may be a header of lines of one number; a last line
    without a line end, whose last number may be cut.

    Args:
        wanted: keep these words only: only they are needed. None: all words are.

    Raises:
        VectorError: the file cannot be read, is no text, or its header does not fit its lines; or a needed word's line
            holds another count of numbers, or a value that is no finite number. The message names the line.
    """
    try:
        with _lines(Path(path)) as lines:
            reading = _Reading(path, wanted, lines)
            reading.read()
    except (OSError, EOFError, zlib.error) as error:
        raise VectorError(f"{path} must be a readable text file of word vectors in UTF-8 (got {error}).") from None
    for odd in reading.oddities():
        warnings.warn(f"{path}: {odd}.", stacklevel=2)
    return reading.vectors


@contextmanager
def _lines(path: Path) -> Iterator[Iterable[bytes]]:
    """The lines of a file; its first bytes tell what it is, not its name."""
    with path.open("rb") as file:
        start = file.peek(_MARK)[:_MARK]
        for mark, kind in _OTHERS.items():
            if start.startswith(mark):
                raise VectorError(f"{path} must be a text file of word vectors in UTF-8 (got {kind}).")
        yield io.BufferedReader(gzip.GzipFile(fileobj=file)) if start.startswith(_GZIP) else file


class _Reading:
    """One reading of one file.

    Attributes:
        vectors: what has been found so far.
    """

    def __init__(self, path: str | os.PathLike[str], wanted: Collection[str] | None, lines: Iterable[bytes]) -> None:
        self.vectors: Vectors = {}
        self._path = path
        self._wanted = None if wanted is None else {word.encode("utf-8", "surrogatepass") for word in wanted}
        self._odd: dict[str, tuple[int, int]] = {}  # what → (how often, the first line)
        self._count = 0
        entries = self._entries(lines)
        head = list(islice(entries, _HEAD))
        self._shape = shape_of(path, head)
        self._rest = chain(head[self._shape.words is not None :], entries)

    def read(self) -> None:
        """Go through the file."""
        wanted, between = self._wanted, self._shape.dim - 1
        for number, line in self._rest:
            self._count += 1
            word, _, values = line.partition(b" ")
            if not word or values.count(b" ") != between or b"\0" in line:
                word, values = self._unusual(number, line)
            if word and (wanted is None or word in wanted):
                self._keep(number, word, values)
            elif not word.isascii() and not is_utf8(word):
                self._note(_ENCODING, number)

    def oddities(self) -> Iterator[str]:
        """What is to be said, a sentence each."""
        for what, (count, line) in self._odd.items():
            yield f"{count} {what} (line {line}{' is the first' if count > 1 else ''})"
        if self._shape.words is not None and self._shape.words != self._count:
            cut = "the file may be cut" if self._count < self._shape.words else "all are read"
            yield f"the header names {self._shape.words} words, and {self._count} lines follow; {cut}"
        if self._shape.doubtful:
            yield "the first line is read as a word and its number (line 1); if it is a header, leave it out"

    def _entries(self, lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
        """(line number, the line with blanks for tabs) for every line that is not blank."""
        raw, number = b"\n", 0
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip(b" \t\r\n")
            if b"\t" in line:
                line = line.replace(b"\t", b" ")
            if number == 1:
                line = line.removeprefix(_BOM)
            if line:
                yield number, line
        if not raw.endswith(b"\n"):
            self._note(_CUT, number)

    def _unusual(self, number: int, line: bytes) -> tuple[bytes, bytes]:
        """Word and values of a line that is not just a word, its numbers and single blanks; none to leave it out."""
        fields, dim = fields_of(line), self._shape.dim
        word, values = fields[:-dim], fields[-dim:]
        if b"\0" in line:
            self._leave_out(_NUL, number, line)
        elif not word and line.startswith(b" ") and all(map(is_number, values)):
            self._note(_NO_WORD, number)
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
        if self._wanted is None or not self._wanted.isdisjoint({b" ".join(words), b" ".join(fields[:-dim])}):
            got = "a NUL byte" if what == _NUL else f"{len(fields) - len(words)} numbers"
            raise VectorError(
                f"{self._path}:{number}: a line holds a word and {dim} numbers (got {got} in {shown(line)}); mend it."
            )
        self._note(what, number)

    def _keep(self, number: int, word: bytes, values: bytes) -> None:
        if not is_utf8(word):
            self._note(_ENCODING, number)
        elif (text := word.decode()) in self.vectors:
            self._note(_REPEATED, number)
        else:
            self.vectors[text] = self._parsed(number, values)

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

    def _note(self, what: str, number: int) -> None:
        count, first = self._odd.get(what, (0, number))
        self._odd[what] = count + 1, first
