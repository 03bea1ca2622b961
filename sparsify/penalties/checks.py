"""What an optimiser asks before it changes anything: finite numbers, and parameters that it has steps for."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor

from sparsify.errors import ConfigError, DivergedError, GroupError
from sparsify.penalties.arrays import arrays

_PRECISIONS = (torch.float32, torch.float64)


def check_options(options: Mapping[str, Any], patterns: int) -> np.ndarray:
    """The strength of a group of parameters, if it has one.

    Raises:
        ConfigError: a number is out of range.
    """
    lr, eps, betas = float(options["lr"]), options["eps"], options["betas"]
    if not 0 <= lr < math.inf:
        raise ConfigError(f"the step size lr is a finite number of at least 0 (got {lr}).")
    if not 0 < eps < math.inf or len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ConfigError(f"eps is a number above 0, and betas are two from 0 to below 1 (got {eps} and {betas}).")
    return strength_of(options.get("strength", 0.0), patterns)


def strength_of(strength: float | Tensor, patterns: int) -> np.ndarray:
    """As an array of one number, or [pattern].

    Raises:
        ConfigError: it is neither, or a number is out of range.
    """
    found = strength.detach().double().cpu().numpy() if isinstance(strength, Tensor) else np.asarray(strength, float)
    if found.shape not in ((), (1,), (patterns,)):
        raise ConfigError(f"strength is one number, or one for each of {patterns} patterns (got {found.shape}).")
    if found.size and not 0 <= found.min() <= found.max() < math.inf:
        raise ConfigError(f"strength is finite and at least 0 (got {strength}).")
    return found


def check_kinds(own: Sequence[Tensor], others: Sequence[Tensor]) -> None:
    """Are there steps for the parameters of a bank, `own`, and for others?

    Raises:
        GroupError: one is no dense tensor in single or double precision, or a part of the bank is not trained, though
            a step moves groups as a whole.
    """
    for parameter in (*own, *others):
        gradient = parameter if parameter.grad is None else parameter.grad
        if parameter.dtype not in _PRECISIONS or gradient.layout != torch.strided:
            raise GroupError(
                f"a step needs dense tensors of float32 or float64 (got {parameter.dtype}, gradient "
                f"{gradient.layout}); keep parameters in float32, and compute within torch.autocast."
            )
    asked = {parameter.requires_grad for parameter in own if parameter.numel()}
    if len(asked) == 2:
        raise GroupError(
            "the parameters of a bank are trained together (got requires_grad for some of them); call "
            "bank.requires_grad_() or bank.requires_grad_(False)."
        )


def can_move(parameter: Tensor) -> bool:
    """Are its numbers finite, and the sum of squares of its gradient? Else a second moment would be infinite, too.

    One pass without a copy through each, unless numbers are so large that their squares are infinite.
    """
    gradient, values = arrays(parameter.grad, parameter)
    return math.isfinite(np.vdot(gradient, gradient)) and (
        math.isfinite(np.vdot(values, values)) or bool(np.isfinite(values).all())
    )


def refuse(named: Iterable[tuple[str, Tensor]]) -> NoReturn:
    """Say whose gradient is not finite, or which parameter.

    Raises:
        DivergedError: always.
    """
    for name, parameter in named:
        for tensor, of in ((parameter.grad, f"the gradient of {name}"), (parameter.detach(), name)):
            if tensor is not None and not tensor.isfinite().all():
                wrong = tensor[~tensor.isfinite()]
                raise DivergedError(_refusal(f"{float(wrong[0])} in {of}, {len(wrong)} of {parameter.numel()} numbers"))
    raise DivergedError(_refusal("a gradient whose squares are not"))


def _refusal(got: str) -> str:
    return (
        f"parameters and gradients must be finite (got {got}); nothing was changed: lower the step size (--lr) and go "
        "on from a model before."
    )


def check_state(state: Mapping[str, Any], own: Sequence[Tensor], patterns: int) -> None:
    """Do the moments of a state have the shapes of their parameters? Kernels rely on it.

    Raises:
        GroupError: no.
    """
    for parameter, moments in state["state"].items():
        if not isinstance(parameter, Tensor):
            raise GroupError(f"a state is of parameters (got {type(parameter).__name__}).")
        wanted: dict[str, Any] = {"first": parameter.shape}
        if parameter is own[0]:
            wanted |= {"second": (patterns,), "step": ()}
        elif not any(parameter is other for other in own):
            wanted |= {"second": parameter.shape, "step": ()}
        got = {name: np.shape(moment) for name, moment in moments.items()}
        if got != {name: tuple(shape) for name, shape in wanted.items()}:
            raise GroupError(
                f"a state is that of an optimiser of the same parameters (got moments {got} for a parameter of shape "
                f"{tuple(parameter.shape)}); load what state_dict of such a one returned."
            )
