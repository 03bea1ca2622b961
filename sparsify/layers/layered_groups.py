"""The groups of every bank of a network, and whether their deaths would be exact."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import torch

from neural import ACTIVATIONS, Layout, PatternBank, PatternNetwork
from neural.network import Layer
from sparsify.errors import GroupError, PruneError
from sparsify.penalties.exact import check_possible
from sparsify.penalties.groups import Groups, by_state

DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True)
class NetworkGroups:
    """The groups of a network, bank by bank.

    Attributes:
        places: [bank]: where it is, as in layer1.backward; layers count from 0, the lowest.
        banks: [bank]: its groups.
    """

    places: tuple[str, ...]
    banks: tuple[Groups, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """[group] of all banks: layer1.backward.p3.2 is state 2 of pattern 3 of that bank."""
        pairs = zip(self.places, self.banks, strict=True)
        return tuple(f"{place}.{name}" for place, grouped in pairs for name in grouped.names)


def layers_of(network: PatternNetwork) -> list[Layer]:
    """From the one that reads word vectors to the one that is read out."""
    return cast("list[Layer]", list(network.layers))


def banks_of(network: PatternNetwork) -> list[PatternBank]:
    """All banks: layer by layer, the forward one first."""
    return [bank for layer in layers_of(network) for bank in layer.banks]


def group_network(network: PatternNetwork, kind: Callable[[Layout], Groups] = by_state) -> NetworkGroups:
    """Group the parameters of all banks.

    Args:
        kind: by state, arc or pattern.

    Raises:
        GroupError: a parameter would be in two groups.
    """
    places = [
        f"layer{number}.{direction}"
        for number, layer in enumerate(layers_of(network))
        for direction, _ in zip(DIRECTIONS, layer.banks, strict=False)
    ]
    return NetworkGroups(tuple(places), tuple(kind(bank.layout) for bank in banks_of(network)))


def check_network(network: PatternNetwork, grouped: NetworkGroups) -> None:
    """Would the death of every group be exact? To be asked before training.

    A dead pattern outputs φ(σ · 0) at every token. Where that is 0, the columns above that read it can go with it.

    Raises:
        PruneError: no; the message names an arc and its place, or the activation.
        GroupError: the groups are of another network.
    """
    check_groups(network, grouped)
    check_activations(network)
    for place, bank, own in zip(grouped.places, banks_of(network), grouped.banks, strict=True):
        with naming(place):
            check_possible(own, bank.semiring)


def check_activations(network: PatternNetwork) -> None:
    """Does φ map 0 to 0?

    Raises:
        PruneError: no.
    """
    for layer in layers_of(network):
        at_zero = float(ACTIVATIONS[layer.activation](torch.zeros(())))
        if at_zero != 0:
            raise PruneError(
                f"an activation must map 0 to 0, so that a dead pattern tells the layer above nothing (got {at_zero} "
                f"of {layer.activation!r}); take none, tanh or relu."
            )


def check_groups(network: PatternNetwork, grouped: NetworkGroups) -> None:
    """Are the groups those of the network?

    Raises:
        GroupError: no.
    """
    layouts = [bank.layout for bank in banks_of(network)]
    if len(layouts) != len(grouped.banks) or any(
        own.layout is not layout for own, layout in zip(grouped.banks, layouts, strict=True)
    ):
        raise GroupError("groups are made of the network that they are used with (got another's); call group_network.")


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Say in which bank a deletion is refused."""
    try:
        yield
    except PruneError as error:
        raise PruneError(f"{place}: {error}") from None
