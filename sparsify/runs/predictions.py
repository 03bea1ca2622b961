"""Predictions for texts of any number: read, scored and given on block by block, in their order, in constant memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from sparsify.data.rows import Row
from sparsify.model import Model
from sparsify.training.encoded import pattern_scores
from sparsify.training.processor import processor, set_thread
from wfsa.errors import UserError

_TEXTS, _CHARACTERS = 4096, 1 << 21
"""Of a block, at the most, but for one text that is longer: larger ones are not faster."""


@dataclass(frozen=True)
class Block:
    """Some texts, and what a model says of them.

    Attributes:
        scores: [text, pattern]: pathsums.
        chances: [text, class]: probabilities.
    """

    rows: Sequence[Row]
    scores: np.ndarray
    chances: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)


def predictions(model: Model, rows: Iterable[Row], threads: int = 1) -> Iterator[Block]:
    """What `model` says of the texts of `rows`, in their order; it does not depend on the number of threads.

    Raises:
        UserError, OSError: what going through `rows` raises, after the predictions for all texts before.
    """
    ends: list[UserError | OSError] = []
    blocks = _blocks(rows, ends)

    def block(own: Sequence[Row]) -> Block:
        scores = pattern_scores(model.classifier, model.read([row.text for row in own]))
        return Block(own, scores.numpy(), model.classifier.classify(scores).detach().double().softmax(1).numpy())

    if threads == 1 or not model.encoder.static:  # what makes contextual vectors shares its work out itself
        with processor(threads):
            yield from map(block, blocks)
    else:
        yield from _in_order(block, blocks, threads)
    if ends:
        raise ends[0]


def _blocks(rows: Iterable[Row], ends: list[UserError | OSError]) -> Iterator[list[Row]]:
    """The rows in blocks; what ends them early is put into `ends`."""
    block: list[Row] = []
    size = 0
    try:
        for row in rows:
            block.append(row)
            size += len(row.text)
            if len(block) == _TEXTS or size >= _CHARACTERS:
                yield block
                block, size = [], 0
    except (UserError, OSError) as error:
        ends.append(error)
    if block:
        yield block


def _in_order(job: Callable[[Sequence[Row]], Block], blocks: Iterable[Sequence[Row]], threads: int) -> Iterator[Block]:
    """job(block) for every block, by threads that are at most one block each ahead of whoever takes them."""
    pending: deque[Future[Block]] = deque()
    pool = ThreadPoolExecutor(threads, initializer=set_thread, initargs=(1,))
    try:
        for block in blocks:
            pending.append(pool.submit(job, block))
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
