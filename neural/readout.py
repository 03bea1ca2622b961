"""What of a text's scores is its score: at its end, anywhere in it, or at its best end."""

import torch
from torch import Tensor

from neural.packing import Packed
from neural.semirings import LOG, REAL, TensorSemiring

READOUTS = ("end", "anywhere", "best")


def read_out(states: Tensor, final: Tensor, members: Tensor, owner: Tensor, K: TensorSemiring) -> Tensor:
    """⊕ over each pattern's states of score ⊗ final weight.

    Args:
        states: [n, state (, part)].
        final: [1, state (, part)].
        members: [i, pattern] → state; −1 for none.
        owner: [state] → pattern.
    """
    ended = K.times(states, final)
    if K == REAL:  # a third of the steps of what follows, which is the same
        return ended.new_zeros((len(ended), members.shape[1])).index_add(1, owner, ended)
    nothing = K.constant(K.zero, (len(ended), 1), ended)
    chosen = torch.cat([ended, nothing], 1)[:, members.flatten()]
    chosen = chosen.view(len(ended), *members.shape, *ended.shape[2:])
    if not members.shape[0]:
        return K.constant(K.zero, (len(ended), members.shape[1]), ended)
    return K.sum(chosen, 1)


def combine(prefixes: Tensor, empty: Tensor, x: Packed, K: TensorSemiring, readout: str) -> Tensor:
    """[token, pattern (, part)] scores of all prefixes → [text, pattern (, part)].

    "anywhere": ⊕ over the ends of all non-empty prefixes, what an automaton scores that keeps every match in a sink,
    divided by √length in REAL and LOG, so that long texts do not outweigh short ones. "best": the best of them. A text
    without tokens has its own score, `empty`.
    """
    best = readout == "best"
    lengths = x.lengths
    longest = max(1, int(lengths.amax())) if len(lengths) else 1
    places = x.offsets[:-1, None] + torch.arange(longest, device=lengths.device)
    inside = torch.arange(longest, device=lengths.device) < lengths[:, None]
    greatest = best and K in (REAL, LOG)  # whose ⊕ would add the ends up
    nothing = K.constant(-torch.inf if greatest else K.zero, (1, prefixes.shape[1]), prefixes)
    padded = torch.cat([prefixes, nothing])[torch.where(inside, places, len(prefixes))]
    total = padded.max(1).values if greatest else K.sum(padded, 1)
    if not best and K in (REAL, LOG):
        root = lengths.clamp_min(1).to(total.dtype).sqrt()[:, None]
        total = total / root if K == REAL else total - root.log()
    none = (lengths == 0).view(-1, *[1] * (total.dim() - 1))
    return torch.where(none, empty, total)
