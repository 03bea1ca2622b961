"""Adam, by number and by pattern. Sources: Kingma and Ba (2015); shared moments: Zhang et al. (2024, Adam-mini)."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from sparsify.penalties.arrays import arrays, write_back

Block = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(values [row, n], one more number for the last rows, [row] → owner): see `sparsify.penalties.blocks`."""

_BETAS, _EPS = (0.9, 0.999), 1e-8


class Adam:
    """Plain Adam; parameters without a gradient stay.

    Args:
        lr: step size η.
        weight_decay: d: the gradient is taken for g + d w, after clipping (ℓ2 regularisation; not decoupled).
    """

    def __init__(self, parameters: Sequence[Tensor], lr: float, weight_decay: float = 0.0) -> None:
        self.lr, self._decay, self._steps = lr, weight_decay, 0
        self._own = [(parameter, torch.zeros_like(parameter), torch.zeros_like(parameter)) for parameter in parameters]

    @torch.no_grad()
    def step(self) -> None:
        """One step from the gradients that are there."""
        self._steps += 1
        for parameter, first, second in self._own:
            if parameter.grad is None:
                continue
            gradient = parameter.grad.add(parameter, alpha=self._decay)
            tensors = (parameter, gradient, first, second)
            found = arrays(*tensors)
            kernels.adam(*(values.reshape(-1) for values in found), self.lr, *_BETAS, _EPS, self._steps)
            write_back(tensors, found)


class PatternAdam:
    """Adam with one second moment per pattern, on blocks of rows (`sparsify.penalties.blocks`); see `ProxAdam`.

    Args:
        sizes: [pattern]: the numbers whose squared gradients its second moment is the mean of.
        lr: step size η.
    """

    def __init__(self, sizes: np.ndarray, lr: float) -> None:
        self._sizes, self._lr = sizes, lr
        self._second, self._steps = np.zeros(len(sizes)), 0
        self._firsts: list[tuple[np.ndarray, np.ndarray]] = []

    def step(self, values: Sequence[Block], gradients: Sequence[Block]) -> np.ndarray:
        """Move `values` in place; returns [pattern], the step size of each."""
        if not self._steps:
            self._firsts = [(np.zeros_like(weight), np.zeros_like(bias)) for weight, bias, _ in values]
        self._steps += 1
        squares, rates = np.zeros(len(self._sizes)), np.zeros(len(self._sizes))
        for block in gradients:
            kernels.add_squares(*block, squares)
        beta1, beta2 = _BETAS
        kernels.step_sizes(squares, self._second, self._sizes, self._lr, beta2, _EPS, self._steps, rates)
        for (weight, bias, owner), (gw, gb, _), first in zip(values, gradients, self._firsts, strict=True):
            kernels.descend(weight, bias, gw, gb, *first, owner, rates, beta1, self._steps)
        return rates
