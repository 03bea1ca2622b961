"""What a character's neighbours in the sentence make of it: the scanner's conditions."""

from neural.text.penn_classes import (
    CLOSER,
    COMMA,
    DIGIT,
    DOT,
    DOUBLE,
    EARLY,
    KIND,
    LIKE_S,
    QUOTE,
    SEPARATOR,
    SPACE,
    STOP,
    TAIL,
    WORD,
)
from neural.text.penn_words import OPENING, SPAN, letter, scanner, symbol

STAYS = 6
"""What is no token, since it stays part of its word."""

_SPACE, _NEWLINE, _QUOTE = map(ord, " \n'")
_ROUND, _SQUARE, _CURLY, _ANGLE = map(ord, "([{<")


@scanner
def comma(marks, place, end, taken):
    """A comma or colon is parted from what follows, unless from a digit, or where the one before has taken this one."""
    of = SPAN
    if place + 1 < end:
        if place == taken:
            of = SPAN if place + 2 == end and symbol(marks, place + 1) == _NEWLINE else STAYS
        elif marks[place + 1] & DIGIT:
            of = STAYS
    return of


@scanner
def dots(marks, place, end):
    """The length of a run of full stops."""
    stop = place + 1
    while stop < end and (marks[stop] & KIND) == DOT:
        stop += 1
    return stop - place


@scanner
def opens(marks, place, begin):
    """Is a straight quote at `place`, which is not the sentence's first character, an opening one?"""
    kind, before = marks[place - 1] & KIND, symbol(marks, place - 1)
    quoted = kind == QUOTE or before == _SPACE or (kind == DOUBLE and place - 1 == begin)
    return quoted or before in (_ROUND, _SQUARE, _CURLY, _ANGLE)


@scanner
def apostrophe(marks, place, begin, end):
    """Two of them are a quote. One is a token by itself before a word that is no clitic, and at the end of a word."""
    after = place + 1
    size, of = 1, STAYS
    if after < end and symbol(marks, after) == _QUOTE:
        size, of = 2, OPENING if place > begin and opens(marks, place, begin) else SPAN
    elif after < end and marks[after] & WORD:
        if (place == begin or not marks[place - 1] & WORD) and not _is_clitic(marks, after, end):
            of = SPAN
    elif after < end and _parted_early(marks, after, begin, end):
        of = SPAN
    return size, of


@scanner
def _is_clitic(marks, place, end):
    """Is the whole word at `place` one of re, ve, ll, m, t, s, d, n, in small letters or capitals?"""
    first = letter(marks, place)
    length = 0
    if first == 109 or first == 116 or first == 115 or first == 100 or first == 110 or first == (LIKE_S | 0x20):
        length = 1  # m t s d n
    elif place + 1 < end:
        second = letter(marks, place + 1)
        if (first == 108 and second == 108) or ((first == 114 or first == 118) and second == 101):  # ll re ve
            length = 2
    after = place + length
    return length > 0 and (after == end or not marks[after] & WORD)


@scanner
def _parted_early(marks, place, begin, end):
    """Has the character at `place` a space before it when the rule of trailing apostrophes looks for one?"""
    kind = marks[place] & KIND
    if kind == COMMA:
        early = comma(marks, place, end, begin - 1) == SPAN
    elif kind == DOT:
        early = dots(marks, place, end) > 1 or is_final(marks, place, begin, end)
    else:
        early = symbol(marks, place) == _SPACE or kind in (QUOTE, EARLY, STOP)
    return early


@scanner
def is_final(marks, place, begin, end):
    """Is the single full stop at `place` the one that closes the sentence, with quotes and brackets behind it?"""
    if place == begin:
        return False
    if cut_at(marks, place, end) < end:
        return True
    after = place + 1
    while after < end and marks[after] & TAIL:
        if symbol(marks, after - 1) == _SPACE:  # quotes that open have become `` by now
            if (marks[after] & KIND) == DOUBLE:
                return False
            if symbol(marks, after) == _QUOTE and after + 1 < end and symbol(marks, after + 1) == _QUOTE:
                return False
        after += 1
    while after < end and (marks[after] & KIND) == SPACE:
        after += 1
    return after == end


@scanner
def cut_at(marks, place, stop):
    """Where the next sentence begins if the stop at `place` ends one, else `stop`."""
    after = place + 1
    while after < stop and marks[after] & CLOSER:
        after += 1
    blank = after
    while after < stop and ((marks[after] & KIND) == SPACE or (marks[after] & KIND) == SEPARATOR):
        after += 1
    return after if after > blank else stop
