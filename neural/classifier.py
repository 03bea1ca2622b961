"""Patterns → classes: the document's pattern scores, an optional activation, one linear layer."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from neural.bank import PatternBank
from neural.batches.packing import Packed
from neural.errors import CompileError

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"none": lambda x: x, "tanh": torch.tanh, "relu": torch.relu}
"""All map 0 to 0, so that a dead pattern adds nothing to any class."""


class ClassWeights(nn.Module):
    """W and b of a linear layer above `width` scores.

    Raises:
        CompileError: there are fewer than two classes.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        if classes < 2:
            raise CompileError(f"a classifier has at least two classes (got {classes}).")
        self.weight = nn.Parameter(torch.empty(classes, width))
        self.bias = nn.Parameter(torch.empty(classes))
        self.reset_parameters()

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """W uniform in ±1/√width, b 0; what gives the scores is left as it is."""
        bound = 1 / max(1, self.weight.shape[1]) ** 0.5
        with torch.no_grad():
            self.weight.uniform_(-bound, bound, generator=generator)
            self.bias.zero_()


class PatternClassifier(ClassWeights):
    """logits = W φ(bank(x)) + b, for any number of classes.

    Without patterns the logits are b on every text: the model predicts the class prior.
    """

    def __init__(self, bank: PatternBank, classes: int, activation: str = "tanh") -> None:
        super().__init__(len(bank.layout.patterns), classes)
        if activation not in ACTIVATIONS:
            raise CompileError(f"activation is one of {', '.join(ACTIVATIONS)} (got {activation!r}).")
        self.bank = bank
        self.activation = activation

    def forward(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
        """[batch, class] logits of texts, given as to `PatternBank`."""
        return self.classify(self.bank(x, lengths))

    def classify(self, scores: Tensor) -> Tensor:
        """[batch, pattern] scores → [batch, class] logits."""
        return nn.functional.linear(ACTIVATIONS[self.activation](scores), self.weight, self.bias)
