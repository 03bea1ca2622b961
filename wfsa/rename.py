"""Giving parameters other names."""

from collections.abc import Callable
from dataclasses import replace

from wfsa.automaton import WFSA, as_automaton
from wfsa.weights.expressions import Leaf, Weight
from wfsa.weights.parts import mapped


def rename_parameters(automaton: WFSA, rename: Callable[[str], str]) -> WFSA:
    """The automaton with every parameter `name` called rename(name); equal names stay tied, others stay apart if
    `rename` keeps them apart.
    """

    as_automaton(automaton)

    def named(leaf: Leaf) -> Leaf:
        return replace(leaf, name=rename(leaf.name))  # type: ignore[type-var]  # kinds are dataclasses

    def renamed(weight: Weight) -> Weight:
        return mapped(weight, named)

    return WFSA(
        {state: renamed(weight) for state, weight in automaton.initial.items()},
        tuple(arc._replace(weight=renamed(arc.weight)) for arc in automaton.arcs),
        {state: renamed(weight) for state, weight in automaton.final.items()},
    )
