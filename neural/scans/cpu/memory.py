"""Memory for large results, kept from step to step: the system would give it anew page by page, which takes time."""

import sys

import numpy as np

_LINE = 64
"""Bytes of a line of the processor's cache."""

_KEPT = range(1 << 16, (1 << 26) + 1)
"""Bytes of what is kept. What is smaller costs nothing to get; where more is needed, a step takes long anyway."""


def _most(space: int) -> int:
    """Memories of one size that are kept: 320 MB altogether, where all sizes are used."""
    return 4 if space <= 1 << 24 else 2


_memories: dict[int, list[np.ndarray]] = {}


def room(rows: int, width: int, like: np.ndarray) -> np.ndarray:
    """[rows, width] to be filled, of the type of `like`, from the beginning of a line on.

    numpy asks the system for large pages where an array is large, torch does not; small ones take time to be had, and
    to be walked over.
    """
    size = rows * width * like.itemsize
    space = 1 << (size + _LINE - 1).bit_length()
    kept = _memories.setdefault(space, []) if space in _KEPT else []
    memory, used = _unused(kept)
    if memory is None:
        memory = np.empty(space if space in _KEPT else size + _LINE, np.uint8)
    skipped = -memory.ctypes.data % _LINE
    found: np.ndarray = memory[skipped : skipped + size].view(like.dtype).reshape(rows, width)
    kept[:0] = [*used, memory]  # not before something refers to it: whoever comes in between must not find it
    if len(kept) > _most(space):
        _pop(kept)
    return found


def _unused(kept: list[np.ndarray]) -> tuple[np.ndarray | None, list[np.ndarray]]:
    """The first memory that nothing else refers to, and those before it; all are taken out of those that are kept.

    Always the first, so that as few as can be take turns: what was used last may still be near the processor.
    """
    used: list[np.ndarray] = []
    while kept:
        memory, references = _pop(kept)
        if references == _UNUSED:
            return memory, used
        if memory is not None:
            used.append(memory)
    return None, used


def _pop(kept: list[np.ndarray]) -> tuple[np.ndarray | None, int]:
    """The first memory, and how many refer to it: all arrays that lie in it do, and all tensors over such arrays.

    Popping is one step for all threads. (None, 0) where others have been faster.
    """
    try:
        memory = kept.pop(0)
    except IndexError:
        return None, 0
    return memory, sys.getrefcount(memory)


_UNUSED = _pop([np.empty(0)])[1]
