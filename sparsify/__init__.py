"""Structure learning: group lasso over the states of automata, lossless pruning, the whole curve in one run.

Names are imported when they are first asked for: `python -m sparsify.train --help` needs none of torch and numba.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparsify.data.corpus import Corpus
    from sparsify.errors import ConfigError, DataError, DivergedError, GroupError, PruneError, RunError, SparsifyError
    from sparsify.methods.certificate import Certificate, certify
    from sparsify.model import Model
    from sparsify.penalties.base import Penalty
    from sparsify.penalties.group_lasso import GroupLasso
    from sparsify.penalties.groups import Groups, by_arc, by_pattern, by_state, groups, norms
    from sparsify.penalties.prox_adam import ProxAdam
    from sparsify.penalties.prune import Pruned, dead_states, prune, zero_behind
    from sparsify.runs.experiment import run
    from sparsify.runs.fit import fit
    from sparsify.runs.model_files import load
    from sparsify.settings import Settings

_PLACES = {
    "data.corpus": ("Corpus",),
    "errors": ("ConfigError", "DataError", "DivergedError", "GroupError", "PruneError", "RunError", "SparsifyError"),
    "runs.fit": ("fit",),
    "methods.certificate": ("Certificate", "certify"),
    "model": ("Model",),
    "runs.model_files": ("load",),
    "penalties.base": ("Penalty",),
    "penalties.group_lasso": ("GroupLasso",),
    "penalties.groups": ("Groups", "by_arc", "by_pattern", "by_state", "groups", "norms"),
    "penalties.prox_adam": ("ProxAdam",),
    "penalties.prune": ("Pruned", "dead_states", "prune", "zero_behind"),
    "runs.experiment": ("run",),
    "settings": ("Settings",),
}
"""module → its public names."""

__all__ = [
    "Certificate",
    "ConfigError",
    "Corpus",
    "DataError",
    "DivergedError",
    "GroupError",
    "GroupLasso",
    "Groups",
    "Model",
    "Penalty",
    "ProxAdam",
    "PruneError",
    "Pruned",
    "RunError",
    "Settings",
    "SparsifyError",
    "by_arc",
    "by_pattern",
    "by_state",
    "certify",
    "dead_states",
    "fit",
    "groups",
    "load",
    "norms",
    "prune",
    "run",
    "zero_behind",
]


def __getattr__(name: str) -> Any:
    for module, names in _PLACES.items():
        if name in names:
            return getattr(import_module(f"sparsify.{module}"), name)
    raise AttributeError(f"sparsify has no {name!r}")
