"""What the scanner knows of a character, its mark: symbol, kind, and what rules ask besides, in 16 bits.

The symbol is the character itself in ASCII; beyond, one for all that have a kind in common.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import compress

import numpy as np

from neural.text.penn_tables import EXTRA_WORD, FOLDED, LATER_DIGIT, SEPARATORS, SPACES, WORD_CATEGORIES

SYMBOL, KIND = 0x00FF, 0x0F00
PLAIN, OTHER, SPACE, SEPARATOR, QUOTE, CLOSING, DOUBLE, APOSTROPHE, DOT, STOP, COMMA, EARLY, BRACKET, DASH = (
    kind << 8 for kind in range(14)
)
WORD, DIGIT, TAIL, CLOSER = 0x1000, 0x2000, 0x4000, 0x8000
BEYOND, LIKE_I, LIKE_S = 0x80, 0x81, 0x82

_KINDS = {
    SPACE: SPACES,
    SEPARATOR: SEPARATORS,
    QUOTE: "«“‘„`",
    CLOSING: "»”’",
    DOUBLE: '"',
    APOSTROPHE: "'",
    DOT: ".",
    STOP: "?!",
    COMMA: ":,",
    EARLY: ";@#$%&\u2012\u2013\u2014\u2015",
    BRACKET: "*[](){}<>",
    DASH: "-",
}
"""PLAIN are letters and digits of ASCII, OTHER what else no rule names. EARLY has its spaces before the rule of final
apostrophes looks for one, as QUOTE, DOT, STOP and COMMA have; BRACKET, CLOSING, DOUBLE and DASH get them later."""

_FLAGS = {TAIL: "])}>\"'»”’ ", CLOSER: "\"')]"}
"""TAIL: may stand between the final full stop and the end; CLOSER: between a sentence's end and the white space."""

_NEAR = 0x3040
_FAR = [*range(0x40000), *range(0xE0000, 0xE1000)]
"""Where Unicode has put something so far."""


@cache
def _near() -> np.ndarray:
    """The table for code points below 0x3040, which is there at once."""
    return _table(range(_NEAR), _NEAR)


@cache
def _all() -> np.ndarray:
    """The table for every code point; some 50 ms."""
    return _table(_FAR, 0x110000)


def table_for(codes: np.ndarray) -> np.ndarray:
    """[code] the marks of all `codes` at least."""
    return _near() if codes.max(initial=0) < _NEAR else _all()


def _table(codes: Sequence[int], size: int) -> np.ndarray:
    table = np.full(size, OTHER | BEYOND, np.uint16)
    table[:0x80] = OTHER | np.arange(0x80)
    for symbol, letter in ((LIKE_I, "i"), (LIKE_S, "s")):
        table[[ord(character) for character in FOLDED[letter]]] = OTHER | symbol
    table[[code for code in range(0x80) if chr(code).isalnum() or chr(code) == "_"]] &= ~KIND & 0xFFFF
    for kind, characters in _KINDS.items():
        places = [ord(character) for character in characters]
        table[places] = table[places] & SYMBOL | kind
    for flag, characters in _FLAGS.items():
        table[[ord(character) for character in characters]] |= flag
    categories = [*map(unicodedata.category, map(chr, codes))]
    _mark(table, WORD, codes, map(WORD_CATEGORIES.__contains__, categories), EXTRA_WORD)
    _mark(table, DIGIT, codes, map("Nd".__eq__, categories), LATER_DIGIT)
    return table


def _mark(table: np.ndarray, flag: int, codes: Sequence[int], has: Iterable[bool], extra: Iterable[int]) -> None:
    table[[code for code in {*compress(codes, has), *extra} if code < len(table)]] |= flag
