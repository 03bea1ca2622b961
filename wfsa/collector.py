"""The garbage collector's pause while tables are made that have as many objects as an automaton has arcs."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection meanwhile, if there would have been any: for work that makes many objects and no cycles.

    Every quarter more objects, the collector walks through all there are, the automaton's and torch's 300,000 too: two
    thirds of the time that 20,000 arcs take to compile, and more of what an index of a million takes.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
