"""Deleting dead states: from groups of zero norm to smaller automata that compute the same.

In REAL, zero parameters give the main arcs of an n-gram pattern weight zero, so a state whose group is zero scores zero
on every text, and so does every state that is only reached through it. Deleting them changes no pathsum.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from neural import PatternBank, PatternClassifier, compile_patterns
from sparsify.errors import PruneError
from sparsify.penalties.groups import Groups, norms
from wfsa import (
    WFSA,
    Affine,
    Linear,
    Product,
    Semiring,
    State,
    Sum,
    Weight,
    at_zero,
    delete_states,
    leaves,
    main_arcs,
    trim,
)

Dead = Mapping[int, tuple[State, ...]]
"""pattern → its states whose group is exactly zero."""


@dataclass(frozen=True)
class Pruned:
    """A smaller model.

    Attributes:
        model: the recompiled classifier; its patterns are the survivors.
        kept: [survivor] → its place among the patterns before.
        deleted: pattern → states that are gone, also those that were trimmed away behind a dead one.
    """

    model: PatternClassifier
    kept: tuple[int, ...]
    deleted: Mapping[int, tuple[State, ...]]


def dead_states(bank: PatternBank, grouped: Groups) -> Dead:
    """The states whose parameters are all exactly zero."""
    dead: dict[int, tuple[State, ...]] = {}
    for (p, q), norm in zip(grouped.keys, norms(bank, grouped).tolist(), strict=True):
        if norm == 0:
            dead[p] = (*dead.get(p, ()), q)
    return dead


def check_exact(bank: PatternBank, dead: Dead) -> None:
    """Does zero norm mean weight 0̄ on all arcs into the dead states, from any other state?

    Raises:
        PruneError: no; the message names an arc and its weight at zero parameters.
    """
    for p, states in dead.items():
        pattern = bank.layout.patterns[p]
        for q in states:
            if q in pattern.initial:
                raise PruneError(f"an initial state cannot be deleted losslessly (got state {q} of pattern {p}).")
            for arc in pattern.entering[q]:
                if arc.source != q and not _vanishes(arc.weight, bank.semiring):
                    raise PruneError(
                        f"zero parameters must make arcs into a dead state weigh 0̄ (got {_at_zero(arc.weight)} in "
                        f"{bank.semiring} on arc {arc.source} → {q} of pattern {p}); deleting it would change scores: "
                        "use weights that vanish with their parameters, or accept the gap with allow_gap=True."
                    )


def _vanishes(weight: Weight, K: Semiring[Any]) -> bool:
    """Does the weight become 0̄ with the vectors and biases that a group holds, whatever else is learned?"""
    if _beside(weight):
        return bool(K.zero == 0) and _zero(weight)
    return bool(K.lift(at_zero(weight)) == K.zero)


def _beside(weight: Weight) -> bool:
    """Are there parameters that no group holds?"""
    return any(not isinstance(leaf, Linear) for leaf in leaves(weight))


def _zero(weight: Weight) -> bool:
    if isinstance(weight, Product):
        return any(map(_zero, weight.factors))
    if isinstance(weight, Sum):
        return all(map(_zero, weight.terms))
    return not _beside(weight) and at_zero(weight) == 0


def _at_zero(weight: Weight) -> str:
    return str(weight) if _beside(weight) else str(at_zero(weight))


def left_of(pattern: WFSA, dead: Collection[State]) -> WFSA:
    """The pattern without its dead states and what only they led to."""
    return trim(delete_states(pattern, dead))


def transitions(patterns: Collection[WFSA]) -> int:
    """The number of main arcs: a model's size."""
    return sum(len(main_arcs(pattern)) for pattern in patterns)


def survivors(bank: PatternBank, grouped: Groups) -> dict[int, WFSA]:
    """pattern → what is left of it, for the patterns of which anything is left."""
    dead = dead_states(bank, grouped)
    left = {p: left_of(pattern, dead.get(p, ())) for p, pattern in enumerate(bank.layout.patterns)}
    return {p: automaton for p, automaton in left.items() if automaton.states}


@torch.no_grad()
def zero_behind(bank: PatternBank, grouped: Groups) -> None:
    """Zero the parameters of all states that only dead states lead to; no score changes, not even in its last bit."""
    left = survivors(bank, grouped)
    gone = torch.tensor([p not in left or q not in left[p].states for p, q in grouped.keys], dtype=torch.bool)
    rows = gone[grouped.row_group]
    bank.weight[rows] = 0
    bank.bias[rows[len(rows) - len(bank.bias) :]] = 0


@torch.no_grad()
def prune(model: PatternClassifier, grouped: Groups, allow_gap: bool = False) -> Pruned:
    """Delete the dead states and recompile what is left, weights and classifier columns carried over.

    Args:
        allow_gap: also delete where zero parameters do not mean weight 0̄; measure the difference yourself.

    Raises:
        PruneError: deleting would change scores, and `allow_gap` is off.
    """
    bank = model.bank
    if not allow_gap:
        check_exact(bank, dead_states(bank, grouped))
    left = survivors(bank, grouped)
    smaller = compile_patterns(list(left.values()), bank.layout.dim, bank.K, readout=bank.readout).to(bank.weight)
    smaller.load_symbolic(bank.to_symbolic()[1])
    small = PatternClassifier(smaller, len(model.bias), model.activation).to(bank.weight)
    kept = tuple(left)
    small.weight.copy_(model.weight[:, list(kept)])
    small.bias.copy_(model.bias)
    deleted = {
        p: tuple(q for q in pattern.states if p not in left or q not in left[p].states)
        for p, pattern in enumerate(bank.layout.patterns)
    }
    return Pruned(small, kept, {p: states for p, states in deleted.items() if states})


@torch.no_grad()
def restore(model: PatternClassifier, pruned: Pruned) -> None:
    """Write a smaller model back into the full one it came from; the parameters of deleted states become zero."""
    names, values = model.bank.to_symbolic()[1], pruned.model.bank.to_symbolic()[1]
    dim = model.bank.layout.dim
    gone = {name: Affine([0.0] * dim) if isinstance(own, Affine) else own for name, own in names.items()}
    model.bank.load_symbolic({**gone, **values})
    model.weight[:, list(pruned.kept)] = pruned.model.weight
    model.bias.copy_(pruned.model.bias)
