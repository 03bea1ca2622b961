"""Tensors as numpy arrays for the kernels: the same memory on CPU, a copy and back elsewhere."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def arrays(*tensors: Tensor | None) -> list[np.ndarray]:
    """The values of contiguous `tensors`."""
    return [tensor.numpy(force=True) for tensor in tensors if tensor is not None]


def write_back(tensors: Sequence[Tensor | None], found: Sequence[np.ndarray]) -> None:
    """What a kernel has changed, into tensors that do not live on CPU."""
    for tensor, values in zip(tensors, found, strict=True):
        if tensor is not None and not tensor.is_cpu:
            tensor.copy_(torch.from_numpy(values))
