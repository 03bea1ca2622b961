"""Everything that a flag can name, and where it lives; nothing is imported before it is asked for.

A new method, penalty, grouping or family is one function or class, and one entry here: the thing itself, or
"module:name".
"""

from importlib import import_module
from typing import Any


class Table(dict[str, Any]):
    """name → a thing, or where it is found."""

    def find(self, name: str) -> Any:
        """The thing itself."""
        entry = self[name]
        if not isinstance(entry, str):
            return entry
        module, _, inside = entry.partition(":")
        return getattr(import_module(module), inside)


METHODS = Table(
    {
        "path": "sparsify.methods.strength_path:strength_path",
        "constant": "sparsify.methods.constant:constant",
        "threshold": "sparsify.methods.threshold:threshold",
        "fixed": "sparsify.methods.fixed:fixed",
        "scratch": "sparsify.methods.fixed:fixed",
        "dual-averaging": "sparsify.methods.dual_averaging:dual_averaging",
        "dgate": "sparsify.methods.dgate:dgate",
    }
)
"""How a structure is found: see `sparsify.methods.base.Method`."""

_BY_ADAM = {"patience": "", "weight_decay": ""}

METHOD_FLAGS: dict[str, dict[str, str]] = {
    "path": {"sizes": "", "penalty": ""},
    "constant": {"strength": "0.0003", "penalty": ""},
    "threshold": {"strength": "", "goal": "", "within": "", "threshold": "", **_BY_ADAM},
    "fixed": {"shapes": "24x1", **_BY_ADAM},
    "scratch": {"structure": "RUN", **_BY_ADAM},
    "dual-averaging": {"strength": "", "penalty": ""},
    "dgate": {"strength": "", "gates": ""},
}
"""Method → the flags that are its own, and what to try where it must have one. A method that is not named takes all."""

METHOD_PENALTIES = {"threshold": "unscaled"}
"""The penalties of methods that have one of their own."""

PENALTIES = Table(
    group_lasso="sparsify.penalties.group_lasso:GroupLasso",
    nested="sparsify.penalties.group_lasso:nested_group_lasso",
    unscaled="sparsify.penalties.unscaled:UnscaledGroupLasso",
)
"""Groups → `sparsify.penalties.base.Penalty`."""

GROUPS = Table(
    state="sparsify.penalties.groups:by_state",
    arc="sparsify.penalties.groups:by_arc",
    pattern="sparsify.penalties.groups:by_pattern",
)
"""A layout → `sparsify.penalties.groups.Groups`: which parameters live and die together."""

MOVES = Table(
    {
        "none": None,
        "sparse": "sparsify.moving.few_words:FewWords",
        "low-rank": "sparsify.moving.few_directions:FewDirections",
        "all": "sparsify.moving.base:MovingVectors",
    }
)
"""(table, settings) → `sparsify.moving.base.MovingVectors`: how word vectors move with the full model; None: not."""

FAMILIES = Table(
    ngram="wfsa.builders.patterns:ngram",
    soft_pattern="sparsify.training.families:soft_pattern",
    unigram="sparsify.training.families:unigram",
    bigram="sparsify.training.families:bigram",
)
"""(length, name) → a pattern that training begins with, its parameters named `NAME.…`."""
