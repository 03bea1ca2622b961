"""The hash of a word, for the tables of compiled readers."""

import numpy as np

from neural.scans.cpu.kernel import kernel

_START, _FACTOR, _HALF = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(32)


@kernel(_nrt=False)
def hashed(codes, start, stop):
    """Of codes[start:stop], octets or code points: that of Fowler, Noll and Vo, its halves mixed, since tables take the
    lower bits."""
    value = _START
    for place in range(start, stop):
        value = (value ^ np.uint64(codes[place])) * _FACTOR
    return value ^ (value >> _HALF)
