"""The rules of `penn_tables` in one pass: every character's spaces follow from its neighbours in the sentence.

What no single pass can tell is left: a sentence with a character that only the final split takes for white space, and
one with a contraction inside a longer word ("can-cannot").
"""

from neural.text.penn_classes import (
    APOSTROPHE,
    COMMA,
    DASH,
    DOT,
    DOUBLE,
    KIND,
    OTHER,
    PLAIN,
    SEPARATOR,
    SPACE,
    STOP,
)
from neural.text.penn_context import STAYS, apostrophe, comma, cut_at, dots, is_final, opens
from neural.text.penn_words import END_OF_TEXT, ENDING, LEFT, OPENING, SPAN, is_whole, put_word, scanner, symbol, token

_NOTHING = 5
"""What is no token, since it is white space."""

_BACKTICK = ord("`")


@scanner
def scan(codes, table, bounds, marks, tokens, firsts):
    """Find all tokens: their number.

    Args:
        codes: the code points of all texts, one after the other.
        table: [code] the marks of `penn_classes`.
        bounds: [text + 1] where each begins.
        marks: receives the mark of every character.
        tokens: receives the tokens, see `penn_words.token`; as long as there are characters and texts.
        firsts: [text + 1], receives the number of each text's first token.
    """
    for place in range(len(codes)):
        marks[place] = table[codes[place]]
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


@scanner
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
            of = comma(marks, place, end, taken)
            if of == SPAN and place != taken:
                taken = place + 1
        elif kind != SPACE:
            size, of = _special(marks, place, begin, end)
            if kind in (DOT, STOP):
                end = cut_at(marks, place + size - 1, end)
        if of == STAYS:
            mixed = True
            place += 1
            continue
        if word < place:
            if is_whole(marks, word, place, mixed):
                tokens[count] = token(word, place, SPAN)
                count += 1
            else:
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


@scanner
def _special(marks, place, begin, end):
    """(size, kind of token) of what stands at `place`: no letter, no space, no comma or colon."""
    kind = marks[place] & KIND
    size, of = 1, SPAN
    if kind == DOT:
        size = dots(marks, place, end)
        if size == 1 and not is_final(marks, place, begin, end):
            of = STAYS
    elif kind == APOSTROPHE:
        size, of = apostrophe(marks, place, begin, end)
    elif kind == DOUBLE:
        of = OPENING if place == begin or opens(marks, place, begin) else ENDING
    elif kind == DASH:
        if place + 1 < end and (marks[place + 1] & KIND) == DASH:
            size = 2
        else:
            of = STAYS
    elif symbol(marks, place) == _BACKTICK and place + 1 < end and symbol(marks, place + 1) == _BACKTICK:
        size = 2
    return size, of


@scanner
def _sentence_end(marks, begin, stop):
    """Where the sentence that begins at `begin` ends."""
    for place in range(begin, stop):
        kind = marks[place] & KIND
        if kind in (DOT, STOP):
            cut = cut_at(marks, place, stop)
            if cut < stop:
                return cut
    return stop
