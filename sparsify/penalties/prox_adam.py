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
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import as_blocks, parameters_of, pattern_rows


class ProxAdam(torch.optim.Optimizer):
    """Proximal Adam with one second moment per pattern.

        m ← β₁ m + (1 − β₁) g                          g: gradient of the data loss only
        v_p ← β₂ v_p + (1 − β₂) mean of g² over pattern p
        d_p = √(v_p / (1 − β₂ᵗ)) + ε
        w_p ← prox_{(η/d_p) λ Ω} ( w_p − (η/d_p) m_p / (1 − β₁ᵗ) )

    One number d_p per pattern keeps the prox in closed form (also nested, where a diagonal metric has none), keeps the
    method independent of the basis of the word vectors, and has the same stationary points as any other metric.
    With λ = 0 it is Adam with a shared second moment. The penalty is never part of `g`, so clipping cannot weaken it.
    Parameters of a pattern that are in no group (of final weights, say) take the same steps, without the prox.
    Sources: Yun, Lozano and Yang (2021); shared moments: Zhang et al. (2024, Adam-mini).

    Args:
        bank: the module whose parameters are trained.
        penalty: what is added to the loss.
        lr: step size η.
        strength: multiplier λ ≥ 0 of the penalty, one number or one per pattern; may be changed between steps in
            `param_groups[0]`.
        others: parameters without a penalty, which take steps of plain Adam.

    Attributes:
        rows: every parameter of the bank → its pattern.
    """

    def __init__(
        self,
        bank: PatternBank,
        penalty: Penalty,
        lr: float = 0.01,
        strength: float | Tensor = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        others: Sequence[Tensor] = (),
    ) -> None:
        if penalty.groups.layout is not bank.layout:
            raise GroupError("the penalty must be made from the layout of the bank that is trained (got another one).")
        defaults = {"lr": lr, "strength": strength, "betas": betas, "eps": eps}
        super().__init__([*parameters_of(bank), *others], defaults)
        self.bank, self.penalty = bank, penalty
        self._others = list(others)
        self.rows = pattern_rows(bank.layout)
        self._sizes = self._count()
        self._rates = np.zeros(len(self._sizes))

    def _count(self) -> np.ndarray:
        """[pattern]: its parameters, at least 1."""
        layout, found = self.bank.layout, np.zeros(len(self.bank.layout.patterns), np.int64)
        np.add.at(found, self.rows.weight, layout.dim + np.array([linear.bias for linear in layout.rows], np.int64))
        np.add.at(found, self.rows.table, len(layout.alphabet))
        np.add.at(found, self.rows.scalars, 1)
        return found.clip(1)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, as any optimiser of torch does."""
        # The wrapper that torch puts around it imports torch._dynamo, which takes longer than reading all data.
        inspect.unwrap(torch.optim.Optimizer.add_param_group)(self, param_group)

    def set_strength(self, strength: float | Tensor) -> None:
        """Change the multiplier λ of the penalty, for all patterns or for each, [pattern]."""
        self.param_groups[0]["strength"] = strength

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
        if all(parameter.grad is None for parameter in parameters_of(self.bank)):
            return
        self._grouped_step(options)
        strength = options["strength"]
        strength = strength.detach().double().cpu().numpy() if isinstance(strength, Tensor) else np.asarray(strength)
        if np.any(strength > 0):
            self.penalty.prox_(self.bank, torch.from_numpy(self._rates * strength))

    def _grouped_step(self, options: dict[str, Any]) -> None:
        """All parameters of the bank, each at the step size of its pattern."""
        parameters = parameters_of(self.bank)
        state, (beta1, beta2) = self.state[parameters[0]], options["betas"]
        if not state:
            state["second"], state["step"] = torch.zeros(len(self._sizes), dtype=torch.float64), 0
            for parameter in parameters:
                self.state[parameter]["first"] = torch.zeros_like(parameter)
        state["step"] += 1
        gradients = [torch.zeros_like(own) if own.grad is None else own.grad for own in parameters]
        firsts = [self.state[parameter]["first"] for parameter in parameters]
        values, slopes, moments = arrays(*parameters), arrays(*gradients), arrays(*firsts)
        squares, (second,) = np.zeros(len(self._sizes)), arrays(state["second"])
        for gw, gb, owner in as_blocks(slopes, self.rows):
            kernels.add_squares(gw, gb, owner, squares)
        numbers = (options["lr"], beta2, options["eps"], state["step"])
        kernels.step_sizes(squares, second, self._sizes, *numbers, self._rates)
        blocks = (as_blocks(found, self.rows) for found in (values, slopes, moments))
        for (weight, bias, owner), (gw, gb, _), (mw, mb, _) in zip(*blocks, strict=True):
            kernels.descend(weight, bias, gw, gb, mw, mb, owner, self._rates, beta1, state["step"])
        write_back([*parameters, *firsts, state["second"]], [*values, *moments, second])

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
