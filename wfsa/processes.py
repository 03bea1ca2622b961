"""Processes that help another one and end with it, also when it is killed."""

import os
import time
from threading import Thread

_PAUSE = 0.2
"""Seconds between two looks."""


def end_with(parent: int) -> None:
    """Let this process end, from now on, when the process `parent`, which started it, does."""
    Thread(target=_watch, args=(parent,), daemon=True, name="end-with-parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:  # an orphan is given another
        time.sleep(_PAUSE)
    os._exit(1)
