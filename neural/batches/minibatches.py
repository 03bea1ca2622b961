"""Mini-batches of texts of like length, so that a batch takes as few time steps as its texts need."""

from collections.abc import Iterator

import numpy as np
import torch

_POOL = 20
"""Batches that are sorted by length together: enough for like lengths, few enough to mix the texts anew each epoch."""


def bucketed_batches(lengths: np.ndarray, batch_size: int, generator: torch.Generator) -> Iterator[np.ndarray]:
    """Every text once, in random batches of like length.

    Texts are shuffled, sorted by length within pools of 20 batches, cut, and the batches shuffled.

    Args:
        lengths: [text]: tokens per text.
        generator: the source of all randomness.

    Yields:
        [text of the batch] → place in `lengths`.
    """
    shuffled = torch.randperm(len(lengths), generator=generator).numpy()
    batches = []
    for start in range(0, len(shuffled), batch_size * _POOL):
        pool = shuffled[start : start + batch_size * _POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    for i in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[i]


def sorted_batches(lengths: np.ndarray, tokens: int) -> Iterator[np.ndarray]:
    """Every text once, in order of length, in batches of at most `tokens` tokens (or one text).

    The split depends on the lengths only, so the same texts always meet in the same batches.
    """
    batch: list[int] = []
    total = 0
    for place in np.argsort(lengths, kind="stable"):
        if batch and total + lengths[place] > tokens:
            yield np.array(batch)
            batch, total = [], 0
        batch.append(int(place))
        total += int(lengths[place])
    if batch:
        yield np.array(batch)
