"""Networks over word vectors, fixed or moved, trained by Adam until the dev texts no longer gain."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from neural import Encoder, StaticVectors, bucketed_batches, sorted_batches
from sparsify.baselines.base import Baseline, Fitted, geometric
from sparsify.baselines.modules import Bag, Convolution, DeepAveraging, Recurrence
from sparsify.training.dropout import Dropout
from sparsify.training.encoded import Encoded
from sparsify.training.material import Material

EPOCHS, PATIENCE = 30, 4
"""Epochs at most, and after how many without a gain on dev there are no more."""

_SMALLEST, _LARGEST, _STEPS = 16, 64, 50
"""Texts of a step, and how many steps an epoch over few texts has all the same, as of automata."""

_CLIP = 5.0
"""The largest norm of the gradient, as of automata."""

_TOKENS = 50_000
"""Tokens, padding aside, that are scored at once."""


@dataclass(frozen=True)
class Network(Baseline):
    """A network with its hyper-parameters.

    Attributes:
        module: (dim, classes, dropout, **own) → the network: batches of packed vectors to logits [text, class].
        rates: the least and the largest step size of Adam.
        own: hyper-parameters of this network alone → their values.
        moved: word vectors are learned, too, from the values that they have: by Adam with steps of its own size, which
            only moves the words of a batch (`torch.optim.SparseAdam`).
    """

    module: Callable[..., nn.Module]
    rates: tuple[float, float]
    own: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    moved: bool = False
    random: ClassVar[bool] = True

    def uses(self, material: Material) -> bool:
        """Vectors that depend on the sentence do not move."""
        return isinstance(material.encoder, StaticVectors) or not self.moved

    def space(self, generator: Random, sample: int) -> dict[str, Any]:
        """Drawn: step sizes on a logarithmic scale, dropout evenly; the same whether vectors move or not."""
        drawn = {
            "lr": geometric(*self.rates, generator.random()),
            "dropout": generator.uniform(0, 0.5),
            "vector_dropout": generator.uniform(0, 0.4),
            "word_dropout": generator.uniform(0, 0.3),
            **{name: generator.choice(values) for name, values in self.own.items()},
        }
        return {**drawn, "vector_lr": geometric(1e-4, 3e-3, generator.random())} if self.moved else drawn

    def fit(self, material: Material, parameters: Mapping[str, Any], seed: int) -> Fitted:
        """Train with early stopping; the epoch with the best dev accuracy, of equals with the lowest loss, is kept."""
        encoder, own = material.encoder, {name: parameters[name] for name in self.own}
        with torch.random.fork_rng(devices=[]), _moving(encoder, self.moved) as table:
            torch.manual_seed(seed)
            module = self.module(encoder.dim, len(material.corpus.labels), parameters["dropout"], **own)
            training = _Training(module, table, material.train, parameters, seed)
            dev = _stopped_early(training, material.dev)
            test = None if material.test is None else _logits(module, material.test).double().numpy()
        moved, weights = 0 if table is None else table.numel(), sum(own.numel() for own in module.parameters())
        return Fitted(dev.double().numpy(), test, {"vectors": moved, "weights": weights}, weights + encoder.numbers)


@contextmanager
def _moving(encoder: Encoder, moved: bool) -> Iterator[Tensor | None]:
    """The encoder's table as a copy that learns, until the end; then it has its own again."""
    if not moved:
        yield None
        return
    assert isinstance(encoder, StaticVectors)
    before = encoder.table
    try:
        yield encoder.learn()
    finally:
        encoder.keep(before)


class _Training:
    """A network in training, with its optimisers, dropout on what it reads, and the order of texts."""

    def __init__(
        self, module: nn.Module, table: Tensor | None, data: Encoded, parameters: Mapping[str, Any], seed: int
    ) -> None:
        self.module, self._table, self._data = module, table, data
        self._optimizers: list[torch.optim.Optimizer] = [torch.optim.Adam(module.parameters(), parameters["lr"])]
        if table is not None:
            self._optimizers.append(torch.optim.SparseAdam([table], parameters["vector_lr"]))
        self._dropout = Dropout(parameters["vector_dropout"], parameters["word_dropout"], seed)
        self._generator = torch.Generator().manual_seed(seed)
        self._batch_size = min(_LARGEST, max(_SMALLEST, len(data) // _STEPS))

    def epoch(self) -> None:
        """One pass over the texts."""
        self.module.train()
        for places in bucketed_batches(self._data.lengths, self._batch_size, self._generator):
            logits = self.module(self._dropout(self._data.batch(places)))
            loss = nn.functional.cross_entropy(logits, self._data.labels[torch.from_numpy(places)])
            for optimizer in self._optimizers:
                optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.module.parameters(), _CLIP)
            for optimizer in self._optimizers:
                optimizer.step()

    def state(self) -> tuple[Any, Tensor | None]:
        """A copy of all that learns."""
        table = None if self._table is None else self._table.detach().clone()
        return copy.deepcopy(self.module.state_dict()), table

    @torch.no_grad()
    def restore(self, state: tuple[Any, Tensor | None]) -> None:
        """Go back to what `state` gave."""
        weights, table = state
        self.module.load_state_dict(weights)
        if self._table is not None and table is not None:
            self._table.copy_(table)


def _stopped_early(training: _Training, dev: Encoded) -> Tensor:
    """Train, and go back to the best epoch; its logits of the dev texts [text, class]."""
    best, kept, since = (-1.0, 0.0), (training.state(), torch.empty(0)), 0
    for _ in range(EPOCHS):
        training.epoch()
        logits = _logits(training.module, dev)
        quality = _quality(logits, dev.labels)
        since += 1
        if quality > best:
            best, kept, since = quality, (training.state(), logits), 0
        elif since == PATIENCE:
            break
    training.restore(kept[0])
    return kept[1]


def _quality(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """(accuracy, −loss): which of two epochs is better?"""
    accuracy = float((logits.argmax(1) == labels).double().mean())
    return accuracy, -float(nn.functional.cross_entropy(logits, labels))


@torch.no_grad()
def _logits(module: nn.Module, data: Encoded) -> Tensor:
    """[text, class], in the order of the texts."""
    module.eval()
    parts, order = [], []
    for places in sorted_batches(data.lengths, _TOKENS):
        parts.append(module(data.batch(places)))
        order.append(places)
    return torch.cat(parts)[torch.from_numpy(np.argsort(np.concatenate(order)))]


_HIDDEN = {"hidden": (50, 100, 200), "layers": (1, 2, 3)}
_FILTERS = {"filters": (25, 50, 100)}

BAG_MOVED = Network(Bag, (3e-3, 0.3), moved=True)
DAN, DAN_MOVED = (Network(DeepAveraging, (5e-4, 1e-2), _HIDDEN, moved) for moved in (False, True))
CNN, CNN_MOVED = (Network(Convolution, (3e-4, 3e-3), _FILTERS, moved) for moved in (False, True))
LSTM, LSTM_MOVED = (Network(Recurrence, (1e-3, 2e-2), moved=moved) for moved in (False, True))
