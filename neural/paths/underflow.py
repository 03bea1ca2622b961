"""Pathsums that are 0 only because numbers end somewhere: said, since whoever asks for paths would find none."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from neural.bank import PatternBank
from neural.readout import read_out
from neural.scans.reference import Steps, scan
from neural.semirings.table import MAX_PLUS, TensorSemiring

_log = logging.getLogger("neural")


def warn_of_vanished(bank: PatternBank, steps: Steps, sums: Tensor) -> None:
    """Log a warning where `sums` [text, pattern] of steps on the CPU are 0 and there are paths of other weight.

    As `wfsa.paths.underflow`: where the sum over the sizes of the weights is 0 as well, no signs have cancelled.
    """
    if bank.K.additive is not False or bool(sums.all()):
        return  # only products vanish
    zero = sums == 0
    given = (steps.weights, steps.constants, steps.initial, bank.final_weights().detach().cpu())
    if any(bool((own < 0).any()) for own in given):
        zero = zero & (_sums(bank, steps, [own.detach().abs() for own in given], bank.K) == 0)
    paths = _sums(bank, steps, [_passable(own) for own in given], MAX_PLUS)
    places = (zero & (paths == 0)).nonzero().tolist()
    if places:
        text, pattern = places[0]
        _log.warning(
            "%d pathsums are so small that they are 0 in %s and have no paths here (pattern %d on text %d first); use "
            "%sa bank of logarithms in LOG or MAX_PLUS",
            len(places), str(sums.dtype).removeprefix("torch."), pattern, text,
            "" if sums.dtype == torch.float64 else "bank.double(), or ",
        )  # fmt: skip


def _sums(bank: PatternBank, steps: Steps, weights: Sequence[Tensor], K: TensorSemiring) -> Tensor:
    """The pathsums in K with other weights: of varying and constant columns, initial and final ones."""
    varying, constants, initial, final = weights
    other = replace(steps, weights=varying, constants=constants, initial=initial)
    return read_out(scan(other, bank.plan.cpu(), K), final, bank.ends.cpu(), K)


def _passable(weights: Tensor) -> Tensor:
    """1̄ of MAX_PLUS for what can be passed, 0̄ for the rest."""
    return torch.zeros_like(weights).masked_fill(weights == 0, -torch.inf).detach()
