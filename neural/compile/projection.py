"""The product of vectors and parameters, in the precision that is asked for, and what may be read in another one."""

import torch
from torch import Tensor

from neural.errors import BatchError

_HALVES = (torch.bfloat16, torch.float16)


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


def cast_up(x: Tensor, wanted: torch.dtype) -> Tensor:
    """Vectors of another type than a bank's parameters: half precision within autocast becomes single.

    As torch has it for what adds many numbers up: products are in half precision within autocast, sums of paths are
    not.

    Raises:
        BatchError: any other type.
    """
    if x.dtype in _HALVES and wanted == torch.float32 and torch.is_autocast_enabled(x.device.type):
        return x.float()
    hint = ", or run within torch.autocast" if x.dtype in _HALVES and wanted == torch.float32 else ""
    raise BatchError(f"the bank reads vectors of {wanted} (got {x.dtype}); cast one of them{hint}.")
