"""Sharing a batch among threads."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

import numpy as np
import torch

_WORTHWHILE = 400_000
"""Numbers of history per thread, tokens · states: below that a thread would take longer to wake than to work."""


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


def _without_threads() -> None:
    """A fork has none of its parent's threads: not these, and not torch's, for which a product would wait for ever."""
    _pool.cache_clear()
    torch.set_num_threads(1)  # as torch's own data loaders do in their workers


os.register_at_fork(after_in_child=_without_threads)


def shares(offsets: np.ndarray, states: int) -> list[tuple[int, int]]:
    """Cut the texts [first, last) into as many parts of like size as torch has threads and the work is worth."""
    texts, tokens = len(offsets) - 1, int(offsets[-1]) if len(offsets) else 0
    parts = max(1, min(torch.get_num_threads(), texts, tokens * states // _WORTHWHILE))
    if parts == 1:
        return [(0, texts)]
    cuts = np.searchsorted(offsets, np.linspace(0, tokens, parts + 1)[1:-1])
    bounds = [0, *cuts.tolist(), texts]
    return [(a, b) for a, b in pairwise(bounds) if a < b]


def each(parts: list[tuple[int, int]], work: Callable[[int, int, int], None]) -> None:
    """work(part, first, last) for each part, on as many threads."""
    if len(parts) <= 1:
        for first, last in parts:
            work(0, first, last)
        return
    jobs = [_pool(len(parts)).submit(work, i, first, last) for i, (first, last) in enumerate(parts)]
    for job in jobs:
        job.result()
