"""The path of strengths through a network: from all its layers without a penalty to nothing, in one run."""

import math
from copy import deepcopy
from dataclasses import dataclass

from torch import Tensor

from neural import NetworkClassifier
from sparsify.layers.layered_groups import banks_of, check_network
from sparsify.layers.layered_prune import prune_classifier
from sparsify.layers.layered_survivors import network_survivors, network_transitions
from sparsify.layers.layered_trainer import NetworkPath, NetworkTrainer, network_accuracy, network_loss
from sparsify.penalties.prune import transitions
from sparsify.training.encoded import Encoded

_FIRST = 0.01
"""The first strength, as a share of the one at which penalty and loss weigh the same."""

_FINEST = 1.01
"""Strengths that rise by less tell no sizes apart."""

Met = tuple[float, dict[str, Tensor]]
"""The strength of an epoch, and all parameters after it."""


@dataclass(frozen=True)
class SmallNetwork:
    """A model that the path met, after deletion and debiasing.

    Attributes:
        strength: the λ that it was found at.
        dev: its dev accuracy.
    """

    model: NetworkClassifier
    strength: float
    dev: float

    @property
    def transitions(self) -> int:
        """The main arcs of all its layers."""
        return sum(transitions(bank.layout.patterns) for bank in banks_of(self.model.network))


def network_path(
    model: NetworkClassifier, train: Encoded, dev: Encoded, path: NetworkPath | None = None
) -> list[SmallNetwork]:
    """Models of rising size from one run, dense to sparse, as `strength_path` finds them for one layer.

    The first model of each size is pruned and trained on without the penalty; it stays as it was where that does not
    lower the dev loss. The model without patterns is left out. There is no polish: at a strength that takes one layer
    of patterns to a smaller size, two go on dying, and few sizes would be left.

    Args:
        model: trained in place; what is returned are copies.

    Raises:
        PruneError: deletion would not be exact; said before training.
        GroupError: a parameter would be in two groups.
        DivergedError: parameters have left the numbers.
    """
    path = path or NetworkPath()
    trainer = NetworkTrainer(model, train, path)
    check_network(model.network, trainer.groups)
    found = []
    for size, (strength, state) in sorted(_follow(trainer).items()):
        if 0 < size <= path.at_most:
            model.load_state_dict(state)
            found.append(_finished(prune_classifier(model, trainer.groups), strength, train, dev, path))
    return found


def _follow(trainer: NetworkTrainer) -> dict[int, Met]:
    """Transitions → where the path first met that size.

    In networks deaths draw others after them, in the layers above and below. Where an epoch takes more than half of
    what was left, it is taken back, and the strength rises by less.
    """
    path, model = trainer.path, trainer.model
    met: dict[int, Met] = {}
    for _ in range(path.epochs):
        loss = trainer.epoch()
    strength, growth = _FIRST * loss / max(trainer.optimizer.value(), 1e-12), 1.0
    before = (_size(trainer), (strength, deepcopy(model.state_dict())))
    for _ in range(path.path_epochs):
        trainer.optimizer.set_strength(strength * growth)
        trainer.epoch()
        size = _size(trainer)
        if size < before[0] / 2 - 1 and growth > _FINEST:
            model.load_state_dict(before[1][1])
            growth = math.sqrt(growth)
            continue
        strength, growth = strength * growth, path.growth
        before = (size, (strength, deepcopy(model.state_dict())))
        met.setdefault(*before)
        if not size:
            break
    return met


def _size(trainer: NetworkTrainer) -> int:
    return network_transitions(network_survivors(trainer.model.network, trainer.groups))


def _finished(
    small: NetworkClassifier, strength: float, train: Encoded, dev: Encoded, path: NetworkPath
) -> SmallNetwork:
    """Debiased."""
    debiased = deepcopy(small)
    trainer = NetworkTrainer(debiased, train, path)
    for _ in range(path.debias):
        trainer.epoch()
    better = network_loss(debiased, dev) < network_loss(small, dev)
    chosen = (debiased if better else small).eval()
    return SmallNetwork(chosen, strength, network_accuracy(chosen, dev))
