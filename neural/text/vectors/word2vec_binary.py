"""word2vec's binary form: a header in text, then per word its bytes, a blank and its numbers, float32, little-endian.

The original tool ends every row with a line end, gensim does not; either is read. Rows are walked through in blocks,
since where one begins is known only when the one before it has been seen.
"""

import codecs
import os
import re
from collections.abc import Collection, Iterator

import numpy as np

from neural.errors import VectorError
from neural.text.vectors.blocks import Blocks
from neural.text.vectors.oddities import ENCODING, LEFT_OUT, NO_WORD, REPEATED, Oddities, Vectors
from neural.text.vectors.text_shape import is_utf8, numbers_in, shown

_HEADER = re.compile(rb"(\d{1,18}) (\d{1,18})[ \t]*\r?\n")
_LINES, _LOOK = 8, 4096
"""Lines and bytes that are looked at to tell numbers from text."""
_LONGEST = 100_000
"""Numbers in a row, at most."""

_FEW, _SHARE = 3, 0.05
"""Rows without a word, and their share of all, from which on a cut row beside them tells that rows have slipped."""

_CUT = f"rows are cut: they {LEFT_OUT}"


def binary_header(start: bytes) -> tuple[int, int, int] | None:
    """(words, numbers in a row, where the rows begin), or None where a file that begins so is text.

    It is text where most of its lines end with as many numbers as the header names, or where it is UTF-8, or
    where what would be the numbers of a row are digits more often than not.
    """
    header = _HEADER.match(start)
    if header is None:
        return None
    words, dim, first = int(header[1]), int(header[2]), header.end()
    lines = [line.rstrip() for line in start[first:].replace(b"\t", b" ").split(b"\n") if line.strip()][:_LINES]
    if not dim or 2 * sum(numbers_in(line) >= dim for line in lines) > len(lines):
        return None
    octets = start[first : first + _LOOK]
    rows = [*_rows(start, first, 4 * dim)]
    is_text = (b"\0" not in octets and _is_utf8_so_far(octets)) or 2 * sum(map(_is_plain, rows)) >= len(rows)
    return None if is_text else (words, dim, first)


def _rows(start: bytes, place: int, size: int) -> Iterator[bytes]:
    """What would be the numbers of the first rows, were they binary."""
    for _ in range(_LINES):
        place = start.find(b" ", place) + 1
        if not place or place == len(start):
            return
        yield start[place : place + size]
        place += size


def _is_plain(row: bytes) -> bool:
    """Is it made of what numbers in text are made of, more than not? Of random bytes, a tenth is."""
    return 2 * sum(octet in b"0123456789.-+eE \t\r\n" for octet in row) >= len(row)


def _is_utf8_so_far(octets: bytes) -> bool:
    """Is it text? The last character may be cut."""
    try:
        codecs.utf_8_decode(octets, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def read_binary(
    path: str | os.PathLike[str],
    wanted: Collection[str] | None,
    blocks: Blocks,
    header: tuple[int, int, int],
    odd: Oddities,
) -> Vectors:
    """The vectors of the wanted words of a binary file.

    Raises:
        VectorError: a needed word's row is cut, or holds what is no finite number; the message names the row. Or rows
            do not fit the header's numbers: most have no word in UTF-8, or many, and the last one is cut.
    """
    words, dim, start = header
    if dim > _LONGEST:
        raise VectorError(f"{path} must have rows of at most {_LONGEST} numbers (got {dim} by its header).")
    needed = None if wanted is None else {word.encode("utf-8", "surrogatepass") for word in wanted}
    reading = _Reading(path, dim, needed, odd)
    blocks.advance(start)
    while used := reading.read(blocks):
        blocks.advance(used)
    reading.end(blocks)
    odd.compare(words, reading.rows)
    return reading.vectors


class _Reading:
    """One reading of one file.

    Attributes:
        vectors: what has been found so far.
        rows: how many have been gone through.
    """

    def __init__(self, path: str | os.PathLike[str], dim: int, wanted: Collection[bytes] | None, odd: Oddities) -> None:
        self.vectors: Vectors = {}
        self.rows = 0
        self._path, self._dim, self._wanted, self._odd = path, dim, wanted, odd
        self._bad, self._first = 0, 0  # rows without a word in UTF-8, and the first of them

    def read(self, blocks: Blocks) -> int:
        """Go through the whole rows that are at hand; how many bytes they are."""
        octets, place, size = blocks.octets, 0, 4 * self._dim
        while 0 <= (blank := octets.find(b" ", place, blocks.filled)) < blocks.filled - size:
            self.rows += 1
            word = bytes(octets[place:blank]).lstrip(b"\n")
            if self._wanted is None or word in self._wanted or not word.isascii() or not word:
                self._keep(word, np.frombuffer(octets, "<f4", self._dim, blank + 1))
            place = blank + 1 + size
        return place

    def end(self, blocks: Blocks) -> None:
        """What is behind the last whole row.

        Raises:
            VectorError: it is a needed word's row, or rows do not fit the header.
        """
        rest = bytes(blocks.octets[: blocks.filled]).lstrip(b"\n")
        self._check_fit(bool(rest))
        word, _, numbers = rest.partition(b" ")
        if not blocks.ended:
            raise VectorError(f"{self._path} must have a blank behind every word (row {self.rows + 1} has none).")
        if rest and (self._wanted is None or word in self._wanted):
            raise VectorError(
                f"{self._path}, row {self.rows + 1}: a row holds a word and {self._dim} numbers of four bytes (got "
                f"{len(numbers)} bytes behind {shown(word)}); the file is cut, take a whole one."
            )
        if rest:
            self._odd.note(_CUT, self.rows + 1)

    def _check_fit(self, damaged: bool) -> None:
        """Do the rows fit the header? Where they do not, each begins at another place of what is one.

        Args:
            damaged: a row is cut, or holds what is no finite number.

        Raises:
            VectorError: they do not.
        """
        many = 2 * self._bad > self.rows or (damaged and self._bad > _SHARE * self.rows)
        if many and self._bad >= _FEW:
            raise VectorError(
                f"{self._path}: rows do not fit the header's {self._dim} numbers; a row holds a word in UTF-8 without "
                f"blanks and as many numbers as the header names (got {self._bad} of {self.rows} rows without such a "
                f"word, row {self._first} first); mend the header, or take another copy."
            )

    def _keep(self, word: bytes, numbers: np.ndarray) -> None:
        if not word or not is_utf8(word):
            self._odd.note(ENCODING if word else NO_WORD, self.rows)
            self._bad, self._first = self._bad + 1, self._first or self.rows
        elif self._wanted is not None and word not in self._wanted:
            return
        elif (text := word.decode()) in self.vectors:
            self._odd.note(REPEATED, self.rows)
        elif not np.isfinite(numbers).all():
            self._check_fit(True)
            raise VectorError(f"{self._path}, row {self.rows}: the values must be finite (got NaN or infinity).")
        else:
            self.vectors[text] = numbers.astype(np.float32)  # a copy: the block goes on
