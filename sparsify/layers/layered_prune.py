"""Deleting what is dead from all layers of a network: states, patterns, and what read them or was read by them.

From the lowest layer up: arcs whose parameters are all zero weigh 0̄ (REAL) and go, with the states that only they lead
to. A pattern of which nothing is left scores 0 at every token, and φ(σ · 0) = 0, so the numbers that multiply its score
in the layer above multiply 0: they are taken out, too. An arc above that has no other numbers but zeros is dead then.
From the top layer down: a pattern whose score the layer above multiplies by zeros only is read by nobody, and goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from neural import NetworkClassifier, PatternBank, PatternNetwork
from neural.compile.parameters import Value
from neural.network import Layer
from sparsify.layers.layered_groups import NetworkGroups, banks_of, layers_of
from sparsify.layers.layered_survivors import Left, network_survivors, outputs
from sparsify.penalties.prune import transitions
from wfsa import Affine


@dataclass(frozen=True)
class PrunedNetwork:
    """A smaller network.

    Attributes:
        network: the recompiled network.
        kept: [layer]: the places of the surviving patterns among the outputs that the layer had, of which the first
            are those of the forward bank.
    """

    network: PatternNetwork
    kept: tuple[tuple[int, ...], ...]

    @property
    def transitions(self) -> int:
        """The main arcs of all layers."""
        return sum(transitions(bank.layout.patterns) for bank in banks_of(self.network))


@torch.no_grad()
def prune_network(network: PatternNetwork, grouped: NetworkGroups) -> PrunedNetwork:
    """Delete all that is dead or unread and recompile what is left, with its parameters and gates.

    Outputs of surviving patterns are those of the full network, to rounding, since sums are taken in another order;
    those of the others are 0 or read by nobody. With zeros in place of what is deleted (`restore_network`) no bit
    changes.

    Raises:
        PruneError: deleting would change outputs; the message names the layer and direction.
        GroupError: the groups are of another network.
        DivergedError: a parameter is not finite.
    """
    left = network_survivors(network, grouped)
    layers = layers_of(network)
    kept = tuple(tuple(outputs(layer, own)) for layer, own in zip(layers, left, strict=True))
    smaller = _compiled(network, left)
    columns: Sequence[int] = range(layers[0].bank.layout.dim)
    for layer, small, places in zip(layers, layers_of(smaller), kept, strict=True):
        for bank, rest in zip(layer.banks, small.banks, strict=True):
            rest.load_symbolic(_of_columns(bank, columns))
        if layer.gate is not None and small.gate is not None:
            small.gate.weight.copy_(_narrow(layer.gate.weight[list(places)], columns))
            small.gate.bias.copy_(layer.gate.bias[list(places)])
        columns = places
    return PrunedNetwork(smaller, kept)


def _compiled(network: PatternNetwork, left: Sequence[Left]) -> PatternNetwork:
    """The network of the automata that are left, without their parameters."""
    forward, *backward = zip(*([list(bank.values()) for bank in own] for own in left), strict=True)
    bank = layers_of(network)[0].bank
    made = PatternNetwork(
        forward,
        bank.layout.dim,
        network.bidirectional,
        network.gated,
        network.activation,
        network.readout,
        network.dropout,
        backward[0] if backward else None,
    )
    return made.to(bank.weight).train(network.training)


def _of_columns(bank: PatternBank, columns: Sequence[int]) -> dict[str, Value]:
    """The parameters of a bank that reads only some of the numbers that it did."""
    return {
        name: Affine(_narrow(torch.as_tensor(own.weights)[None], columns)[0].numpy(), own.bias)
        if isinstance(own, Affine)
        else own
        for name, own in bank.to_symbolic()[1].items()
    }


def _narrow(rows: Tensor, columns: Sequence[int]) -> Tensor:
    """[row, column] of these columns; of none, a 0, for the zero that is read above a layer without patterns."""
    return rows[:, list(columns)] if columns else rows.new_zeros((len(rows), 1))


@torch.no_grad()
def prune_classifier(model: NetworkClassifier, grouped: NetworkGroups) -> NetworkClassifier:
    """`prune_network`, with the class weights of the patterns that are left; logits stay, to rounding.

    Raises:
        PruneError, GroupError, DivergedError: as `prune_network`.
    """
    pruned = prune_network(model.network, grouped)
    small = NetworkClassifier(pruned.network, len(model.bias)).to(model.weight)
    small.weight.copy_(model.weight[:, list(pruned.kept[-1])])
    small.bias.copy_(model.bias)
    return small.train(model.training)


@torch.no_grad()
def restore_network(network: PatternNetwork, pruned: PrunedNetwork) -> None:
    """Write a smaller network back into the full one that it came from; all that was deleted becomes zero."""
    columns: Sequence[int] = range(layers_of(network)[0].bank.layout.dim)
    pairs = zip(layers_of(network), layers_of(pruned.network), pruned.kept, strict=True)
    for layer, small, places in pairs:
        for bank, rest in zip(layer.banks, small.banks, strict=True):
            _write_back(bank, rest, columns)
        if layer.gate is not None:
            _write_gate(layer, small, places, columns)
        columns = places


def _write_back(bank: PatternBank, small: PatternBank, columns: Sequence[int]) -> None:
    dim = bank.layout.dim
    values: dict[str, Value] = {
        name: Affine([0.0] * dim) if isinstance(own, Affine) else 0.0 for name, own in bank.to_symbolic()[1].items()
    }
    for name, own in small.to_symbolic()[1].items():
        if isinstance(own, Affine):
            weights = [0.0] * dim
            for column, weight in zip(columns, own.weights, strict=False):  # of no columns, a zero is left over
                weights[column] = float(weight)
            own = Affine(weights, own.bias)
        values[name] = own
    bank.load_symbolic(values)


def _write_gate(layer: Layer, small: Layer, places: Sequence[int], columns: Sequence[int]) -> None:
    assert layer.gate is not None
    layer.gate.weight.zero_()
    layer.gate.bias.zero_()
    if small.gate is not None:
        rows = torch.zeros(len(places), layer.gate.in_features).to(layer.gate.weight)
        rows[:, list(columns)] = small.gate.weight[:, : len(columns)]
        layer.gate.weight[list(places)] = rows
        layer.gate.bias[list(places)] = small.gate.bias
