"""The full-shape model after an epoch with the penalty."""

from dataclasses import dataclass

from sparsify.methods.base import Parameters, Search, parameters_of
from sparsify.penalties.groups import norms


@dataclass(frozen=True)
class Snapshot:
    """The full-shape model after an epoch: its size in transitions, the strength, and all parameters."""

    transitions: int
    strength: float
    state: Parameters


def path_epoch(search: Search, epoch: int, strength: float) -> Snapshot:
    """One epoch at `strength`, recorded with the norms of all groups."""
    trainer = search.trainer
    trainer.optimizer.set_strength(strength)
    record = search.row("path", epoch, float(trainer.epoch()), strength)
    search.log.norms(strength, trainer.groups.names, norms(search.model.bank, trainer.groups).tolist())
    return Snapshot(record.transitions, strength, parameters_of(search.model))
