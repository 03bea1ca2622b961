"""What the semirings do to elements over tensors; gradients are 0, never NaN, where no path is."""

import torch
from torch import Tensor

from wfsa import DivergenceError


def _check(holds: Tensor, name: str, values: Tensor, what: str) -> None:
    if torch.compiler.is_compiling():
        torch._check(holds.all().item(), lambda: f"star in {name} needs {what}.")
    elif not bool(holds.all()):
        bad = values.detach()[~holds].flatten()[0].item()
        raise DivergenceError(f"star in {name} needs {what} (got {bad:.6g}); scale the weights of that cycle down.")


def _slack(a: Tensor) -> float:
    """A cycle that gains no more than this gains by rounding, as in `wfsa`."""
    return max(1e-12, 64 * torch.finfo(a.dtype).eps)


def real_star(a: Tensor) -> Tensor:
    """1 / (1 − a), for |a| < 1."""
    _check(a.abs() < 1, "REAL", a, "|a| < 1")
    return 1 / (1 - a)


def log_sum(x: Tensor, dim: int) -> Tensor:
    """log Σ exp x. torch.logsumexp has NaN gradients where all of x is −∞; here they are 0."""
    peak = finite(x.detach().amax(dim, keepdim=True))
    return log_above((x - peak).exp().sum(dim), peak.squeeze(dim))


def finite(peak: Tensor) -> Tensor:
    """What exponents can be taken relative to: 0 where a peak is infinite."""
    return torch.where(torch.isfinite(peak), peak, torch.zeros_like(peak))


def log_above(total: Tensor, peak: Tensor) -> Tensor:
    """log(total) + peak; −∞ with a gradient of 0 where the total is 0."""
    empty = total == 0
    return torch.where(empty, -torch.inf, torch.where(empty, 1.0, total).log() + peak)


def log_plus(a: Tensor, b: Tensor) -> Tensor:
    """log(exp a + exp b)."""
    return log_sum(torch.stack(torch.broadcast_tensors(a, b)), 0)


def log_star(a: Tensor) -> Tensor:
    """−log(1 − exp a), for a < 0."""
    _check(a < 0, "LOG", a, "a < 0")
    return -torch.log1p(-a.exp())


def max_plus_star(a: Tensor) -> Tensor:
    """0, for a ≤ 0."""
    _check(a <= _slack(a), "MAX_PLUS", a, "a ≤ 0")
    return torch.zeros_like(a)


def min_plus_star(a: Tensor) -> Tensor:
    """0, for a ≥ 0."""
    _check(a >= -_slack(a), "MIN_PLUS", a, "a ≥ 0")
    return torch.zeros_like(a)


def max_times_star(a: Tensor) -> Tensor:
    """1, for 0 ≤ a ≤ 1."""
    _check((a >= 0) & (a <= 1 + _slack(a)), "MAX_TIMES", a, "0 ≤ a ≤ 1")
    return torch.ones_like(a)


def extremes_plus(a: Tensor, b: Tensor) -> Tensor:
    """(min of the lows, max of the highs)."""
    return torch.stack((torch.minimum(a[..., 0], b[..., 0]), torch.maximum(a[..., 1], b[..., 1])), -1)


def extremes_sum(x: Tensor, dim: int) -> Tensor:
    """(min of the lows, max of the highs) along `dim`."""
    return torch.stack((x[..., 0].min(dim).values, x[..., 1].max(dim).values), -1)


def extremes_times(a: Tensor, b: Tensor) -> Tensor:
    """(min, max) of the four products; no path where either has none."""
    a, b = torch.broadcast_tensors(a, b)
    none = (a[..., :1] > a[..., 1:]) | (b[..., :1] > b[..., 1:])
    # 0 · ∞ would be NaN, also in the gradient of what is not chosen, so no factor is infinite.
    a, b = torch.where(none, 0.0, a), torch.where(none, 0.0, b)
    products = (a[..., :, None] * b[..., None, :]).flatten(-2)
    found = torch.stack((products.min(-1).values, products.max(-1).values), -1)
    empty = torch.tensor([torch.inf, -torch.inf], dtype=a.dtype, device=a.device)
    return torch.where(none, empty, found)


def extremes_star(a: Tensor) -> Tensor:
    """What the powers of numbers between low and high can come to; both lie in [−1, 1]."""
    low, high = a[..., 0], a[..., 1]
    none = low > high
    _check(none | ((low >= -1) & (high <= 1)), "EXTREMES", torch.where(high > 1, high, low), "both ends in [-1, 1]")
    one = torch.ones_like(low)
    lowest = torch.where(none | (low == 1), one, torch.where(low < 0, low, torch.zeros_like(low)))
    return torch.stack((lowest, one), -1)


def expectation_times(a: Tensor, b: Tensor) -> Tensor:
    """(p, r) ⊗ (q, s) = (p q, p s + r q)."""
    p, r, q, s = a[..., 0], a[..., 1], b[..., 0], b[..., 1]
    return torch.stack((p * q, p * s + r * q), -1)


def expectation_star(a: Tensor) -> Tensor:
    """(p*, p* r p*)."""
    around = real_star(a[..., 0])
    return torch.stack((around, around * a[..., 1] * around), -1)


def best(x: Tensor, k: int) -> Tensor:
    """The k highest of the last axis, in falling order; −∞ behind where it has fewer."""
    found = x.topk(min(k, x.shape[-1])).values
    missing = k - found.shape[-1]
    return found if missing == 0 else torch.nn.functional.pad(found, (0, missing), value=-torch.inf)


def k_best_star(a: Tensor) -> Tensor:
    """The k best ways of going round any number of times; the best way round must not gain."""
    k = a.shape[-1]
    _check(a[..., 0] <= _slack(a), "k_best", a[..., 0], "a ≤ 0")
    one = torch.full_like(a, -torch.inf)
    one[..., 0] = 0.0
    found = one
    for _ in range(k):
        around = best((a[..., :, None] + found[..., None, :]).flatten(-2), k)
        found = best(torch.cat((one, around), -1), k)
    return found
