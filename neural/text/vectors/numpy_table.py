"""A table that numpy has saved, NAME.npy, and its words beside it, one per line: NAME.txt or NAME.vocab.

Where every line of NAME.vocab is a word, a blank and a count, as gensim and word2vec write it, the word alone is read.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from tokenize import TokenError

import numpy as np

from neural.errors import VectorError
from neural.text.vectors.oddities import ENCODING, NO_WORD, REPEATED, Oddities, Vectors
from neural.text.vectors.text_shape import is_utf8

MARK = b"\x93NUMPY"
_LISTS = (".txt", _COUNTS := ".vocab")
_COUNTED = re.compile(rb"([^ ]+) [0-9]+")
_DAMAGED = (ValueError, EOFError, SyntaxError, TypeError, OverflowError, MemoryError, TokenError)
"""What numpy raises for a damaged header, which is read as an expression of Python's."""
_BOM = b"\xef\xbb\xbf"


def read_numpy(path: Path, wanted: Collection[str] | None, odd: Oddities) -> Vectors:
    """The vectors of the wanted words; of the table, which is mapped into memory, only their rows are read.

    Raises:
        VectorError: there is no table [word, dim] of floats, dim > 0; no list or two, or they differ in length; or a
            needed word's row holds what is no finite number.
    """
    lists = [place for ending in _LISTS if (place := path.with_suffix(ending)).is_file()]
    if len(lists) != 1:
        raise VectorError(
            f"{path} must have its words beside it, one per line, in {' or '.join(path.stem + end for end in _LISTS)} "
            f"(got {'both' if lists else 'neither'})."
        )
    try:
        table = np.load(path, mmap_mode="r", allow_pickle=False)
    except _DAMAGED as error:
        raise VectorError(f"{path} must be a table that numpy has saved (got {error}).") from None
    if table.ndim != 2 or table.dtype.kind != "f":
        raise VectorError(f"{path} must be a table [word, dim] of floats (got {table.dtype} of shape {table.shape}).")
    if not table.shape[1]:
        raise VectorError(f"{path} must have at least one number per word (got shape {table.shape}).")
    rows, count = _rows(lists[0], wanted, odd)
    if count != len(table):
        raise VectorError(
            f"{lists[0]} must have a word for each of the {len(table)} rows of {path.name} (got {count} lines)."
        )
    return by_word(path, table[[*rows.values()]], rows)


def by_word(path: Path, found: np.ndarray, rows: dict[str, int]) -> Vectors:
    """What has been found [word, dim] in the rows of some words, as float32.

    Raises:
        VectorError: a number of it is not finite.
    """
    with np.errstate(over="ignore"):
        found = found.astype(np.float32)
    finite = np.isfinite(found).all(axis=1)
    if not finite.all():
        word, row = [*rows.items()][int(finite.argmin())]
        got = "NaN, or a number beyond 3e38 in size"
        raise VectorError(f"{path}, row {row + 1} ({word!r}): the values must be finite (got {got}).")
    return dict(zip(rows, found, strict=True))


def _rows(path: Path, wanted: Collection[str] | None, odd: Oddities) -> tuple[dict[str, int], int]:
    """(wanted word → its row, number of lines) of a word list."""
    rows: dict[str, int] = {}
    keep = None if wanted is None else frozenset(wanted)
    number, counted = 0, _has_counts(path)
    if counted:
        odd.say(f"every line of {path.name} is read as a word and its count; the word alone has the vector")
    with path.open("rb") as lines:
        for number, line in enumerate(_words(lines), 1):
            word = line.partition(b" ")[0] if counted else line
            if not word:
                odd.note(NO_WORD, number)
            elif not is_utf8(word):
                odd.note(ENCODING, number)
            elif (text := word.decode()) in rows:
                odd.note(REPEATED, number)
            elif keep is None or text in keep:
                rows[text] = number - 1
    return rows, number


def _has_counts(path: Path) -> bool:
    """Is every line of a vocabulary a word and how often it occurs?"""
    if path.suffix != _COUNTS:
        return False
    with path.open("rb") as lines:
        return path.stat().st_size > 0 and all(_COUNTED.fullmatch(line) for line in _words(lines))


def _words(lines: Iterable[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        word = line.removesuffix(b"\n").removesuffix(b"\r")
        yield word if number else word.removeprefix(_BOM)
