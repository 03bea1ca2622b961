"""The recurrence: state scores after the last token of every text. `scan_ref` is what every kernel must equal."""

from collections.abc import Sequence

import torch
from torch import Tensor

from neural.semirings import TensorSemiring


def scan_ref(
    weights: Sequence[Tensor], sources: Sequence[Tensor | None], initial: Tensor, sizes: Sequence[int],
    K: TensorSemiring,
) -> Tensor:
    """Run every automaton over every text of a packed batch, in plain torch.

        c[t][q] = ⊕ over slots s of  c[t−1][source(s, q)] ⊗ weight(s, q)[t]

    Args:
        weights: per slot, [token, state]: the weight of the arc that enters the state in that slot; 0̄ if none.
        sources: per slot, [state] → the state the arc comes from; None for "itself".
        initial: [text, state]: the scores before the first token.
        sizes: how many texts, longest first, have a token at each time step.
        K: the semiring.

    Returns:
        [text, state]: each text's scores after its own last token.

    Cost: O(tokens · slots · states), in as many steps as the longest text has tokens.
    """
    scores = initial
    finished: list[Tensor] = []
    steps = [weight.split(list(sizes)) for weight in weights]
    for time, size in enumerate(sizes):
        if size < len(scores):
            finished.append(scores[size:])
            scores = scores[:size]
        into = [
            K.times(scores if source is None else scores.index_select(1, source), step[time])
            for source, step in zip(sources, steps, strict=True)
        ]
        scores = into[0]
        for more in into[1:]:
            scores = K.plus(scores, more)
    finished.append(scores)
    return torch.cat(finished[::-1])
