"""Text in pictures: what XML allows, how wide it is, where it is cut, and which way it runs."""

import unicodedata
from html import escape

_WIDE = frozenset("mwMW@%—…")
_TURNING = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})
_ISOLATE, _END = "\u2068", "\u2069"


def allowed(text: str) -> str:
    """The text with U+FFFD for every character that XML forbids."""
    return "".join(
        c if c in "\t\n" or (c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff") else "\ufffd"
        for c in text
    )


def clean(text: str) -> str:
    """Text that is safe in XML and HTML: markup escaped, characters that XML forbids replaced."""
    return escape(allowed(text))


def columns(text: str) -> float:
    """About how many small letters are as wide: ideographs and emoji two, capitals and the like one and a half."""
    return sum(map(_column, text))


def _column(character: str) -> float:
    if unicodedata.combining(character) or character in (_ISOLATE, _END):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 1.4 if character in _WIDE or character.isupper() else 1.0


def clipped(text: str, most: float) -> str:
    """The text, cut so that it is at most `most` columns wide."""
    if columns(text) <= most:
        return text
    width, end = 1.4, 0
    while end < len(text) and width + _column(text[end]) <= most:
        width += _column(text[end])
        end += 1
    cut = text[:end].rstrip()
    return cut + _END * max(0, cut.count(_ISOLATE) - cut.count(_END)) + "…"


def shortened(line: str, most: float) -> str:
    """A line "label / weight", at most `most` columns wide: of a long label its beginning, and its weight after it.

    The weight has half the width, and what the label leaves; a line without one is cut at its end.
    """
    label, slash, weight = line.rpartition(" / ")
    if not slash or columns(line) <= most:
        return clipped(line, most)
    weight = slash + clipped(weight, max(most / 2, most - columns(label)) - len(slash))
    return clipped(label, most - columns(weight)) + weight


def isolated(word: str) -> str:
    """A word that runs from right to left, or turns what follows round, between marks that keep it to itself.

    U+2068 … U+2069, first strong isolate (Unicode annex 9); other words as they are.
    """
    turned = any(unicodedata.bidirectional(c) in _TURNING for c in word)
    return f"{_ISOLATE}{word.replace(_END, chr(0xFFFD))}{_END}" if turned else word
