"""Work on many models as two threads share it: models do not wait for each other's steps."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import takewhile
from threading import Event
from typing import TypeVar

import torch

from sparsify.training.processes import ALONE, World
from sparsify.training.processor import set_thread

T = TypeVar("T")
Job = Callable[[Sequence[int], Event], Sequence[T]]
"""Places of models → a result for each; it may leave off once the event is set."""


def in_halves(costs: Sequence[float], job: Job[T], threads: int, world: World) -> list[T]:
    """job(places) for two halves of the models of about the same cost, in the order of the models.

    The second half has a thread of its own where there are two on CPU; both use half of the processor then. The halves
    do not depend on the number of threads, so neither does what comes out, but for the order of sums. Several
    processes take one half after the other, since all must add up the same gradients at the same time. After an error
    or an interruption of one half, the event of both is set.
    """
    parts = halves(costs)
    if len(parts) < 2 or threads < 2 or world != ALONE:
        with half_of_the_processor():
            found = [job(part, Event()) for part in parts]
    else:
        found = _beside(parts, job)
    values = {
        place: value for part, own in zip(parts, found, strict=True) for place, value in zip(part, own, strict=True)
    }
    return [values[place] for place in range(len(costs))]


@contextmanager
def half_of_the_processor() -> Iterator[None]:
    """As many threads as a half has. Gradients of many texts add up in as many parts as there are threads, and hundreds
    of steps along the curvature make a difference in rounding large: work that one model has for itself is done as if
    there were another beside it, so that one thread and two give the same bytes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads // 2))
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _beside(parts: Sequence[Sequence[int]], job: Job[T]) -> list[Sequence[T]]:
    stop, threads = Event(), torch.get_num_threads()
    half = max(1, threads // 2)
    torch.set_num_threads(half)
    try:
        with ThreadPoolExecutor(1, initializer=set_thread, initargs=(half,)) as pool:
            later = pool.submit(job, parts[1], stop)
            later.add_done_callback(lambda done: stop.set() if done.exception() is not None else None)
            try:
                return [job(parts[0], stop), later.result()]
            except BaseException:
                stop.set()
                raise
    finally:
        torch.set_num_threads(threads)


def until(stop: Event, steps: Iterable[T]) -> Iterator[T]:
    """The steps, as long as the event is not set."""
    return takewhile(lambda _: not stop.is_set(), steps)


def halves(costs: Sequence[float]) -> list[list[int]]:
    """Places in at most two lists, the next most costly one in the list that costs less so far."""
    found: list[list[int]] = [[], []]
    totals = [0.0, 0.0]
    for place in sorted(range(len(costs)), key=lambda place: -costs[place]):
        cheaper = int(totals[1] < totals[0])
        found[cheaper].append(place)
        totals[cheaper] += costs[place]
    return [sorted(part) for part in found if part]
