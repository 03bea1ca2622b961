"""One classifier, or several trained side by side as one: what a trainer sees of them.

Several share the texts and the product with the word vectors, and nothing else: no gradient of one reaches another.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from neural import ACTIVATIONS, Packed, PatternBank, PatternClassifier, compile_patterns
from sparsify.errors import GroupError
from wfsa import rename_parameters


class Trainable(Protocol):
    """Models in training.

    Attributes:
        count: how many models.
        bank: all patterns, model by model.
        weight, bias: [class, pattern] and [class], where the classes are those of all models, model by model.
        owner: [pattern] → model.
        loss_weights: [class of one model]: what a text of the class counts in the losses; None: 1.
    """

    count: int
    owner: Tensor
    loss_weights: Tensor | None

    @property
    def bank(self) -> PatternBank:
        """All patterns."""

    @property
    def weight(self) -> Tensor:
        """The class weights."""

    @property
    def bias(self) -> Tensor:
        """The class biases."""

    def losses(self, x: Packed, labels: Tensor) -> Tensor:
        """[model]: Σ over the texts of loss weight · cross-entropy."""

    def write_back(self) -> None:
        """Give every model its parameters as they are now."""


class Alone:
    """One classifier, trained where it stands."""

    count = 1

    def __init__(self, model: PatternClassifier, loss_weights: Tensor | None = None) -> None:
        self._model, self.loss_weights = model, loss_weights
        self.bank, self.weight, self.bias = model.bank, model.weight, model.bias
        self.owner = torch.zeros(len(model.bank.layout.patterns), dtype=torch.int64)

    def losses(self, x: Packed, labels: Tensor) -> Tensor:
        """[1]."""
        return cross_entropies(self._model(x), labels, self.loss_weights).sum()[None]

    def write_back(self) -> None:
        """The model has them."""


class SideBySide(nn.Module):
    """Several classifiers in one module; `write_back` gives them what it has learned."""

    mask: Tensor
    owner: Tensor

    def __init__(self, models: Sequence[PatternClassifier], loss_weights: Tensor | None = None) -> None:
        super().__init__()
        self.loss_weights = loss_weights
        kinds = {
            (len(m.bias), m.activation, m.bank.layout.dim, m.bank.layout.alphabet, m.bank.K, m.bank.readout)
            for m in models
        }
        if len(kinds) != 1:
            raise GroupError(f"models side by side differ in their patterns only (got {len(kinds)} kinds of models).")
        self._models = list(models)
        self.count, self.classes, self.activation = len(models), len(models[0].bias), models[0].activation
        first, patterns, owner = models[0].bank, [], []
        values: dict[str, Any] = {}
        for m, model in enumerate(models):
            own, parameters = model.bank.to_symbolic()
            patterns += [rename_parameters(pattern, f"{m}.{{}}".format) for pattern in own]
            values |= {f"{m}.{name}": value for name, value in parameters.items()}
            owner += [m] * len(own)
        like = first.weight
        layout = first.layout
        self.bank = compile_patterns(patterns, layout.dim, first.K, layout.alphabet, first.readout).to(like)
        self.bank.load_symbolic(values)
        self.register_buffer("owner", torch.tensor(owner, dtype=torch.int64))
        mine = self.owner[None] == torch.arange(len(models)).repeat_interleave(self.classes)[:, None]
        self.register_buffer("mask", mine.to(like))
        self.weight = nn.Parameter(torch.zeros_like(self.mask))
        self.bias = nn.Parameter(torch.cat([model.bias.detach() for model in models]))
        with torch.no_grad():
            for rows, columns, model in self._places():
                self.weight[rows, columns] = model.weight

    def _places(self) -> list[tuple[slice, slice, PatternClassifier]]:
        """(classes, patterns, model) of each model."""
        found, start = [], 0
        for m, model in enumerate(self._models):
            stop = start + model.weight.shape[1]
            found.append((slice(m * self.classes, (m + 1) * self.classes), slice(start, stop), model))
            start = stop
        return found

    def forward(self, x: Packed) -> Tensor:
        """[text, model, class] logits."""
        scores = ACTIVATIONS[self.activation](self.bank(x))
        logits = nn.functional.linear(scores, self.weight * self.mask, self.bias)
        return logits.view(len(logits), self.count, self.classes)

    def losses(self, x: Packed, labels: Tensor) -> Tensor:
        """[model]."""
        every = labels[:, None].expand(-1, self.count)
        return cross_entropies(self(x).transpose(1, 2), every, self.loss_weights).sum(0)

    @torch.no_grad()
    def write_back(self) -> None:
        """Give every model its parameters as they are now."""
        values = self.bank.to_symbolic()[1]
        for m, (rows, columns, model) in enumerate(self._places()):
            own = f"{m}."
            model.bank.load_symbolic({k.removeprefix(own): v for k, v in values.items() if k.startswith(own)})
            model.weight.copy_(self.weight[rows, columns])
            model.bias.copy_(self.bias[rows])


def trainable(models: Sequence[PatternClassifier], loss_weights: Tensor | None = None) -> Trainable:
    """One model as it stands, several side by side."""
    return Alone(models[0], loss_weights) if len(models) == 1 else SideBySide(models, loss_weights)


def cross_entropies(logits: Tensor, labels: Tensor, loss_weights: Tensor | None) -> Tensor:
    """[text, …]: loss weight of the label · cross-entropy; classes are the second axis of the logits."""
    weights = None if loss_weights is None else loss_weights.to(logits)
    return nn.functional.cross_entropy(logits, labels, weights, reduction="none")
