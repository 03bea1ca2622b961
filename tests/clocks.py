"""How long something takes, however busy the machine is."""

import time
from collections.abc import Callable


def seconds(job: Callable[[], object], tries: int = 3) -> float:
    """The least processor time of a few tries."""
    clocks = []
    for _ in range(tries):
        started = time.process_time()
        job()
        clocks.append(time.process_time() - started)
    return min(clocks)
