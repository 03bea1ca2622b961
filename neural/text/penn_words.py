"""The scanner's end of a word: clitics and contractions are parted from what stands between two spaces."""

import numpy as np

from neural.scans.cpu.kernel import kernel
from neural.text.penn_classes import KIND, LIKE_I, PLAIN, SYMBOL
from neural.text.penn_tables import CONTRACTED

scanner = kernel(_nrt=False)
"""For the kernels of this room: they make no array, so that none needs to be counted, which is most of their time."""

SPAN, OPENING, ENDING, END_OF_TEXT, LEFT = range(5)
"""A token is a piece of the text, or `` or '' for a straight quote, or </s>; or a sentence that is left."""

FIXED = ("", "``", "''", "</s>", "")
"""[kind]: the word of a token whose text does not say it."""

_QUOTE = ord("'")
_I = ord("i")
_PLAIN = [first + second for first, second in CONTRACTED if (first + second).isalpha()]
_SHORTEST, _LONGEST = min(map(len, _PLAIN)), max(map(len, _PLAIN))
_INITIALS = sum(1 << (ord(initial) & 31) for initial in {word[0] for word in _PLAIN})
_WANNA = CONTRACTED.index(("wan", "na"))
_LENGTHS = np.array([len(first + second) for first, second in CONTRACTED], np.int64)
_CUTS = np.array([len(first) for first, _ in CONTRACTED], np.int64)
_LETTERS = np.array([[*map(ord, (first + second).ljust(_LENGTHS.max()))] for first, second in CONTRACTED], np.int64)


@scanner
def token(start, end, kind):
    """A token in one number: start, length, kind."""
    return (start << 32) | ((end - start) << 3) | kind


@scanner
def symbol(marks, place):
    """The character itself, in ASCII."""
    return np.int64(marks[place]) & SYMBOL


@scanner
def letter(marks, place):
    """The same in small letters; no other character becomes a letter."""
    return np.int64(marks[place]) & SYMBOL | 0x20


@scanner
def is_whole(marks, start, stop, mixed):
    """Is the word one token, by its length and first letter alone? As nearly all are, without another look."""
    initial = (_INITIALS >> (symbol(marks, start) & 31)) & 1
    return not mixed and (initial == 0 or stop - start < _SHORTEST or stop - start > _LONGEST)


@scanner
def put_word(marks, start, stop, mixed, tokens, count):
    """Add the tokens of marks[start:stop], in which no space is left: how many there are now.

    From its end, as the rules do: 's 'm 'd or ', then 'll 're 've or n't, then the word may be one of CONTRACTED; −1
    where the plain rules have to see the sentence. mixed: there is more in it than letters and digits of ASCII.
    """
    half = own = stop
    if mixed:
        half = _short_clitic(marks, start, stop)
        own = _long_clitic(marks, start, half)
    cut = _contraction(marks, start, own, mixed)
    if cut < 0:
        return -1
    if cut > start:
        tokens[count] = token(start, cut, SPAN)
        count += 1
    tokens[count] = token(cut, own, SPAN)
    count += 1
    if own < half:
        tokens[count] = token(own, half, SPAN)
        count += 1
    if half < stop:
        tokens[count] = token(half, stop, SPAN)
        count += 1
    return count


@scanner
def _short_clitic(marks, start, stop):
    """Where 's, 'm, 'd or ' begins behind another character than '; `stop` without one."""
    found = stop
    if stop - start >= 2 and symbol(marks, stop - 1) == _QUOTE:
        if symbol(marks, stop - 2) != _QUOTE:
            found = stop - 1
    elif stop - start >= 3 and symbol(marks, stop - 2) == _QUOTE and symbol(marks, stop - 3) != _QUOTE:
        last = letter(marks, stop - 1)
        if last == 115 or last == 109 or last == 100:  # s m d
            found = stop - 2
    return found


@scanner
def _long_clitic(marks, start, stop):
    """Where 'll, 're, 've or n't begins, all small or all capital; `stop` without one."""
    found = stop
    if stop - start >= 4 and symbol(marks, stop - 4) != _QUOTE:
        first, second, third = symbol(marks, stop - 3), symbol(marks, stop - 2), symbol(marks, stop - 1)
        if first == _QUOTE and (second & 0x20) == (third & 0x20):
            second, third = second | 0x20, third | 0x20
            if (second == 108 and third == 108) or ((second == 114 or second == 118) and third == 101):  # ll re ve
                found = stop - 3
        elif second == _QUOTE and ((first == 110 and third == 116) or (first == 78 and third == 84)):  # n't N'T
            found = stop - 3
    return found


@scanner
def _contraction(marks, start, stop, mixed):
    """Where the second half begins if the whole word is a contraction; −1 if a part of it may be; else `start`."""
    found = start
    for place in range(start, stop - 3 if mixed else min(start + 1, stop - 3)):
        if place > start and (marks[place - 1] & KIND) == PLAIN:
            continue
        row = _row(marks, place, stop)
        if row < 0:
            continue
        after = place + _LENGTHS[row]
        if after == stop and place == start:
            found = place + _CUTS[row]
        elif after == stop or (row != _WANNA and (marks[after] & KIND) != PLAIN):
            found = -1
        if found != start:
            break
    return found


@scanner
def _row(marks, place, stop):
    """The number of the contraction that marks[place:stop] begins with, or −1; letters as `re` sees them in `(?i)`."""
    for row in range(len(_LENGTHS)):
        if letter(marks, place) != _LETTERS[row, 0] or place + _LENGTHS[row] > stop:
            continue
        matched = 1
        while matched < _LENGTHS[row]:
            wanted = _LETTERS[row, matched]
            found = symbol(marks, place + matched) if wanted == _QUOTE else letter(marks, place + matched)
            if found != wanted and not (wanted == _I and found == (LIKE_I | 0x20)):
                break
            matched += 1
        if matched == _LENGTHS[row]:
            return row
    return -1
