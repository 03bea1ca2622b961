"""The scanner's end of a word: clitics and contractions are parted from what stands between two spaces."""

import numpy as np
from numba import njit

from neural.scans.cpu.math import OPTIONS
from neural.text.penn_classes import KIND, PLAIN
from neural.text.penn_tables import CONTRACTED, FOLDED

SPAN, OPENING, ENDING, END_OF_TEXT, LEFT = range(5)
"""A token is the text from start to end, or `` or '' for a straight quote, or </s>; or a sentence that is left."""

FIXED = ("", "``", "''", "</s>", "")
"""[kind]: the word of a token whose text does not say it."""

_QUOTE = ord("'")
_WANNA = CONTRACTED.index(("wan", "na"))
_LENGTHS = np.array([len(first + second) for first, second in CONTRACTED], np.int64)
_CUTS = np.array([len(first) for first, _ in CONTRACTED], np.int64)
_LETTERS = np.array([[*map(ord, (first + second).ljust(_LENGTHS.max()))] for first, second in CONTRACTED], np.int64)
_LIKE_I = np.array([ord(character) for character in FOLDED["i"]], np.int64)
_I = ord("i")


@njit(**OPTIONS)
def lower(code):
    """Of ASCII's letters; other characters may become anything but a letter of ASCII."""
    return np.int64(code) | 0x20


@njit(**OPTIONS)
def put(starts, ends, kinds, count, start, end, kind):
    """One more token: their new number."""
    starts[count] = start
    ends[count] = end
    kinds[count] = kind
    return count + 1


@njit(**OPTIONS)
def put_word(codes, start, stop, mixed, classes, starts, ends, kinds, count):
    """The tokens of codes[start:stop], in which no space is left; −1 where the plain rules have to see the sentence.

    From its end, as the rules do: 's 'm 'd or ', then 'll 're 've or n't, then the word may be one of CONTRACTED.
    mixed: there is more in it than letters and digits of ASCII.
    """
    half = own = stop
    if mixed:
        half = _short_clitic(codes, start, stop)
        own = _long_clitic(codes, start, half)
    cut = _contraction(codes, start, own, mixed, classes)
    if cut < 0:
        return -1
    if cut > start:
        count = put(starts, ends, kinds, count, start, cut, SPAN)
    count = put(starts, ends, kinds, count, cut, own, SPAN)
    if own < half:
        count = put(starts, ends, kinds, count, own, half, SPAN)
    if half < stop:
        count = put(starts, ends, kinds, count, half, stop, SPAN)
    return count


@njit(**OPTIONS)
def _short_clitic(codes, start, stop):
    """Where 's, 'm, 'd or ' begins behind another character than '; `stop` without one."""
    if stop - start >= 2 and codes[stop - 1] == _QUOTE:
        return stop - 1 if codes[stop - 2] != _QUOTE else stop
    if stop - start >= 3 and codes[stop - 2] == _QUOTE and codes[stop - 3] != _QUOTE:
        letter = lower(codes[stop - 1])
        if letter == 115 or letter == 109 or letter == 100:  # s m d
            return stop - 2
    return stop


@njit(**OPTIONS)
def _long_clitic(codes, start, stop):
    """Where 'll, 're, 've or n't begins, all small or all capital; `stop` without one."""
    if stop - start < 4 or codes[stop - 4] == _QUOTE:
        return stop
    first, second, third = np.int64(codes[stop - 3]), np.int64(codes[stop - 2]), np.int64(codes[stop - 1])
    if first == _QUOTE and (second & 0x20) == (third & 0x20):
        second, third = lower(second), lower(third)
        if (second == 108 and third == 108) or ((second == 114 or second == 118) and third == 101):  # ll re ve
            return stop - 3
    if second == _QUOTE and ((first == 110 and third == 116) or (first == 78 and third == 84)):  # n't N'T
        return stop - 3
    return stop


@njit(**OPTIONS)
def _contraction(codes, start, stop, mixed, classes):
    """Where the second half begins if the whole word is a contraction; −1 if a part of it may be; else `start`."""
    for place in range(start, stop - 3 if mixed else min(start + 1, stop - 3)):
        if place > start and (classes[codes[place - 1]] & KIND) == PLAIN:
            continue
        row = _row(codes, place, stop)
        if row < 0:
            continue
        after = place + _LENGTHS[row]
        if after < stop:
            if row != _WANNA and (classes[codes[after]] & KIND) != PLAIN:
                return -1
        else:
            return place + _CUTS[row] if place == start else -1
    return start


@njit(**OPTIONS)
def _row(codes, place, stop):
    """The number of the contraction that codes[place:stop] begins with, or −1."""
    for row in range(len(_LENGTHS)):
        length = _LENGTHS[row]
        if lower(codes[place]) != _LETTERS[row, 0] or place + length > stop:
            continue
        matched = 1
        while matched < length and _same(np.int64(codes[place + matched]), _LETTERS[row, matched]):
            matched += 1
        if matched == length:
            return row
    return -1


@njit(**OPTIONS)
def _same(code, letter):
    """Is it the letter or apostrophe, as `re` sees it in `(?i)`?"""
    if letter == _QUOTE:
        return code == letter
    return lower(code) == letter or (letter == _I and (code == _LIKE_I[0] or code == _LIKE_I[1]))
