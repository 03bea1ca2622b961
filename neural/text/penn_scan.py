"""The rules of `penn_tables` in one pass: every character's spaces follow from its neighbours in the sentence.

What no single pass can tell is left: a sentence with a character that only the final split takes for white space, and
one with a contraction inside a longer word ("can-cannot").
"""

from numba import njit

from neural.scans.cpu.math import OPTIONS
from neural.text.penn_classes import (
    APOSTROPHE,
    CLOSER,
    COMMA,
    DASH,
    DIGIT,
    DOT,
    DOUBLE,
    EARLY,
    KIND,
    LIKE_S,
    OTHER,
    PLAIN,
    QUOTE,
    SEPARATOR,
    SPACE,
    STOP,
    TAIL,
    WORD,
)
from neural.text.penn_words import END_OF_TEXT, ENDING, LEFT, OPENING, SPAN, letter, put_word, symbol, token

_NOTHING, _STAYS = 5, 6
"""Kinds of what is no token: white space, and a character that stays part of its word."""

_SPACE, _NEWLINE, _QUOTE, _BACKTICK = map(ord, " \n'`")
_ROUND, _SQUARE, _CURLY, _ANGLE = map(ord, "([{<")


@njit(**OPTIONS)
def scan(marks, bounds, tokens, firsts):
    """Find all tokens: their number.

    Args:
        marks: of the characters of all texts, one text after the other.
        bounds: [text + 1] where each begins.
        tokens: receives the tokens, see `penn_words.token`; as long as there are characters and texts.
        firsts: [text + 1], receives the number of each text's first token.
    """
    count = 0
    for text in range(len(bounds) - 1):
        firsts[text] = count
        place, stop = bounds[text], bounds[text + 1]
        while place < stop:
            place, count = _sentence(marks, place, stop, tokens, count)
        tokens[count] = token(stop, stop, END_OF_TEXT)
        count += 1
    firsts[len(bounds) - 1] = count
    return count


@njit(**OPTIONS)
def _sentence(marks, begin, stop, tokens, first):
    """The tokens of the sentence that begins at `begin`: where the next one begins, and the number of tokens."""
    count, end, taken = first, stop, begin - 1
    place = word = begin
    mixed = False
    while place < end:
        kind = marks[place] & KIND
        if kind == PLAIN:
            place += 1
            continue
        if kind == OTHER:
            mixed = True
            place += 1
            continue
        size, of = 1, _NOTHING
        if kind == COMMA:
            of = _comma(marks, place, end, taken)
            if of == SPAN and place != taken:
                taken = place + 1
        elif kind != SPACE:
            size, of = _special(marks, place, begin, end)
            if kind == DOT or kind == STOP:
                end = _cut(marks, place + size - 1, end)
        if of == _STAYS:
            mixed = True
            place += 1
            continue
        if word < place:
            count = put_word(marks, word, place, mixed, tokens, count)
        if count < 0 or kind == SEPARATOR:
            count = -1
            break
        if of != _NOTHING:
            tokens[count] = token(place, place + size, of)
            count += 1
        place += size
        word, mixed = place, False
    if count >= 0 and word < end:
        count = put_word(marks, word, end, mixed, tokens, count)
    if count < 0:
        end = _sentence_end(marks, begin, stop)
        tokens[first] = token(begin, end, LEFT)
        count = first + 1
    return end, count


@njit(**OPTIONS)
def _special(marks, place, begin, end):
    """(size, kind of token) of what stands at `place`: no letter, no space, no comma or colon."""
    kind = marks[place] & KIND
    size, of = 1, SPAN
    if kind == DOT:
        size = _dots(marks, place, end)
        if size == 1 and not _final(marks, place, begin, end):
            of = _STAYS
    elif kind == APOSTROPHE:
        size, of = _apostrophe(marks, place, begin, end)
    elif kind == DOUBLE:
        of = OPENING if place == begin or _opens(marks, place, begin) else ENDING
    elif kind == DASH:
        if place + 1 < end and (marks[place + 1] & KIND) == DASH:
            size = 2
        else:
            of = _STAYS
    elif symbol(marks, place) == _BACKTICK and place + 1 < end and symbol(marks, place + 1) == _BACKTICK:
        size = 2
    return size, of


@njit(inline="always")
def _comma(marks, place, end, taken):
    """A comma or colon is parted from what follows, unless from a digit, or where the one before has taken this one."""
    of = SPAN
    if place + 1 < end:
        if place == taken:
            of = SPAN if place + 2 == end and symbol(marks, place + 1) == _NEWLINE else _STAYS
        elif marks[place + 1] & DIGIT:
            of = _STAYS
    return of


@njit(inline="always")
def _dots(marks, place, end):
    """The length of a run of full stops."""
    stop = place + 1
    while stop < end and (marks[stop] & KIND) == DOT:
        stop += 1
    return stop - place


@njit(inline="always")
def _opens(marks, place, begin):
    """Is a straight quote at `place`, which is not the sentence's first character, an opening one?"""
    kind, before = marks[place - 1] & KIND, symbol(marks, place - 1)
    quoted = kind == QUOTE or before == _SPACE or (kind == DOUBLE and place - 1 == begin)
    return quoted or before == _ROUND or before == _SQUARE or before == _CURLY or before == _ANGLE


@njit(inline="always")
def _apostrophe(marks, place, begin, end):
    """Two of them are a quote. One is a token by itself before a word that is no clitic, and at the end of a word."""
    after = place + 1
    size, of = 1, _STAYS
    if after < end and symbol(marks, after) == _QUOTE:
        size, of = 2, OPENING if place > begin and _opens(marks, place, begin) else SPAN
    elif after < end and marks[after] & WORD:
        if (place == begin or not marks[place - 1] & WORD) and not _is_clitic(marks, after, end):
            of = SPAN
    elif after < end and _parted_early(marks, after, begin, end):
        of = SPAN
    return size, of


@njit(inline="always")
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


@njit(inline="always")
def _parted_early(marks, place, begin, end):
    """Has the character at `place` a space before it when the rule of trailing apostrophes looks for one?"""
    kind = marks[place] & KIND
    if kind == COMMA:
        early = _comma(marks, place, end, begin - 1) == SPAN
    elif kind == DOT:
        early = _dots(marks, place, end) > 1 or _final(marks, place, begin, end)
    else:
        early = symbol(marks, place) == _SPACE or kind == QUOTE or kind == EARLY or kind == STOP
    return early


@njit(**OPTIONS)
def _final(marks, place, begin, end):
    """Is the single full stop at `place` the one that closes the sentence, with quotes and brackets behind it?"""
    if place == begin:
        return False
    if _cut(marks, place, end) < end:
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


@njit(**OPTIONS)
def _cut(marks, place, stop):
    """Where the next sentence begins if the stop at `place` ends one, else `stop`."""
    after = place + 1
    while after < stop and marks[after] & CLOSER:
        after += 1
    blank = after
    while after < stop and ((marks[after] & KIND) == SPACE or (marks[after] & KIND) == SEPARATOR):
        after += 1
    return after if after > blank else stop


@njit(**OPTIONS)
def _sentence_end(marks, begin, stop):
    """Where the sentence that begins at `begin` ends."""
    for place in range(begin, stop):
        kind = marks[place] & KIND
        if kind == DOT or kind == STOP:
            cut = _cut(marks, place, stop)
            if cut < stop:
                return cut
    return stop
