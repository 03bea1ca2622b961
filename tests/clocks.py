"""How long something takes, however busy the machine is."""

import gc
import time
from collections.abc import Callable


def seconds(job: Callable[[], object], tries: int = 3, enough: float = 0.0) -> float:
    """The least processor time of a few tries, without the garbage collector: it costs what other tests left behind.

    The first try below `enough` is the last.
    """
    clocks: list[float] = []
    while len(clocks) < tries and not (clocks and clocks[-1] < enough):
        gc.collect()
        gc.disable()
        try:
            started = time.process_time()
            job()
            clocks.append(time.process_time() - started)
        finally:
            gc.enable()
    return min(clocks)
