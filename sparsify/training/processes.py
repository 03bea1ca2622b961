"""Several processes that train one model: each reads its share of every batch, all take the same steps.

Start them with torchrun: `torchrun --nproc-per-node=2 -m sparsify.train`. Gradients and losses are added up over the
processes, clipped and stepped on alike, the proximal step included, so the parameters stay equal bit by bit; against
one process they differ by the order of sums. The first process speaks for all, and writes the run directory.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from sparsify.errors import ConfigError

CPU = torch.device("cpu")


@dataclass(frozen=True)
class World:
    """This process's place among all."""

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def first(self) -> bool:
        """Is this the process that writes?"""
        return self.rank == 0

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over all processes, in one exchange."""
        if self.size == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, total in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(total.view(tensor.shape))

    def agreed(self, value: float) -> float:
        """The first process's value: what decides for all must be one number, also where sums are not bit for bit."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, 0)
        return float(shared)

    def wait(self) -> None:
        """Until all processes have come here."""
        if self.size > 1:
            distributed.barrier()


ALONE = World()
"""One process on the CPU."""


@contextmanager
def world(device: str) -> Iterator[World]:
    """The world that torchrun's environment describes; one process where there is none.

    Raises:
        ConfigError: the device is not there.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda needs a GPU that torch can use (got none); use --device cpu.")
    names = ("WORLD_SIZE", "RANK", "LOCAL_RANK")
    values = {name: os.environ.get(name, "1" if name == "WORLD_SIZE" else "0") for name in names}
    alone = "WORLD_SIZE" in os.environ and "RANK" not in os.environ
    if alone or not all(value.isdecimal() for value in values.values()):
        raise ConfigError(f"several processes are started by torchrun, which sets {', '.join(names)} (got {values}).")
    size = int(values["WORLD_SIZE"])
    place = CPU
    if device == "cuda":
        place = torch.device("cuda", int(values["LOCAL_RANK"]))
        torch.cuda.set_device(place)
    if size == 1:
        yield World(device=place)
        return
    distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    try:
        yield World(distributed.get_rank(), size, place)
    finally:
        distributed.destroy_process_group()
