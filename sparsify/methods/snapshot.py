"""The full-shape model after an epoch with the penalty."""

from dataclasses import dataclass

from sparsify.methods.base import Parameters, Search, parameters_of


@dataclass(frozen=True)
class Snapshot:
    """The full-shape model after an epoch: its size in transitions, the strength, and all parameters."""

    transitions: int
    strength: float
    state: Parameters


def path_epoch(search: Search, strength: float) -> Snapshot:
    """One epoch at `strength`."""
    record = search.epoch(strength)
    return Snapshot(record.transitions, strength, parameters_of(search.model))
