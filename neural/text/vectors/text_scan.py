"""Compiled: which lines of a text table matter, and decimal numbers → float32.

A line is looked at in Python where a wanted word may stand on it, or where it is not a word, single blanks and as many
numbers as there should be. Of all others only blanks are counted.
"""

import numpy as np

from neural.scans.cpu.hashing import hashed
from neural.scans.cpu.kernel import kernel

NEWLINE, RETURN, BLANK, TAB = 10, 13, 32, 9
_DOT, _PLUS, _MINUS, _ZERO, _E = map(ord, ".+-0e")

_LOW, _HIGH = -70, 40
_POWERS = np.array([float(f"1e{power}") for power in range(_LOW, _HIGH + 1)])
_FULL = np.uint64(10**18)
"""A mantissa of so many digits takes no more: they are below all that float32 can tell."""
_SLACK = 2.0**-50
"""Beyond the relative error of a mantissa, a power and their product in float64: each rounds by 2⁻⁵³ at most."""

scanner = kernel(_nrt=False)
exact = kernel(_nrt=False, fastmath=False)
"""For kernels whose every bit counts, also the sign of a zero."""


@scanner
def _is_blank(octet):
    return octet in (BLANK, TAB)


@scanner
def fill_sieve(octets, bounds, sieve):
    """Mark the places of the words octets[bounds[i]:bounds[i + 1]]."""
    mask = np.uint64(len(sieve) - 1)
    for word in range(len(bounds) - 1):
        sieve[np.int64(hashed(octets, bounds[word], bounds[word + 1]) & mask)] = True


@scanner
def is_utf8(octets, place, stop):
    """Are octets[place:stop] text?"""
    while place < stop:
        first, more = octets[place], 0
        if first >= 0x80:
            more = 1 + (first >= 0xE0) + (first >= 0xF0)
            if first < 0xC2 or first > 0xF4 or place + more >= stop:
                return False
            low = 0xA0 if first == 0xE0 else 0x90 if first == 0xF0 else 0x80
            high = 0x9F if first == 0xED else 0x8F if first == 0xF4 else 0xBF
            if not low <= octets[place + 1] <= high:
                return False
            for k in range(place + 2, place + more + 1):
                if octets[k] & 0xC0 != 0x80:
                    return False
        place += more + 1
    return True


@scanner
def find_lines(octets, ends, start, dim, sieve, found):
    """Look at the lines that begin at `start` and end at `ends`, until `found` is full.

    Args:
        sieve: [2^k] where a wanted word has its place; of length one: all are wanted.
        found: [at most, 4] gets index, start, end of the word, end, of each line to look at, also where a word is not
            UTF-8; −1 for the end of the word where a line is unusual.

    Returns:
        (lines gone through, entries of `found`, lines that are not blank).
    """
    mask, count, full = np.uint64(len(sieve) - 1), 0, 0
    for line in range(len(ends)):
        if count == len(found):
            return line, count, full
        end = ends[line]
        blanks, nuls = 0, 0
        for place in range(start, end):
            blanks += (octets[place] == BLANK) | (octets[place] == TAB)
            nuls |= octets[place] == 0
        stop = end
        while stop > start and (_is_blank(octets[stop - 1]) or octets[stop - 1] == RETURN):
            stop -= 1
            blanks -= _is_blank(octets[stop])
        if stop > start:
            full += 1
            word, high = start, 0
            while word < stop and not _is_blank(octets[word]):
                high |= octets[word]
                word += 1
            usual = word > start and blanks == dim and not nuls
            wanted = not usual or mask == 0 or sieve[np.int64(hashed(octets, start, word) & mask)]
            if wanted or (high >= 0x80 and not is_utf8(octets, start, word)):
                found[count, 0], found[count, 1], found[count, 3] = line, start, stop
                found[count, 2] = word if usual else -1
                count += 1
        start = end + 1
    return len(ends), count, full


@exact
def read_numbers(octets, found, values, good):
    """values[i] gets the numbers of the line found[i]; good[i] says whether they are certain to be right."""
    for row in range(len(found)):
        good[row] = found[row, 2] >= 0 and _read_line(octets, found[row, 2], found[row, 3], values[row])


@exact
def _read_line(octets, place, end, into):
    for k in range(len(into)):
        if place >= end or octets[place] not in (BLANK, TAB):
            return False
        place, into[k] = _number(octets, place + 1, end)
        if place < 0:
            return False
    return place == end


@exact
def _number(octets, place, end):
    """(where a decimal number ends, its value); −1: Python has to see it.

    The product of mantissa and power is off by little in float64. Where all that it may stand for rounds to one
    float32, that is the number's, too.
    """
    negative = place < end and octets[place] == _MINUS
    if place < end and (octets[place] == _MINUS or octets[place] == _PLUS):
        place += 1
    mantissa, power, digits, point = np.uint64(0), 0, 0, False
    while place < end:
        digit = int(octets[place]) - _ZERO
        if 0 <= digit <= 9:
            digits += 1
            if mantissa < _FULL:
                mantissa = mantissa * np.uint64(10) + np.uint64(digit)
                power -= point
            else:
                power += not point
        elif octets[place] == _DOT and not point:
            point = True
        else:
            break
        place += 1
    if place < end and (octets[place] | 0x20) == _E:
        place, exponent = _exponent(octets, place + 1, end)
        power += exponent
    if digits == 0 or place < 0:
        return -1, np.float32(0)
    if mantissa == 0:
        return place, np.float32(-0.0) if negative else np.float32(0.0)
    if power < _LOW or power > _HIGH:
        return -1, np.float32(0)
    value = np.float64(mantissa)
    value = value / _POWERS[-power - _LOW] if power < 0 and -power <= _HIGH else value * _POWERS[power - _LOW]
    low, high = np.float32(value * (1 - _SLACK)), np.float32(value * (1 + _SLACK))
    if low != high or not np.isfinite(high):
        return -1, np.float32(0)
    return place, -high if negative else high


@exact
def _exponent(octets, place, end):
    negative = place < end and octets[place] == _MINUS
    if place < end and (octets[place] == _MINUS or octets[place] == _PLUS):
        place += 1
    exponent, digits = 0, 0
    while place < end and _ZERO <= octets[place] <= _ZERO + 9 and digits < 5:
        exponent = exponent * 10 + int(octets[place]) - _ZERO
        digits += 1
        place += 1
    if digits == 0:
        return -1, 0
    return place, -exponent if negative else exponent
