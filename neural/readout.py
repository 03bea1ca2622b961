"""What of a text's scores is its score: at its end, anywhere in it, or at its best end."""

import numpy as np
import torch
from torch import Tensor

from neural.packing import Packed
from neural.semirings import LOG, REAL, TensorSemiring

READOUTS = ("end", "anywhere", "best")


def end_table(members: np.ndarray, final: np.ndarray) -> np.ndarray:
    """[1 or 2, i, pattern]: the states in which each pattern may end.

    Where patterns have different numbers of them, the first table repeats a state of the pattern instead, and the
    second one, which says where the final weight is, has the number of states.

    Args:
        members: [i, pattern] → state; −1 for none.
        final: [state]: may one end there?
    """
    columns = [[q for q in column if q >= 0] for column in members.T.tolist()]
    ends = [[q for q in column if final[q]] for column in columns]
    width = max([1, *map(len, ends)]) if len(final) else 0
    padding = [(column or [0])[0] for column in columns]
    states = [[*own, *[more] * (width - len(own))] for own, more in zip(ends, padding, strict=True)]
    weights = [[*own, *[len(final)] * (width - len(own))] for own in ends]
    tables = [states] if states == weights else [states, weights]
    return np.array(tables, dtype=np.int64).reshape(len(tables), len(ends), width).transpose(0, 2, 1).copy()


def read_out(states: Tensor, final: Tensor, ends: Tensor, K: TensorSemiring) -> Tensor:
    """⊕ over the states in which each pattern may end of score ⊗ final weight.

    Args:
        states: [n, state (, part)].
        final: [1, state (, part)].
        ends: see `end_table`.
    """
    width, patterns = ends.shape[1:]
    if not width:
        return K.constant(K.zero, (states.shape[0], patterns), states) + 0 * states.sum()  # a gradient all the same
    if len(ends) > 1:
        final = torch.cat([final, K.constant(K.zero, (1, 1), final)], 1)
    scores, weights = states.index_select(1, ends[0].flatten()), final.index_select(1, ends[-1].flatten())
    ended = K.times(scores, weights)
    return ended if width == 1 else K.sum(ended.view(states.shape[0], width, patterns, *ended.shape[2:]), 1)


def combine(prefixes: Tensor, empty: Tensor, x: Packed, K: TensorSemiring, readout: str) -> Tensor:
    """[token, pattern (, part)] scores of all prefixes → [text, pattern (, part)].

    "anywhere": ⊕ over the ends of all non-empty prefixes, what an automaton scores that keeps every match in a sink,
    divided by √length in REAL and LOG, so that long texts do not outweigh short ones. "best": the best of them. A text
    without tokens has its own score, `empty`.
    """
    best = readout == "best"
    lengths = x.lengths
    longest = torch.sym_max(1, lengths.amax().item()) if lengths.shape[0] else 1
    places = x.offsets[:-1, None] + torch.arange(longest, device=lengths.device)
    inside = torch.arange(longest, device=lengths.device) < lengths[:, None]
    greatest = best and K in (REAL, LOG)  # whose ⊕ would add the ends up
    nothing = K.constant(-torch.inf if greatest else K.zero, (1, prefixes.shape[1]), prefixes)
    padded = torch.cat([prefixes, nothing])[torch.where(inside, places, prefixes.shape[0])]
    total = padded.max(1).values if greatest else K.sum(padded, 1)
    if not best and K in (REAL, LOG):
        root = lengths.clamp_min(1).to(total.dtype).sqrt()[:, None]
        total = total / root if K == REAL else total - root.log()
    none = (lengths == 0).view(-1, *[1] * (total.dim() - 1))
    return torch.where(none, empty, total)
