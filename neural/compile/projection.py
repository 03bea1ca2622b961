"""The product of vectors and parameters, in the precision that is asked for."""

import torch
from torch import Tensor


def product(x: Tensor, rows: Tensor, precision: torch.dtype) -> Tensor:
    """x · rowsᵀ computed in `precision`, whatever autocast says now, as numbers of the type of x."""
    if torch.is_autocast_enabled(x.device.type):
        with torch.autocast(x.device.type, enabled=False):
            return product(x, rows, precision)
    return (x.to(precision) @ rows.to(precision).T).to(x.dtype)


def precision_of(x: Tensor, half: bool) -> torch.dtype:
    """In bfloat16 with `half`, as autocast says where it is on, else as x is."""
    if half:
        return torch.bfloat16
    if x.dtype == torch.float32 and torch.is_autocast_enabled(x.device.type):
        return torch.get_autocast_dtype(x.device.type)
    return x.dtype
