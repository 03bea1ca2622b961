"""Structural operations: reachability, trimming, deleting states. They look at arcs, never at the values of weights."""

from collections.abc import Collection

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.errors import AutomatonError
from wfsa.index import index_of


def accessible(automaton: WFSA) -> frozenset[State]:
    """The states that some path from an initial state reaches. Cost: O(|arcs|)."""
    return index_of(as_automaton(automaton)).accessible


def coaccessible(automaton: WFSA) -> frozenset[State]:
    """The states from which some path reaches a final state. Cost: O(|arcs|)."""
    return index_of(as_automaton(automaton)).coaccessible


def trim(automaton: WFSA) -> WFSA:
    """Keep the states on accepting paths; every pathsum in every semiring stays. Cost: O(|arcs|)."""
    return _restrict(automaton, index_of(as_automaton(automaton)).useful)


def delete_states(automaton: WFSA, states: Collection[State]) -> WFSA:
    """Remove `states` with every arc that touches them. The others keep their numbers.

    A pathsum changes by exactly the paths that went through the deleted states. What cannot be reached any more stays:
    call `trim`.

    Raises:
        AutomatonError: a state is not in the automaton.
    """
    if isinstance(states, str) or not isinstance(states, Collection):
        raise AutomatonError(f"the states to delete are a collection (got {states!r:.60}); write [0] for a single one.")
    unknown = sorted(set(states) - set(as_automaton(automaton).states), key=repr)
    if unknown:
        raise AutomatonError(f"only states of the automaton can be deleted (got {unknown}); it has {automaton.states}.")
    return _restrict(automaton, set(automaton.states) - set(states))


def main_arcs(automaton: WFSA) -> tuple[Arc, ...]:
    """The arcs between two different states; their number is a model's size, "transitions"."""
    return tuple(arc for arc in as_automaton(automaton).arcs if arc.source != arc.target)


def _restrict(automaton: WFSA, keep: Collection[State]) -> WFSA:
    if len(keep) == len(automaton.states):
        return automaton
    return WFSA(
        {state: weight for state, weight in automaton.initial.items() if state in keep},
        tuple(arc for arc in automaton.arcs if arc.source in keep and arc.target in keep),
        {state: weight for state, weight in automaton.final.items() if state in keep},
    )
