"""Work on many models as two threads share it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import torch

from sparsify.training import Training
from sparsify.world import ALONE

Job = Callable[[Sequence[int], Event], list[float]]
"""Places of models → one number for each; it may leave off once the event is set."""


def in_halves(costs: Sequence[float], job: Job, training: Training) -> list[float]:
    """job(places) for two halves of the models of about the same cost, at once where there are two threads on CPU.

    The halves do not depend on the number of threads, so neither does what comes out, but for the order of sums.
    Several processes take one half after the other, since all must add up the same gradients at the same time.
    """
    halves, stop = _halves(costs), Event()
    at_once = training.settings.threads > 1 and training.world == ALONE and len(halves) > 1
    found = _at_once(halves, job, stop) if at_once else [job(half, stop) for half in halves]
    values = {
        place: value for half, own in zip(halves, found, strict=True) for place, value in zip(half, own, strict=True)
    }
    return [values[place] for place in range(len(costs))]


def _at_once(halves: Sequence[Sequence[int]], job: Job, stop: Event) -> list[list[float]]:
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(2, initializer=_thread, initargs=(max(1, threads // 2),)) as pool:
            try:
                return list(pool.map(job, halves, [stop] * len(halves)))
            except BaseException:  # an interruption, too: the other half need not be waited for
                stop.set()
                raise
    finally:
        torch.set_num_threads(threads)


def _thread(threads: int) -> None:
    """What torch keeps for every thread: how many others it may use, and that numbers below 1e-38 are zero."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def _halves(costs: Sequence[float]) -> list[list[int]]:
    """Places in two lists, the next most costly one to the list that costs less so far."""
    halves: list[list[int]] = [[], []]
    totals = [0.0, 0.0]
    for place in sorted(range(len(costs)), key=lambda place: -costs[place]):
        cheaper = int(totals[1] < totals[0])
        halves[cheaper].append(place)
        totals[cheaper] += costs[place]
    return [sorted(half) for half in halves if half]
