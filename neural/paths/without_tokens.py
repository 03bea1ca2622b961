"""Scores of a text from which single tokens are kept: what every token is worth."""

from dataclasses import replace

import torch
from torch import Tensor

from neural.bank import PatternBank
from neural.batches.packing import Packed
from neural.readout import at_last, read_on
from neural.scans.reference import scan

_TOKENS = 200_000
"""Tokens that are scanned at once."""


@torch.no_grad()
def scores_without(bank: PatternBank, x: Packed) -> Tensor:
    """[t, pattern]: the scores of the one text `x` where no arc between two states may read token t.

    Self-loops go on reading it, and so do arcs of constant weight: the text keeps its length. It is for any readout.

    Cost: O(tokens² · columns).
    """
    length = len(x.rows)
    every = [_without(bank, x, places) for places in torch.arange(length).split(max(1, _TOKENS // max(1, length)))]
    return torch.cat(every) if every else bank.weight.new_zeros(0, len(bank.layout.patterns))


def _without(bank: PatternBank, x: Packed, places: Tensor) -> Tensor:
    """One copy of the text for each of `places`, over rows of which a second copy has no weight on main arcs."""
    layout, steps, length = bank.layout, bank.steps(x), len(x.rows)
    sources, targets = torch.from_numpy(layout.ends[: layout.varying].T)
    main = sources != targets
    shape = [1, -1] + [1] * (steps.weights.dim() - 2)
    zero = bank.K.constant(bank.K.zero, (1, 1), steps.weights)
    without = torch.where(main.view(shape), zero, steps.weights)
    rows = x.rows.repeat(len(places), 1)
    rows[torch.arange(len(places)), places] += len(steps.weights)
    copies = Packed(x.data, rows.flatten(), torch.arange(len(places) + 1) * length)
    start = bank.start(len(places))
    steps = replace(
        steps, weights=torch.cat([steps.weights, without]), rows=copies.rows, offsets=copies.offsets, initial=start
    )
    history = scan(steps, bank.plan, bank.K, True)
    prefixes, empty = bank.read_out(history), bank.read_out(start)
    return read_on(prefixes, empty, copies, bank.K, bank.readout, None, [at_last(history, start, copies)]).scores
