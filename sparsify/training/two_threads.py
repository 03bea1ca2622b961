"""Work on many models as two threads share it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from threading import Event
from typing import TypeVar

import torch

from sparsify.training.processes import ALONE
from sparsify.training.trainer import Training

T = TypeVar("T")
Submit = Callable[[Callable[[Event], T]], Callable[[], T]]
"""A job → what waits for its result."""

Job = Callable[[Sequence[int], Event], list[float]]
"""Places of models → one number for each; it may leave off once the event is set."""


@contextmanager
def beside(training: Training) -> Iterator[Submit[T]]:
    """Another thread for one job, where there are two on CPU.

    Several processes take one job after the other, since all must add up the same gradients at the same time.

    Yields:
        submit(job) → result: `result()` is what `job(stop)` returned, or its error. The job begins at once, and both
        threads use half of the processor from then on; without another thread it begins when its result is asked for.
        After an error here, or an interruption, `stop` is set: the job need not be finished.
    """
    stop, threads = Event(), torch.get_num_threads()
    if training.settings.threads < 2 or training.world != ALONE:
        yield lambda job: partial(job, stop)
        return
    half = max(1, threads // 2)
    try:
        with ThreadPoolExecutor(1, initializer=_thread, initargs=(half,)) as pool:

            def submit(job: Callable[[Event], T]) -> Callable[[], T]:
                torch.set_num_threads(half)
                return pool.submit(job, stop).result

            try:
                yield submit
            except BaseException:
                stop.set()
                raise
    finally:
        torch.set_num_threads(threads)


def until(stop: Event, steps: Iterable[T]) -> Iterator[T]:
    """The steps, as long as the event is not set."""
    return takewhile(lambda _: not stop.is_set(), steps)


def _thread(threads: int) -> None:
    """What torch keeps for every thread: how many others it may use, and that numbers below 1e-38 are zero."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def in_halves(costs: Sequence[float], job: Job, training: Training) -> list[float]:
    """job(places) for two halves of the models of about the same cost, `beside` each other.

    The halves do not depend on the number of threads, so neither does what comes out, but for the order of sums.
    """
    parts = halves(costs)
    with beside(training) as submit:
        later = [submit(partial(job, part)) for part in parts[1:]]
        found = [job(part, Event()) for part in parts[:1]] + [result() for result in later]
    values = {
        place: value for part, own in zip(parts, found, strict=True) for place, value in zip(part, own, strict=True)
    }
    return [values[place] for place in range(len(costs))]


def halves(costs: Sequence[float]) -> list[list[int]]:
    """Places in at most two lists, the next most costly one in the list that costs less so far."""
    found: list[list[int]] = [[], []]
    totals = [0.0, 0.0]
    for place in sorted(range(len(costs)), key=lambda place: -costs[place]):
        cheaper = int(totals[1] < totals[0])
        found[cheaper].append(place)
        totals[cheaper] += costs[place]
    return [sorted(part) for part in found if part]
