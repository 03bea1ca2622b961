"""Adam whose step is followed by the exact proximal operator of the penalty, in the same metric."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from neural.bank import PatternBank
from sparsify.errors import GroupError
from sparsify.penalties.arrays import arrays, write_back
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import as_blocks, parameters_of, pattern_counts
from sparsify.penalties.checks import (
    can_move,
    check_kinds,
    check_options,
    check_state,
    refuse,
    strength_of,
)

_OPTIONS = {"params", "param_names", "lr", "betas", "eps"}
"""Of parameters beside the bank."""


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

    A step is taken only from finite numbers: else `step` raises DivergedError and has changed nothing. One that leads
    from them out of the range of floating point is refused at its end by the prox, where there is one, or as the next
    begins. It does what is documented of torch's optimisers: more groups of parameters, hooks, schedulers, states,
    copies.

    Args:
        bank: the module whose parameters are trained, all together.
        penalty: what is added to the loss.
        lr: step size η.
        strength: multiplier λ ≥ 0 of the penalty, one number or one per pattern; may be changed between steps by
            `set_strength`.
        others: parameters without a penalty, which take steps of plain Adam.

    Raises:
        GroupError: the penalty is not of this bank, or a parameter is given twice.
        ConfigError: a number is out of range.

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
        self.bank, self.penalty = bank, penalty
        defaults = {"lr": lr, "strength": strength, "betas": betas, "eps": eps}
        parameters = [*parameters_of(bank), *others]
        if len({id(parameter) for parameter in parameters}) < len(parameters):
            raise GroupError("every parameter is given once (got one twice); others are those that the bank has not.")
        super().__init__(parameters, defaults)
        self.rows, self._sizes = pattern_counts(self.bank.layout)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "bank": self.bank, "penalty": self.penalty}

    def __setstate__(self, state: dict[str, Any]) -> None:
        bank = state.get("bank") or self.bank  # a state that is loaded has no bank, a copy has its own
        check_state(state, parameters_of(bank), len(bank.layout.patterns))
        super().__setstate__(state)
        self.rows, self._sizes = pattern_counts(self.bank.layout)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, which take steps of plain Adam with an lr, betas and eps of their own, if given.

        Raises:
            GroupError: another option is given, or a parameter twice.
            ConfigError: a number is out of range.
        """
        first = not self.param_groups  # which is the bank's, from the constructor
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise GroupError(f"a group of parameters is a dict with tensors under 'params' (got {param_group!r:.80}).")
        unknown = set() if first else set(param_group) - _OPTIONS
        if unknown:
            raise GroupError(
                f"parameters beside the bank take steps of plain Adam, with lr, betas and eps (got "
                f"{', '.join(sorted(unknown))}); the penalty is on the bank alone, see set_strength."
            )
        check_options({**self.defaults, **param_group}, len(self.bank.layout.patterns))
        # The wrapper that torch puts around it imports torch._dynamo, which takes longer than reading all data.
        try:
            inspect.unwrap(torch.optim.Optimizer.add_param_group)(self, param_group)
        except (TypeError, ValueError) as error:
            raise GroupError(
                f"the parameters of a group are leaf tensors in a list, without names, each of them new (got: {error})."
            ) from None
        if not first:
            self.param_groups[-1].pop("strength")

    def set_strength(self, strength: float | Tensor) -> None:
        """Change the multiplier λ of the penalty, for all patterns or for each, [pattern]."""
        strength_of(strength, len(self.bank.layout.patterns))
        self.param_groups[0]["strength"] = strength

    def add_penalty(self) -> None:
        """Nothing: the penalty is no part of the gradient, so clipping cannot weaken it."""

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step from the gradients that are there; `closure`, if given, computes them first.

        Raises:
            DivergedError: a gradient or a parameter is not finite; nothing has been changed.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.descend()
        return loss

    @torch.no_grad()
    def descend(self) -> None:
        """What `step` does, without the hooks that torch puts around it: the steps of a small model are short."""
        options, own, others = self.param_groups[0], parameters_of(self.bank), self._others()
        strength = check_options(options, len(self._sizes))
        squares = self._checked(own, others)
        for parameter, group in others:
            self._plain_step(parameter, group)
        if all(parameter.grad is None for parameter in own):
            return
        rates = self._grouped_step(own, options, squares)
        if np.any(strength > 0):
            self.penalty.prox_(self.bank, torch.from_numpy(rates * strength))

    def check(self) -> None:
        """Can a step be taken from the parameters and gradients that are there? Nothing is changed.

        Raises:
            DivergedError: no, one is not finite; the message names it.
            GroupError: a parameter is of a kind that it has no steps for.
        """
        self._checked(parameters_of(self.bank), self._others())

    def _checked(self, own: Sequence[Tensor], others: Sequence[tuple[Tensor, Any]]) -> np.ndarray:
        """`check`; [pattern]: the squares of the gradient of the bank's parameters."""
        beside = [parameter for parameter, _ in others]
        check_kinds(own, beside)
        squares = np.zeros(len(self._sizes))
        gradients = [torch.zeros_like(parameter) if parameter.grad is None else parameter.grad for parameter in own]
        for gw, gb, owner in as_blocks(arrays(*gradients), self.rows):
            kernels.add_squares(gw, gb, owner, squares)
        of_parameters = np.zeros(len(self._sizes))
        for weight, bias, owner in as_blocks(arrays(*own), self.rows):
            kernels.add_squares(weight, bias, owner, of_parameters)
        if not (np.isfinite(squares).all() and np.isfinite(of_parameters).all() and all(map(can_move, beside))):
            names = [f"bank.{name}" for name in ("weight", "bias", "table", "scalars")]
            refuse([*zip(names, own, strict=True), *self._named()])
        return squares

    def _others(self) -> list[tuple[Tensor, Mapping[str, Any]]]:
        """(parameter, options) of all parameters with a gradient beside the bank's, which are the first four."""
        return [
            (parameter, group)
            for g, group in enumerate(self.param_groups)
            for parameter in group["params"][0 if g else 4 :]
            if parameter.grad is not None
        ]

    def _named(self) -> Iterator[tuple[str, Tensor]]:
        """(name, parameter) of the same."""
        beside = {id(parameter) for parameter, _ in self._others()}
        for g, group in enumerate(self.param_groups):
            for i, parameter in enumerate(group["params"]):
                if id(parameter) in beside:
                    yield f"param_groups[{g}]['params'][{i}]", parameter

    def _grouped_step(
        self, parameters: Sequence[Tensor], options: Mapping[str, Any], squares: np.ndarray
    ) -> np.ndarray:
        """Move all parameters of the bank; returns [pattern], the step size of each, at which its parameters moved."""
        state, (beta1, beta2) = self.state[parameters[0]], options["betas"]
        if not state:
            state["second"], state["step"] = [0.0] * len(self._sizes), 0
            for parameter in parameters:
                self.state[parameter]["first"] = torch.zeros_like(parameter)
        state["step"] += 1
        gradients = [torch.zeros_like(own) if own.grad is None else own.grad for own in parameters]
        firsts = [self.state[parameter]["first"] for parameter in parameters]
        values, slopes, moments = arrays(*parameters), arrays(*gradients), arrays(*firsts)
        second, rates = np.array(state["second"], np.float64), np.zeros(len(self._sizes))
        numbers = (float(options["lr"]), beta2, options["eps"], state["step"])
        kernels.step_sizes(squares, second, self._sizes, *numbers, rates)
        state["second"] = second.tolist()  # no tensor: torch would load it in the precision of the parameter
        blocks = (as_blocks(found, self.rows) for found in (values, slopes, moments))
        for (weight, bias, owner), (gw, gb, _), (mw, mb, _) in zip(*blocks, strict=True):
            kernels.descend(weight, bias, gw, gb, mw, mb, owner, rates, beta1, state["step"])
        write_back([*parameters, *firsts], [*values, *moments])
        return rates

    def _plain_step(self, parameter: Tensor, options: Mapping[str, Any]) -> None:
        state = self.state[parameter]
        if not state:
            state["first"], state["second"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
            state["step"] = 0
        state["step"] += 1
        tensors = (parameter, parameter.grad, state["first"], state["second"])
        found = arrays(*tensors)
        flat = [values.reshape(-1) for values in found]
        kernels.adam(*flat, float(options["lr"]), *options["betas"], options["eps"], state["step"])
        for values, changed in zip(found, flat, strict=True):
            if not np.shares_memory(values, changed):  # of a transposed tensor `reshape` is a copy
                values[...] = changed.reshape(values.shape)
        write_back(tensors, found)
