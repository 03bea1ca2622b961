"""Several processes that train one model: each reads its share of every batch, all take the same steps.

Start them with torchrun: `torchrun --nproc-per-node=2 -m sparsify.train`. Gradients and losses are added up over the
processes, clipped and stepped on alike, the proximal step included, so the parameters stay equal bit by bit; against
one process they differ by the order of sums. The first process speaks for all, and writes the run directory.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from sparsify.errors import ConfigError

CPU = torch.device("cpu")

_TORCHRUN = ("WORLD_SIZE", "RANK", "LOCAL_RANK", "MASTER_PORT", "MASTER_ADDR")
"""What torchrun says to every process: which of how many it is, and where they meet."""


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
        ConfigError: the device is not there, or the environment is not torchrun's.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda needs a GPU that torch can use (got none); use --device cpu.")
    size, local = _numbers()
    place = CPU
    if device == "cuda":
        if local >= torch.cuda.device_count():
            raise ConfigError(
                f"every process needs a GPU of its own (got process {local} of this machine and "
                f"{torch.cuda.device_count()} GPUs); lower --nproc-per-node."
            )
        place = torch.device("cuda", local)
        torch.cuda.set_device(place)
    if size == 1:
        yield World(device=place)
        return
    distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    try:
        yield World(distributed.get_rank(), size, place)
    finally:
        distributed.destroy_process_group()


def _numbers() -> tuple[int, int]:
    """How many processes there are, and this one's number on its machine, as torchrun says.

    Raises:
        ConfigError: the environment names several processes, but not how they meet, or no numbers.
    """
    if os.environ.get("WORLD_SIZE", "") in ("", "1") and not os.environ.get("RANK"):
        return 1, 0
    values = {name: os.environ.get(name, "") for name in _TORCHRUN}
    values["LOCAL_RANK"] = values["LOCAL_RANK"] or "0"
    size, rank, local, port = (
        int(values[name]) if re.fullmatch("[0-9]{1,9}", values[name]) else -1 for name in _TORCHRUN[:4]
    )
    if 0 <= rank < size and 0 <= local < size and (size == 1 or (values["MASTER_ADDR"] and 0 < port < 2**16)):
        return size, local
    raise ConfigError(
        f"several processes are started by torchrun, which sets {', '.join(_TORCHRUN)} (got {values}); use it, or "
        "unset WORLD_SIZE to train in one process."
    )
