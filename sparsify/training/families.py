"""Pattern families from the command line: by name, or from a file of automata."""

from collections.abc import Sequence
from pathlib import Path

import wfsa
from sparsify.errors import ConfigError, suggestion
from sparsify.tables import FAMILIES
from wfsa import EPSILON, REAL, WFSA, leaves

_LENGTH, _FIXED = 4, ("unigram", "bigram")
"""Main arcs where none are asked for, and families of one size."""

_LARGEST = 50_000
"""Main arcs of a full model: what is learned here is small, and of ten times as many no epoch would ever end."""


def soft_pattern(length: int, name: str) -> WFSA:
    """SoPa's shape with weights that vanish with their parameters, so that its states can be deleted."""
    return wfsa.soft_pattern(length, name, main="tied")


def unigram(length: int, name: str) -> WFSA:
    """One transition, whatever `length`."""
    return wfsa.unigram(name)


def bigram(length: int, name: str) -> WFSA:
    """Two states, whatever `length`."""
    return wfsa.bigram(name)


def make_patterns(family: str, count: int, length: int) -> list[WFSA]:
    """`count` patterns p0, p1, … of a family.

    Args:
        family: a name in `FAMILIES`, or a file of automata in our JSON format: its automata in turn, each time under
            new parameter names; epsilon arcs are taken out.

    Raises:
        ConfigError: there is no such family, it has a length of its own, the file has no automaton, or its epsilon
            arcs cannot be taken out, or it is in another semiring than REAL, or the model would be too large.
        WfsaError: the file cannot be read.
    """
    if length and (family in _FIXED or family not in FAMILIES):
        raise ConfigError(f"--length goes with families of any length (got {length} for {family}); leave it out.")
    if family in FAMILIES:
        make = FAMILIES.find(family)
        _check_size(count, [make(min(length or _LENGTH, _LARGEST + 1), "p")])
        made: list[WFSA] = [make(length or _LENGTH, f"p{i}") for i in range(count)]
        return made
    if not Path(family).is_file():
        raise ConfigError(
            f"--family is one of {', '.join(FAMILIES)}, or a file of automata (got {family!r}, which is neither)"
            f"{suggestion(family, FAMILIES)}"
        )
    bundle = wfsa.load(family)
    if bundle.semiring not in (None, REAL):
        raise ConfigError(f"--family {family} must hold automata of REAL, which is learned in (got {bundle.semiring}).")
    automata = [_read(family, automaton) for automaton in bundle.automata.values()]
    if not automata:
        raise ConfigError(f"--family {family} must hold an automaton (got none).")
    _check_size(count, automata)
    return _copies(automata, count)


def make_lengths(family: str, lengths: Sequence[int]) -> list[WFSA]:
    """Patterns p0, p1, … of a family, of these lengths.

    Raises:
        ConfigError: the family has no lengths to choose, or the model would be too large.
    """
    if family in _FIXED or family not in FAMILIES:
        raise ConfigError(f"--shapes goes with families of any length (got {family}); take --family ngram.")
    if sum(lengths) > _LARGEST:
        raise ConfigError(f"a full model has at most {_LARGEST:,} transitions (got {sum(lengths):,}); lower --shapes.")
    make = FAMILIES.find(family)
    return [make(length, f"p{place}") for place, length in enumerate(lengths)]


def _check_size(count: int, automata: Sequence[WFSA]) -> None:
    """Are `count` patterns, of these in turn, few enough?"""
    size = sum(len(wfsa.main_arcs(automaton)) for automaton in automata) * count // len(automata)
    if size > _LARGEST:
        raise ConfigError(
            f"a full model has at most {_LARGEST:,} transitions (got {size:,} in {count:,} patterns); lower --patterns "
            "or --length."
        )


def _read(family: str, automaton: WFSA) -> WFSA:
    """Without epsilon arcs, which the search for phrases does not read."""
    for arc in automaton.arcs:
        if arc.label is EPSILON and any(leaves(arc.weight)):
            raise ConfigError(
                f"--family {family}: epsilon arcs weigh numbers (got {arc.weight} on {arc.source} → {arc.target}); "
                "give the arcs behind them the product of both weights instead."
            )
    has_epsilons = any(arc.label is EPSILON for arc in automaton.arcs)
    return wfsa.trim(wfsa.epsilon_remove(automaton, REAL)) if has_epsilons else automaton


def _copies(automata: Sequence[WFSA], count: int) -> list[WFSA]:
    chosen = (automata[i % len(automata)] for i in range(count))
    return [wfsa.rename_parameters(automaton, f"p{i}.{{}}".format) for i, automaton in enumerate(chosen)]
