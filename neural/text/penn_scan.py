"""The rules of `penn_tables` in one pass: every character's spaces follow from its neighbours in the sentence.

What no single pass can tell is left: a sentence with a character that only the final split takes for white space, and
one with a contraction inside a longer word ("can-cannot").
"""

from numba import njit

from neural.scans.cpu.math import OPTIONS
from neural.text.penn_classes import (
    APOSTROPHE,
    BRACKET,
    CLOSER,
    CLOSING,
    COMMA,
    DASH,
    DIGIT,
    DOT,
    DOUBLE,
    EARLY,
    KIND,
    OTHER,
    PLAIN,
    QUOTE,
    SEPARATOR,
    SPACE,
    STOP,
    TAIL,
    WORD,
)
from neural.text.penn_words import END_OF_TEXT, ENDING, LEFT, OPENING, SPAN, lower, put, put_word

_NOTHING, _STAYS = 5, 6
"""Kinds of what is no token: white space, and a character that stays part of its word."""

_SPACE, _NEWLINE, _QUOTE, _BACKTICK, _LONG_S = map(ord, " \n'`ſ")
_ROUND, _SQUARE, _CURLY, _ANGLE = map(ord, "([{<")


@njit(**OPTIONS)
def scan(codes, bounds, classes, starts, ends, kinds, firsts):
    """Find all tokens: their number.

    Args:
        codes: the code points of all texts, one after the other.
        bounds: [text + 1] where each begins.
        classes: the table of `penn_classes`.
        starts, ends, kinds: receive the tokens; as long as there are characters and texts.
        firsts: [text + 1], receives the number of each text's first token.
    """
    count = 0
    for text in range(len(bounds) - 1):
        firsts[text] = count
        place, stop = bounds[text], bounds[text + 1]
        while place < stop:
            place, count = _sentence(codes, place, stop, classes, starts, ends, kinds, count)
        count = put(starts, ends, kinds, count, stop, stop, END_OF_TEXT)
    firsts[len(bounds) - 1] = count
    return count


@njit(**OPTIONS)
def _sentence(codes, begin, stop, classes, starts, ends, kinds, first):
    """The tokens of the sentence that begins at `begin`: where the next one begins, and the number of tokens."""
    count, end, taken = first, stop, -1
    place = word = begin
    mixed = False
    while place < end:
        kind = classes[codes[place]] & KIND
        if kind == PLAIN:
            place += 1
            continue
        if kind == OTHER:
            mixed = True
            place += 1
            continue
        if kind == SEPARATOR:
            count = -1
            break
        if kind == COMMA:
            size, token = 1, _comma(codes, place, end, taken, classes)
            if token == SPAN and place != taken:
                taken = place + 1
        else:
            size, token = _special(codes, place, begin, end, kind, classes)
            if kind == DOT or kind == STOP:
                cut = _cut(codes, place + size - 1, end, classes)
                end = cut if cut > 0 else end
        if token == _STAYS:
            mixed = True
            place += 1
            continue
        if word < place:
            count = put_word(codes, word, place, mixed, classes, starts, ends, kinds, count)
            if count < 0:
                break
        if token != _NOTHING:
            count = put(starts, ends, kinds, count, place, place + size, token)
        place += size
        word, mixed = place, False
    if count >= 0 and word < end:
        count = put_word(codes, word, end, mixed, classes, starts, ends, kinds, count)
    if count < 0:
        end = _sentence_end(codes, begin, stop, classes)
        count = put(starts, ends, kinds, first, begin, end, LEFT)
    return end, count


@njit(**OPTIONS)
def _special(codes, place, begin, end, kind, classes):
    """(size, token) of what stands at `place`, neither a letter nor a comma or colon."""
    size, token = 1, SPAN
    if kind == SPACE:
        token = _NOTHING
    elif kind == DOT:
        size = _dots(codes, place, end, classes)
        if size == 1 and not _final(codes, place, begin, end, classes):
            token = _STAYS
    elif kind == APOSTROPHE:
        size, token = _apostrophe(codes, place, begin, end, classes)
    elif kind == DOUBLE:
        token = OPENING if place == begin or _opens(codes, place, begin, classes) else ENDING
    elif kind == DASH:
        if place + 1 < end and codes[place + 1] == codes[place]:
            size = 2
        else:
            token = _STAYS
    elif kind == QUOTE and codes[place] == _BACKTICK and place + 1 < end and codes[place + 1] == _BACKTICK:
        size = 2
    return size, token


