"""Hand-set shapes, and learned ones from new random values: the paper's baselines, trained without a penalty.

What the full model's patterns are is the settings' matter: `--shapes` of `fixed`, the `--structure` of `scratch`.
Neither deletes anything. Source: Dodge, Schwartz, Peng and Smith (2019), §3; a learned structure trained anew: their
code, and Liu et al. (2019) on whether what pruning finds is a structure or its values.
"""

from collections.abc import Iterator
from dataclasses import replace

from sparsify.methods.base import Candidate, Search, parameters_of
from sparsify.methods.plain import tuned
from sparsify.penalties.groups import norms
from sparsify.penalties.prune import Pruned, restore


def fixed(search: Search) -> Iterator[Candidate]:
    """The full model's patterns, trained from their initial values by plain Adam; one candidate."""
    search.model.load_state_dict(search.initial)
    found = tuned(search, search.candidate(0.0, 0.0))
    restore(search.model, Pruned(found.model, found.kept, found.deleted))
    state, groups = parameters_of(search.model), search.trainer.groups
    search.log.norms(0.0, groups.names, norms(search.model.bank, groups).tolist())
    loss = float(search.trainer.full_gradient())
    yield replace(found, loss=loss, dev=found.dev_debiased, found=state, state=state)
