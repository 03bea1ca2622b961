"""Giving parameters other names."""

from collections.abc import Callable
from dataclasses import replace

from wfsa.automaton import WFSA
from wfsa.weights.expressions import EXPRESSIONS, Linear, Lookup, Product, Scalar, Softmax, Sum, Weight, children


def rename_parameters(automaton: WFSA, rename: Callable[[str], str]) -> WFSA:
    """The automaton with every parameter `name` called rename(name); equal names stay tied, others stay apart if
    `rename` keeps them apart.
    """
    return WFSA(
        {state: _renamed(weight, rename) for state, weight in automaton.initial.items()},
        tuple(arc._replace(weight=_renamed(arc.weight, rename)) for arc in automaton.arcs),
        {state: _renamed(weight, rename) for state, weight in automaton.final.items()},
    )


def _renamed(weight: Weight, rename: Callable[[str], str]) -> Weight:
    if isinstance(weight, Linear | Lookup | Scalar):
        return replace(weight, name=rename(weight.name))
    if isinstance(weight, tuple):
        return tuple(_renamed(part, rename) for part in weight)
    if not isinstance(weight, EXPRESSIONS) or not children(weight):
        return weight
    below = tuple(_renamed(child, rename) for child in children(weight))
    if isinstance(weight, Product):
        return Product(below)
    if isinstance(weight, Sum | Softmax):
        return replace(weight, terms=below)
    return type(weight)(below[0])
