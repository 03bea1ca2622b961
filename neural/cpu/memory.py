"""Memory for large results, kept from step to step: the system would take a tenth of a step to give it page by page."""

import sys
from collections.abc import Sequence
from threading import local

import numpy as np

_LINE = 64
"""Bytes of a line of the processor's cache."""

_KEPT = range(1 << 16, (1 << 24) + 1)
"""Bytes of what is kept. What is smaller costs nothing to get; where more is needed, a step takes long anyway."""

_MOST = 4
"""Memories of one size that a thread keeps."""


class _Store(local):
    """Each thread has its own, so that no two can take the same memory."""

    def __init__(self) -> None:
        self.memories: dict[int, list[np.ndarray]] = {}


_store = _Store()


def room(rows: int, width: int, like: np.ndarray) -> np.ndarray:
    """[rows, width] to be filled, of the type of `like`, from the beginning of a line on.

    numpy asks the system for large pages where an array is large, torch does not; small ones take time to be had, and
    to be walked over.
    """
    size = rows * width * like.itemsize
    memory = _memory(size + _LINE)
    skipped = -memory.ctypes.data % _LINE
    return memory[skipped : skipped + size].view(like.dtype).reshape(rows, width)


def _memory(size: int) -> np.ndarray:
    """So many bytes or more that nothing refers to."""
    space = 1 << (size - 1).bit_length()
    if space not in _KEPT:
        return np.empty(size, np.uint8)
    kept = _store.memories.setdefault(space, [])
    for memory, references in zip(kept, _references(kept), strict=True):
        if references == _UNUSED:
            return memory
    memory = np.empty(space, np.uint8)
    if len(kept) < _MOST:
        kept.append(memory)
    return memory


def _references(memories: Sequence[np.ndarray]) -> list[int]:
    """Every array that lies in a memory, and every tensor over such an array, refers to it."""
    return [sys.getrefcount(memory) for memory in memories]


_UNUSED = _references([np.empty(0)])[0]
