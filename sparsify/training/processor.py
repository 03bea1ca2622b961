"""How much of the processor torch takes, and what it does with tiny numbers: settings of every thread."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def processor(threads: int) -> Iterator[None]:
    """Set threads, and flush numbers below 1e-38 to zero, which would make all work many times slower."""
    before = torch.get_num_threads()
    set_thread(threads)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def set_thread(threads: int) -> None:
    """What torch keeps for every thread: how many others it may use, and that numbers below 1e-38 are zero."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
