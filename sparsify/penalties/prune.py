"""Deleting what dead groups stand for: from groups of zero norm to smaller automata that compute the same.

In REAL, zero parameters give the main arcs of an n-gram pattern weight zero, so a state whose group is zero scores zero
on every text, and so does every state that is only reached through it. Deleting them changes no pathsum.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from neural import Layout, PatternBank, PatternClassifier, compile_patterns
from sparsify.penalties.blocks import zero_rows
from sparsify.penalties.exact import check_exact
from sparsify.penalties.groups import Group, Groups, left_of, norms, weights_of
from wfsa import WFSA, Affine, Const, Leaf, State, Weight, leaves, main_arcs, trim
from wfsa.weights.parts import mapped

Dead = Mapping[int, tuple[State, ...]]
"""pattern → states."""


@dataclass(frozen=True)
class Pruned:
    """A smaller model.

    Attributes:
        model: the recompiled classifier; its patterns are the survivors.
        kept: [survivor] → its place among the patterns before.
        deleted: pattern → states that are gone, also those that were trimmed away behind a dead group.
    """

    model: PatternClassifier
    kept: tuple[int, ...]
    deleted: Dead


def dead_groups(bank: PatternBank, grouped: Groups) -> tuple[Group, ...]:
    """The groups whose parameters are all exactly zero.

    Raises:
        DivergedError: a parameter is not finite.
    """
    sizes = norms(bank, grouped).tolist()
    return tuple(group for group, norm in zip(grouped.members, sizes, strict=True) if norm == 0)


def dead_states(bank: PatternBank, grouped: Groups) -> Dead:
    """The states that dead groups delete."""
    dead: dict[int, tuple[State, ...]] = {}
    for group in dead_groups(bank, grouped):
        if group.states:
            dead[group.pattern] = (*dead.get(group.pattern, ()), *group.states)
    return dead


def transitions(patterns: Collection[WFSA]) -> int:
    """The number of main arcs: a model's size."""
    return sum(len(main_arcs(pattern)) for pattern in patterns)


def survivors(bank: PatternBank, grouped: Groups) -> dict[int, WFSA]:
    """pattern → what is left of it, for the patterns of which anything is left."""
    return remaining(bank.layout, dead_groups(bank, grouped))


def remaining(layout: Layout, dead: Collection[Group]) -> dict[int, WFSA]:
    """pattern → what is left of it without what the dead groups delete, where anything is."""
    gone: dict[int, list[Group]] = {}
    for group in dead:
        gone.setdefault(group.pattern, []).append(group)
    left = {p: trim(left_of(pattern, gone.get(p, ()))) for p, pattern in enumerate(layout.patterns)}
    return {p: automaton for p, automaton in left.items() if automaton.states}


@torch.no_grad()
def zero_behind(bank: PatternBank, grouped: Groups) -> None:
    """Zero the groups that only dead ones lead to; no score changes, not in its last bit."""
    left = survivors(bank, grouped)
    zero_rows(bank, grouped.rows, np.array([_is_gone(group, grouped, left) for group in grouped.members], dtype=bool))


def gone_with(grouped: Groups, dead: Collection[int], group: int) -> list[int]:
    """The groups of one pattern that are left without a use where one more dies: itself, and what only it led to.

    Args:
        dead: places of the groups that are dead already.
        group: the place of the one more.
    """
    p = grouped.members[group].pattern
    gone = [grouped.members[g] for g in {*dead, group} if grouped.members[g].pattern == p]
    automaton = trim(left_of(grouped.layout.patterns[p], gone))
    left = {p: automaton} if automaton.states else {}
    own = [g for g, member in enumerate(grouped.members) if member.pattern == p]
    return sorted({group, *(g for g in own if _is_gone(grouped.members[g], grouped, left))})


def _is_gone(group: Group, grouped: Groups, left: Mapping[int, WFSA]) -> bool:
    """Is nothing left of what the group's death deletes, nor anything that reads its parameters?"""
    if group.pattern not in left:
        return True
    before, automaton = grouped.layout.patterns[group.pattern], left[group.pattern]
    arcs = {before.arcs[place] for place in group.arcs}
    if set(group.states) & set(automaton.states) or arcs & set(automaton.arcs):
        return False
    return not any(leaf in group.leaves for weight in weights_of(automaton) for leaf in leaves(weight))


def without(automaton: WFSA, dead: Collection[Leaf]) -> WFSA:
    """The automaton with 0 for dead parameters that it still reads, as a self-loop may whose main arc is gone."""

    def changed(weight: Weight) -> Weight:
        return mapped(weight, lambda leaf: Const(0.0) if leaf in dead else leaf)

    return WFSA(
        {state: changed(weight) for state, weight in automaton.initial.items()},
        tuple(arc._replace(weight=changed(arc.weight)) for arc in automaton.arcs),
        {state: changed(weight) for state, weight in automaton.final.items()},
    )


@torch.no_grad()
def prune(model: PatternClassifier, grouped: Groups, allow_gap: bool = False) -> Pruned:
    """Delete what dead groups stand for and recompile what is left, weights and classifier columns carried over.

    Args:
        allow_gap: also delete where zero parameters do not mean weight 0̄; measure the difference yourself.

    Raises:
        PruneError: deleting would change scores, and `allow_gap` is off.
    """
    bank, layout, dead = model.bank, model.bank.layout, dead_groups(model.bank, grouped)
    if not allow_gap:
        check_exact(layout, bank.semiring, dead)
    left = remaining(layout, dead)
    zero = {leaf for group in dead for leaf in group.leaves}
    rest = [without(automaton, zero) for automaton in left.values()]
    smaller = compile_patterns(rest, layout.dim, bank.K, layout.alphabet, bank.readout).to(bank.weight)
    smaller.load_symbolic(bank.to_symbolic()[1])
    small = PatternClassifier(smaller, len(model.bias), model.activation).to(bank.weight)
    kept = tuple(left)
    small.weight.copy_(model.weight[:, list(kept)])
    small.bias.copy_(model.bias)
    deleted = {
        p: tuple(q for q in pattern.states if p not in left or q not in left[p].states)
        for p, pattern in enumerate(layout.patterns)
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
