"""What the first lines of a file of word vectors tell of the others: how many numbers a line holds, and of a header."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from neural.errors import VectorError

_DIGITS = 18
"""Of a header's numbers, at most."""


@dataclass(frozen=True)
class Shape:
    """How many numbers a line holds, and how many words a header names; None: there is no header.

    `doubtful`: the first line is read as a word and its one number, and may be a header.
    """

    dim: int
    words: int | None
    doubtful: bool = False


def shape_of(path: str | os.PathLike[str], head: Sequence[tuple[int, bytes]]) -> Shape:
    """The shape that the first lines tell.

    Raises:
        VectorError: they hold no numbers, or a header that does not fit them.
    """
    number, line = head[0] if head else (1, b"")
    first = fields_of(line)
    whole = len(first) == 2 and all(field.isdigit() for field in first) and not line.startswith(b" ")
    counts = Counter(numbers_in(line) for _, line in head[whole:])
    dim = counts.most_common(1)[0][0] if counts else 0
    header = whole and dim != 1
    if b"\r" in line:
        must = r"a line ends with \n or \r\n, not with \r alone"
    elif dim < 1:
        must = "a line holds a word and its numbers, with blanks or tabs between"
    elif header and (max(map(len, first)) > _DIGITS or int(first[1]) != dim):
        must = f"a header holds the number of words and that of numbers in a line, {dim} here"
    else:
        return Shape(dim, int(first[0]) if header else None, whole and not header and first[1] == b"1")
    raise VectorError(f"{path}:{number}: {must} (got {shown(line)}{_binary(head)}).")


def fields_of(line: bytes) -> list[bytes]:
    """What stands between blanks."""
    return [field for field in line.split(b" ") if field]


def numbers_in(line: bytes) -> int:
    """How many numbers stand at the end of a line; the word before them may be a number, too."""
    fields = fields_of(line)
    count = sum(1 for _ in takewhile(is_number, reversed(fields)))
    return count - (count == len(fields) and not line.startswith(b" "))


def is_number(field: bytes) -> bool:
    """Does it read as a number, be it NaN or infinite?"""
    try:
        float(field)
    except ValueError:
        return False
    return b"_" not in field


def shown(line: bytes) -> str:
    """The beginning of a line, for a message."""
    return repr(line[:40].decode("utf-8", "replace"))


def _binary(head: Sequence[tuple[int, bytes]]) -> str:
    """What other bytes than those of text tell, in lines without numbers."""
    if any(b"\0" in line for _, line in head):
        return ", with NUL bytes: a binary file or UTF-16, which must be converted to UTF-8 text"
    if not all(map(is_utf8, (line for _, line in head))):
        return (
            ", with bytes that are not UTF-8: a binary file or another encoding, which must be converted to UTF-8 text"
        )
    return ""


def is_utf8(octets: bytes) -> bool:
    """Is it text?"""
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True
