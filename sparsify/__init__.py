"""Structure learning: group lasso over the states of automata, lossless pruning, the whole curve in one run."""

from sparsify.errors import (
    ConfigError,
    DataError,
    GroupError,
    PruneError,
    RunError,
    SparsifyError,
)
from sparsify.methods.certificate import Certificate, certify
from sparsify.model import Model, load
from sparsify.penalties.group_lasso import GroupLasso
from sparsify.penalties.groups import Groups, groups, norms
from sparsify.penalties.prox_adam import ProxAdam
from sparsify.penalties.prune import Pruned, dead_states, prune, zero_behind
from sparsify.runs.experiment import run
from sparsify.settings import Settings

__all__ = [
    "Certificate",
    "ConfigError",
    "DataError",
    "GroupError",
    "GroupLasso",
    "Groups",
    "Model",
    "ProxAdam",
    "PruneError",
    "Pruned",
    "RunError",
    "Settings",
    "SparsifyError",
    "certify",
    "dead_states",
    "groups",
    "load",
    "norms",
    "prune",
    "run",
    "zero_behind",
]
