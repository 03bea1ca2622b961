"""The words of a scanner's tokens, one a line."""

import numpy as np

from neural.text.penn_words import FIXED, SPAN, scanner

_LENGTHS = np.array([len(word) for word in FIXED], np.int64)
_LETTERS = np.array([[*map(ord, word.ljust(_LENGTHS.max()))] for word in FIXED], np.uint32)


@scanner
def spell(codes, tokens, into):
    r"""Write the words with a \n after each but the last into `into`: how much was written."""
    place = 0
    for token in tokens:
        kind, start, length = token & 7, token >> 32, (token & 0xFFFFFFFF) >> 3
        if kind == SPAN:
            for source in range(start, start + length):
                into[place] = codes[source]
                place += 1
        else:
            for source in range(_LENGTHS[kind]):
                into[place] = _LETTERS[kind, source]
                place += 1
        into[place] = 10
        place += 1
    return max(0, place - 1)
