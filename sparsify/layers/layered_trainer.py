"""A classifier over a network in training, by mini-batch epochs."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from neural import Layout, NetworkClassifier, bucketed_batches, sorted_batches
from sparsify.errors import ConfigError
from sparsify.layers.layered_groups import NetworkGroups, group_network
from sparsify.layers.layered_optimizer import NetworkProxAdam
from sparsify.penalties.base import Penalty
from sparsify.penalties.group_lasso import GroupLasso
from sparsify.penalties.groups import Groups, by_state
from sparsify.training.encoded import Encoded, tokens_at_once


@dataclass(frozen=True)
class NetworkPath:
    """What a path through strengths does; numbers mean what the flags of their names mean to a run.

    Attributes:
        groups: by state, arc or pattern.
        penalty: what is added to the loss of the groups of each bank.
        epochs: without a penalty, before the path.
        growth: factor on the strength after every epoch of the path.
        path_epochs: epochs of the path, at most.
        at_most: larger models, in transitions of all layers, are not finished.
        debias: epochs without a penalty after deletion.
        lr: step size.
        batch_size: texts per step of an epoch.
        clip: the largest norm of the gradient of the loss.
        class_bound: the largest size of a class weight.
        seed: of the order of texts.

    Raises:
        ConfigError: a number is out of range.
    """

    groups: Callable[[Layout], Groups] = by_state
    penalty: Callable[[Groups], Penalty] = GroupLasso
    epochs: int = 10
    growth: float = 1.3
    path_epochs: int = 80
    at_most: int = 24
    debias: int = 8
    lr: float = 0.014
    batch_size: int = 32
    clip: float = 5.0
    class_bound: float = 2.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "path_epochs", "at_most", "batch_size"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is at least 1 (got {getattr(self, name)}).")
        if self.debias < 0:
            raise ConfigError(f"debias is at least 0 (got {self.debias}).")
        for name, least in (("growth", 1), ("lr", 0), ("clip", 0), ("class_bound", 0)):
            if not least < getattr(self, name) < math.inf:
                raise ConfigError(f"{name} is finite and above {least} (got {getattr(self, name)}).")


class NetworkTrainer:
    """A model, its data and its optimiser; the loss is the mean cross-entropy.

    Class weights are kept within ±`class_bound`, so that patterns cannot shrink at no loss while these grow.
    """

    def __init__(self, model: NetworkClassifier, data: Encoded, path: NetworkPath) -> None:
        self.model, self.data, self.path = model, data, path
        self.groups: NetworkGroups = group_network(model.network, path.groups)
        self.optimizer = NetworkProxAdam(model, self.groups, path.penalty, path.lr)
        self._generator = torch.Generator().manual_seed(path.seed)

    def epoch(self) -> float:
        """One pass over the data in mini-batches, with the network's dropout; the mean loss on the way.

        Raises:
            DivergedError: a gradient or a parameter is not finite; the step is not taken.
        """
        self.model.train()
        batches = bucketed_batches(self.data.lengths, self.path.batch_size, self._generator)
        return sum(self._step(places) for places in batches) / len(self.data)

    def _step(self, places: np.ndarray) -> float:
        """Along the gradient of the mean loss of these texts; returns the sum of their losses."""
        self.model.zero_grad(set_to_none=False)
        loss = summed_loss(self.model, self.data, places)
        (loss / len(places)).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.path.clip)
        self.optimizer.descend()
        with torch.no_grad():
            self.model.weight.clamp_(-self.path.class_bound, self.path.class_bound)
        return float(loss.detach())


def summed_loss(model: NetworkClassifier, data: Encoded, places: np.ndarray) -> torch.Tensor:
    """Σ cross-entropy of the texts at `places`."""
    labels = data.labels[torch.from_numpy(places)].to(model.weight.device)
    return nn.functional.cross_entropy(model(data.batch(places)), labels, reduction="sum")


@torch.no_grad()
def network_loss(model: NetworkClassifier, data: Encoded) -> float:
    """The mean cross-entropy of the texts, without dropout."""
    model.eval()
    batches = sorted_batches(data.lengths, tokens_at_once(data.texts))
    return sum(float(summed_loss(model, data, places)) for places in batches) / len(data)


@torch.no_grad()
def network_accuracy(model: NetworkClassifier, data: Encoded) -> float:
    """The share of texts whose highest logit is their label's."""
    model.eval()
    right = 0
    for places in sorted_batches(data.lengths, tokens_at_once(data.texts)):
        found = model(data.batch(places)).argmax(1).cpu()
        right += int((found == data.labels[torch.from_numpy(places)]).sum())
    return right / len(data)
