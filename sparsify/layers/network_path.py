"""The path of strengths through a network: from all its layers without a penalty to nothing, in one run."""

from copy import deepcopy
from dataclasses import dataclass

from torch import Tensor

from neural import NetworkClassifier
from sparsify.layers.network_groups import banks_of, check_network
from sparsify.layers.network_survivors import network_survivors, network_transitions
from sparsify.layers.network_trainer import NetworkPath, NetworkTrainer, network_accuracy, network_loss
from sparsify.layers.prune_network import prune_classifier
from sparsify.penalties.prune import transitions
from sparsify.training.encoded import Encoded

_FIRST = 0.01
"""The first strength, as a share of the one at which penalty and loss weigh the same."""


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

    The first model of each size is polished at its strength, pruned, and trained on without the penalty; it stays as
    it was where that does not lower the dev loss. The model without patterns is left out.

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
    found: dict[int, SmallNetwork] = {}
    for size, (strength, state) in sorted(_follow(trainer).items()):
        if 0 < size <= path.at_most:
            model.load_state_dict(state)
            small = _finished(model, strength, train, dev, path)
            if small.transitions:  # the polish can take the last one
                found[small.transitions] = small
    return [found[size] for size in sorted(found)]


def _follow(trainer: NetworkTrainer) -> dict[int, tuple[float, dict[str, Tensor]]]:
    """Transitions → the strength at which the path first met that size, and all parameters then."""
    path, met = trainer.path, {}
    for _ in range(path.epochs):
        loss = trainer.epoch()
    strength = _FIRST * loss / max(trainer.optimizer.value(), 1e-12)
    for _ in range(path.path_epochs):
        trainer.optimizer.set_strength(strength)
        trainer.epoch()
        size = network_transitions(network_survivors(trainer.model.network, trainer.groups))
        if size not in met:
            met[size] = (strength, deepcopy(trainer.model.state_dict()))
        if not size:
            break
        strength *= path.growth
    return met


def _finished(
    model: NetworkClassifier, strength: float, train: Encoded, dev: Encoded, path: NetworkPath
) -> SmallNetwork:
    """Polished, pruned, debiased."""
    trainer = NetworkTrainer(model, train, path)
    trainer.optimizer.set_strength(strength)
    for _ in range(path.polish):
        trainer.full_step()
    small = prune_classifier(model, trainer.groups)
    debiased = deepcopy(small)
    without_penalty = NetworkTrainer(debiased, train, path)
    for _ in range(path.debias):
        without_penalty.epoch()
    if network_loss(debiased, dev) < network_loss(small, dev):
        small = debiased
    return SmallNetwork(small.eval(), strength, network_accuracy(small, dev))
