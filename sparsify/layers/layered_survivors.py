"""What of a network's automata is left without all that is dead or unread."""

from collections.abc import Collection, Sequence

import numpy as np

from neural import PatternBank, PatternNetwork
from neural.network import Layer
from sparsify.errors import DivergedError
from sparsify.layers.layered_groups import (
    NetworkGroups,
    check_activations,
    check_groups,
    layers_of,
    naming,
)
from sparsify.penalties.exact import check_exact, living
from sparsify.penalties.groups import Groups, weights_of
from sparsify.penalties.prune import dead_groups, transitions, without
from wfsa import WFSA, Affine, Leaf, Linear, leaves, trim

Left = list[dict[int, WFSA]]
"""[bank of a layer]: pattern → what is left of it, for the patterns of which anything is left."""


def network_survivors(network: PatternNetwork, grouped: NetworkGroups) -> list[Left]:
    """[layer]: what is left; see `sparsify.layers.layered_prune`.

    Raises:
        PruneError: deleting would change outputs; the message names the layer and direction.
        GroupError: the groups are of another network.
        DivergedError: a parameter is not finite.
    """
    check_groups(network, grouped)
    check_activations(network)
    _check_finite(network)
    layers, found = layers_of(network), []
    of_banks = iter(zip(grouped.places, grouped.banks, strict=True))
    columns: Sequence[int] = range(layers[0].bank.layout.dim)
    for layer in layers:
        own = []
        for bank, (place, groups) in zip(layer.banks, of_banks, strict=False):
            with naming(place):
                own.append(_alive(bank, groups, columns))
        found.append(own)
        columns = outputs(layer, own)
    for number in reversed(range(1, len(layers))):
        read = _read(layers[number], found[number])
        found[number - 1] = _only(layers[number - 1], found[number - 1], read)
    return found


def network_transitions(left: Sequence[Left]) -> int:
    """The main arcs of all layers."""
    return sum(transitions(bank.values()) for own in left for bank in own)


def outputs(layer: Layer, left: Left) -> list[int]:
    """The places of the patterns that are left among the layer's outputs."""
    found, first = [], 0
    for bank, own in zip(layer.banks, left, strict=True):
        found += [first + p for p in own]
        first += len(bank.layout.patterns)
    return found


def _check_finite(network: PatternNetwork) -> None:
    """Are all parameters finite? Those of gates belong to no group."""
    for name, parameter in network.named_parameters():
        if not parameter.isfinite().all():
            raise DivergedError(
                f"parameters must be finite (got another number in {name}); load a model from before, and lower the "
                "step size."
            )


def _alive(bank: PatternBank, grouped: Groups, columns: Sequence[int]) -> dict[int, WFSA]:
    """pattern → what is left of it where the bank reads 0 in all but these columns."""
    dead = dead_groups(bank, grouped)
    check_exact(bank.layout, bank.semiring, dead)
    zero = {leaf for group in dead for leaf in group.leaves} | _zero_rows(bank, columns)
    left = {p: trim(living(pattern, zero, bank.semiring)) for p, pattern in enumerate(bank.layout.patterns)}
    return {p: without(automaton, zero) for p, automaton in left.items() if automaton.states}


def _zero_rows(bank: PatternBank, columns: Sequence[int]) -> set[Leaf]:
    """The `Linear`s that are 0 whatever stands in these columns."""
    values = bank.to_symbolic()[1]
    return {
        linear
        for linear in bank.layout.rows
        if isinstance(own := values[linear.name], Affine)
        and own.bias == 0
        and not np.asarray(own.weights)[list(columns)].any()
    }


def _read(layer: Layer, left: Left) -> set[int]:
    """The columns of what a layer reads that its automata, or their gates, multiply by another number than 0."""
    found: set[int] = set()
    for bank, own in zip(layer.banks, left, strict=True):
        values = bank.to_symbolic()[1]
        for leaf in {leaf for automaton in own.values() for weight in weights_of(automaton) for leaf in leaves(weight)}:
            if isinstance(leaf, Linear) and isinstance(value := values[leaf.name], Affine):
                found.update(np.flatnonzero(value.weights).tolist())
    if layer.gate is not None:
        rows = layer.gate.weight[outputs(layer, left)]
        found.update((rows != 0).any(0).nonzero()[:, 0].tolist())
    return found


def _only(layer: Layer, left: Left, read: Collection[int]) -> Left:
    """Without the patterns whose outputs are not read."""
    places = iter(outputs(layer, left))
    return [{p: automaton for p, automaton in own.items() if next(places) in read} for own in left]
