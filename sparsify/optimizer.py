"""Adam whose step is followed by the exact proximal operator of the penalty, in the same metric."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from neural.bank import PatternBank
from sparsify.errors import GroupError
from sparsify.groups import row_squares
from sparsify.penalty import GroupLasso


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
        strength: multiplier λ ≥ 0 of the penalty; may be changed between steps in `param_groups[0]`.
    """

    def __init__(
        self,
        bank: PatternBank,
        penalty: GroupLasso,
        lr: float = 0.01,
        strength: float = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if penalty.groups.layout is not bank.layout:
            raise GroupError("the penalty must be made from the layout of the bank that is trained (got another one).")
        super().__init__([bank.weight, bank.bias], {"lr": lr, "strength": strength, "betas": betas, "eps": eps})
        self._bank = bank
        self._penalty = penalty
        self._row_pattern = penalty.groups.patterns[penalty.groups.row_group]
        self._pattern_size = torch.zeros(len(bank.layout.patterns)).index_add_(
            0, penalty.groups.patterns, penalty.groups.sizes.float()
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step from the gradients that are there; `closure`, if given, computes them first."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        weight, bias = self._bank.weight, self._bank.bias
        if weight.grad is None or bias.grad is None:
            return loss
        options = self.param_groups[0]
        sizes = self._step_sizes(weight.grad, bias.grad, options)
        row_step = sizes[self._row_pattern]
        for parameter, step in ((weight, row_step[:, None]), (bias, row_step[len(row_step) - len(bias) :])):
            parameter.sub_(step * self._momentum(parameter, options))
        if options["strength"] > 0:
            self._penalty.prox_(self._bank, sizes * options["strength"])
        return loss

    def _step_sizes(self, weight_grad: Tensor, bias_grad: Tensor, options: dict[str, Any]) -> Tensor:
        """η / d_p per pattern, after this step's gradient."""
        state = self.state[self._bank.weight]
        if not state:
            state["step"] = 0
            state["second"] = weight_grad.new_zeros(len(self._pattern_size))
        state["step"] += 1
        beta = options["betas"][1]
        total = torch.zeros_like(state["second"]).index_add_(0, self._row_pattern, row_squares(weight_grad, bias_grad))
        state["second"].lerp_(total / self._pattern_size.clamp_min(1).to(total.dtype), 1 - beta)
        return options["lr"] / ((state["second"] / (1 - beta ** state["step"])).sqrt() + options["eps"])

    def _momentum(self, parameter: Tensor, options: dict[str, Any]) -> Tensor:
        """The bias-corrected first moment, after this step's gradient."""
        state = self.state[parameter]
        first = state.setdefault("first", torch.zeros_like(parameter))
        beta = options["betas"][0]
        first.lerp_(parameter.grad, 1 - beta)
        return first / (1 - beta ** self.state[self._bank.weight]["step"])
