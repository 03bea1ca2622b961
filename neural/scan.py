"""The recurrence: state scores after the last token of every text.

`scan_ref` is plain torch, for every semiring and topology; it is what every kernel must equal. `scan` picks a kernel
where one serves.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from neural.kernel import RealScan, serves
from neural.semirings import REAL, TensorSemiring

Sources = Sequence[int | Tensor]


def scan(
    weights: Tensor, rows: Tensor, sources: Sources, initial: Tensor, sizes: Sequence[int], K: TensorSemiring
) -> Tensor:
    """`scan_ref`, by the fastest implementation for these arguments."""
    if K == REAL and serves(weights):  # not `is`: a copied bank has a copied semiring
        states = torch.arange(weights.shape[2])
        table = [(states - s) % len(states) if isinstance(s, int) else s for s in sources]
        stacked = torch.stack(table) if table else weights.new_zeros((0, weights.shape[2]), dtype=torch.int64)
        result: Tensor = RealScan.apply(weights, rows, stacked, initial, tuple(sizes))
        return result
    return scan_ref(weights, rows, sources, initial, sizes, K)


def scan_ref(
    weights: Tensor, rows: Tensor, sources: Sources, initial: Tensor, sizes: Sequence[int], K: TensorSemiring
) -> Tensor:
    """Run every automaton over every text of a packed batch, in plain torch.

        c[t][q] = ⊕ over slots s of  c[t−1][source(s, q)] ⊗ weight(s, q)[t]

    Args:
        weights: [row, slot, state]: the weight of the arc that enters the state in that slot; 0̄ if none.
        rows: [token] → row, tokens in packed order.
        sources: per slot, [state] → the state the arc comes from; or k, if that is k places before (cyclically).
        initial: [text, state]: the scores before the first token.
        sizes: how many texts, longest first, have a token at each time step.
        K: the semiring.

    Returns:
        [text, state]: each text's scores after its own last token.

    Cost: O(tokens · slots · states), in as many steps as the longest text has tokens.
    """
    scores = initial
    finished: list[Tensor] = []
    for step in rows.split(list(sizes)):
        if len(step) < len(scores):
            finished.append(scores[len(step) :])
            scores = scores[: len(step)]
        here = weights.index_select(0, step).unbind(1)
        into = [K.times(_moved(scores, source), weight) for source, weight in zip(sources, here, strict=True)]
        scores = into[0] if into else scores
        for more in into[1:]:
            scores = K.plus(scores, more)
    finished.append(scores)
    return torch.cat(finished[::-1])


def _moved(scores: Tensor, source: int | Tensor) -> Tensor:
    """[text, state] → at each state the score of its source."""
    if isinstance(source, Tensor):
        return scores.index_select(1, source)
    # A shift costs a fifth of an index_select with its backward; chains need nothing else.
    return scores.roll(source, 1) if source else scores
