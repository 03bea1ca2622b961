"""Work on many models as two threads share it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch

from sparsify.training import Training

Job = Callable[[Sequence[int]], list[float]]
"""Places of models → one number for each."""


def in_halves(costs: Sequence[float], job: Job, training: Training) -> list[float]:
    """job(places) for two halves of the models of about the same cost, at once where there are two threads.

    The halves do not depend on the number of threads, so neither does what comes out. Several processes take one half
    after the other, since all must add up the same gradients at the same time.
    """
    halves = _halves(costs)
    threads = torch.get_num_threads()
    if training.settings.threads > 1 and training.world.size == 1 and len(halves) > 1:
        try:
            with ThreadPoolExecutor(2, initializer=_thread, initargs=(max(1, threads // 2),)) as pool:
                found = list(pool.map(job, halves))
        finally:
            torch.set_num_threads(threads)
    else:
        found = [job(half) for half in halves]
    values = {
        place: value for half, own in zip(halves, found, strict=True) for place, value in zip(half, own, strict=True)
    }
    return [values[place] for place in range(len(costs))]


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
