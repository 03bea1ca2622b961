"""Adam whose step is followed by the exact proximal operator of the penalty, in the same metric."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from neural.bank import PatternBank
from sparsify.errors import GroupError
from sparsify.penalties.arrays import arrays, write_back
from sparsify.penalties.group_lasso import GroupLasso


class ProxAdam(torch.optim.Optimizer):
    """Proximal Adam with one second moment per pattern.

        m ← β₁ m + (1 − β₁) g                          g: gradient of the data loss only
        v_p ← β₂ v_p + (1 − β₂) mean of g² over pattern p
        d_p = √(v_p / (1 − β₂ᵗ)) + ε
        w_p ← prox_{(η/d_p) λ Ω} ( w_p − (η/d_p) m_p / (1 − β₁ᵗ) )

    One number d_p per pattern keeps the prox in closed form (also nested, where a diagonal metric has none), keeps the
    method independent of the basis of the word vectors, and has the same stationary points as any other metric.
    With λ = 0 it is Adam with a shared second moment. The penalty is never part of `g`, so clipping cannot weaken it.
    Sources: Yun, Lozano and Yang (2021); shared moments: Zhang et al. (2024, Adam-mini).

    Args:
        bank: the module whose weight and bias are trained.
        penalty: what is added to the loss.
        lr: step size η.
        strength: multiplier λ ≥ 0 of the penalty, one number or one per pattern; may be changed between steps in
            `param_groups[0]`.
        others: parameters without a penalty, which take steps of plain Adam.
    """

    def __init__(
        self,
        bank: PatternBank,
        penalty: GroupLasso,
        lr: float = 0.01,
        strength: float | Tensor = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        others: Sequence[Tensor] = (),
    ) -> None:
        if penalty.groups.layout is not bank.layout:
            raise GroupError("the penalty must be made from the layout of the bank that is trained (got another one).")
        defaults = {"lr": lr, "strength": strength, "betas": betas, "eps": eps}
        super().__init__([bank.weight, bank.bias, *others], defaults)
        self._bank = bank
        self._penalty = penalty
        self._others = list(others)
        row_pattern = penalty.groups.patterns[penalty.groups.row_group]
        sizes = torch.zeros(len(bank.layout.patterns), dtype=torch.int64)
        sizes.index_add_(0, penalty.groups.patterns, penalty.groups.sizes)
        self._row_pattern, self._sizes = row_pattern.numpy(), sizes.clamp_min(1).numpy()
        self._rates = np.zeros(len(sizes))

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, as any optimiser of torch does."""
        # The wrapper that torch puts around it imports torch._dynamo, which takes longer than reading all data.
        inspect.unwrap(torch.optim.Optimizer.add_param_group)(self, param_group)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step from the gradients that are there; `closure`, if given, computes them first."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.descend()
        return loss

    @torch.no_grad()
    def descend(self) -> None:
        """What `step` does, without the hooks that torch puts around it: the steps of a small model are short."""
        options = self.param_groups[0]
        for parameter in self._others:
            self._plain_step(parameter, options)
        if self._bank.weight.grad is None:
            return
        self._grouped_step(options)
        strength = options["strength"]
        strength = strength.detach().double().cpu().numpy() if isinstance(strength, Tensor) else np.asarray(strength)
        if np.any(strength > 0):
            self._penalty.prox_(self._bank, torch.from_numpy(self._rates * strength))

    def _grouped_step(self, options: dict[str, Any]) -> None:
        weight, bias = self._bank.weight, self._bank.bias
        state = self.state[weight]
        if not state:
            state["first"], state["bias_first"] = torch.zeros_like(weight), torch.zeros_like(bias)
            state["second"], state["step"] = torch.zeros(len(self._sizes), dtype=torch.float64), 0
        state["step"] += 1
        bias_grad = torch.zeros_like(bias) if bias.grad is None else bias.grad
        tensors = (weight, bias, weight.grad, bias_grad, state["first"], state["bias_first"], state["second"])
        found = arrays(*tensors)
        settings = (options["lr"], *options["betas"], options["eps"])
        kernels.grouped_adam(*found, self._row_pattern, self._sizes, *settings, state["step"], self._rates)
        write_back(tensors, found)

    def _plain_step(self, parameter: Tensor, options: dict[str, Any]) -> None:
        if parameter.grad is None:
            return
        state = self.state[parameter]
        if not state:
            state["first"], state["second"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
            state["step"] = 0
        state["step"] += 1
        tensors = (parameter, parameter.grad, state["first"], state["second"])
        found = arrays(*tensors)
        flat = [values.reshape(-1) for values in found]
        kernels.adam(*flat, options["lr"], *options["betas"], options["eps"], state["step"])
        for values, changed in zip(found, flat, strict=True):
            if not np.shares_memory(values, changed):  # of a transposed tensor `reshape` is a copy
                values[...] = changed.reshape(values.shape)
        write_back(tensors, found)