@njit(**OPTIONS)
def _comma(codes, place, end, taken, classes):
    """A comma or colon is parted from what follows, unless from a digit, or where the one before has taken this one."""
    if place + 1 == end:
        return SPAN
    if place == taken:
        return SPAN if place + 2 == end and codes[place + 1] == _NEWLINE else _STAYS
    return _STAYS if classes[codes[place + 1]] & DIGIT else SPAN


@njit(**OPTIONS)
def _dots(codes, place, end, classes):
    """The length of a run of full stops."""
    stop = place + 1
    while stop < end and (classes[codes[stop]] & KIND) == DOT:
        stop += 1
    return stop - place


@njit(**OPTIONS)
def _opens(codes, place, begin, classes):
    """Is a straight quote at `place`, which is not the sentence's first character, an opening one?"""
    before = codes[place - 1]
    kind = classes[before] & KIND
    if kind == QUOTE or before == _SPACE or (kind == DOUBLE and place - 1 == begin):
        return True
    return before == _ROUND or before == _SQUARE or before == _CURLY or before == _ANGLE


@njit(**OPTIONS)
def _apostrophe(codes, place, begin, end, classes):
    """Two of them are a quote. One is a token by itself before a word that is no clitic, and at the end of a word."""
    after = place + 1
    if after < end and codes[after] == _QUOTE:
        return 2, OPENING if place > begin and _opens(codes, place, begin, classes) else SPAN
    if after == end:
        return 1, _STAYS
    if classes[codes[after]] & WORD:
        inside = place > begin and (classes[codes[place - 1]] & WORD) != 0
        return 1, _STAYS if inside or _is_clitic(codes, after, end, classes) else SPAN
    return 1, SPAN if _parted_early(codes, after, begin, end, classes) else _STAYS


@njit(**OPTIONS)
def _is_clitic(codes, place, end, classes):
    """Is the whole word at `place` one of re, ve, ll, m, t, s, d, n, in small letters or capitals?"""
    first = lower(codes[place])
    length = 0
    if first == 109 or first == 116 or first == 115 or first == 100 or first == 110 or codes[place] == _LONG_S:
        length = 1  # m t s d n
    elif place + 1 < end:
        second = lower(codes[place + 1])
        if (first == 108 and second == 108) or ((first == 114 or first == 118) and second == 101):  # ll re ve
            length = 2
    after = place + length
    return length > 0 and (after == end or not classes[codes[after]] & WORD)


@njit(**OPTIONS)
def _parted_early(codes, place, begin, end, classes):
    """Has the character at `place` a space before it when the rule of trailing apostrophes looks for one?"""
    kind = classes[codes[place]] & KIND
    if kind == COMMA:
        return _comma(codes, place, end, -1, classes) == SPAN
    if kind == DOT:
        return _dots(codes, place, end, classes) > 1 or _final(codes, place, begin, end, classes)
    return codes[place] == _SPACE or kind == QUOTE or kind == EARLY or kind == STOP


@njit(**OPTIONS)
def _final(codes, place, begin, end, classes):
    """Is the single full stop at `place` the one that closes the sentence, with quotes and brackets behind it?"""
    if place == begin:
        return False
    if _cut(codes, place, end, classes) > 0:
        return True
    after = place + 1
    while after < end and classes[codes[after]] & TAIL:
        if codes[after - 1] == _SPACE:  # quotes that open have become `` by now
            if (classes[codes[after]] & KIND) == DOUBLE:
                return False
            if codes[after] == _QUOTE and after + 1 < end and codes[after + 1] == _QUOTE:
                return False
        after += 1
    while after < end and (classes[codes[after]] & KIND) == SPACE:
        after += 1
    return after == end


@njit(**OPTIONS)
def _cut(codes, place, stop, classes):
    """Where the next sentence begins if the stop at `place` ends one, else 0."""
    after = place + 1
    while after < stop and classes[codes[after]] & CLOSER:
        after += 1
    blank = after
    while after < stop and ((classes[codes[after]] & KIND) == SPACE or (classes[codes[after]] & KIND) == SEPARATOR):
        after += 1
    return after if after > blank else 0


@njit(**OPTIONS)
def _sentence_end(codes, begin, stop, classes):
    """Where the sentence that begins at `begin` ends."""
    for place in range(begin, stop):
        kind = classes[codes[place]] & KIND
        if kind == DOT or kind == STOP:
            cut = _cut(codes, place, stop, classes)
            if cut > 0:
                return cut
    return stop
