"""A stream of bytes in blocks: memory does not grow with a file."""

from typing import BinaryIO

import numpy as np

SIZE = 1 << 20


class Blocks:
    """The next bytes of a stream; what a reader has not used comes again, with more behind it.

    Attributes:
        octets: the bytes that are at hand are the first `filled` of these.
        ended: nothing comes behind them.
    """

    def __init__(self, stream: BinaryIO, size: int = SIZE) -> None:
        self._stream = stream
        self.octets = bytearray(size)
        self.filled, self.ended = 0, False
        self.advance(0)

    def advance(self, used: int) -> None:
        """Drop the first `used` bytes, and read more until there is no room or the stream ends."""
        left = self.filled - used
        self.octets[:left] = self.octets[used : self.filled]
        self.filled = left
        with memoryview(self.octets) as room:
            while self.filled < len(room) and not self.ended:
                count = self._stream.readinto(room[self.filled :])  # type: ignore[attr-defined]  # BinaryIO has it not
                self.filled += count
                self.ended = not count

    def array(self) -> np.ndarray:
        """[filled], uint8: the bytes that are at hand, until `advance` is called."""
        return np.frombuffer(self.octets, np.uint8, self.filled)
