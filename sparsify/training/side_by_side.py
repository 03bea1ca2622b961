"""Several classifiers trained side by side, as one: all their patterns in one bank, each with classes of its own.

They share the texts and the product with the word vectors, and nothing else: no gradient of one reaches another.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from neural import ACTIVATIONS, Packed, PatternClassifier, compile_patterns
from sparsify.errors import GroupError
from wfsa import rename_parameters


class Joint(nn.Module):
    """`models` in one module; `write_back` gives them what it has learned.

    Attributes:
        bank: all patterns, model by model.
        weight: [model · class, pattern]; a model's classes read its own patterns only.
        bias: [model · class].
        owner: [pattern] → model.
    """

    mask: Tensor
    owner: Tensor

    def __init__(self, models: Sequence[PatternClassifier]) -> None:
        super().__init__()
        kinds = {(len(m.bias), m.activation, m.bank.layout.dim, m.bank.K, m.bank.readout) for m in models}
        if len(kinds) != 1:
            raise GroupError(f"models side by side differ in their patterns only (got {len(kinds)} kinds of models).")
        self._models = list(models)
        self.classes, self.activation = len(models[0].bias), models[0].activation
        first, patterns, owner = models[0].bank, [], []
        values: dict[str, Any] = {}
        for m, model in enumerate(models):
            own, parameters = model.bank.to_symbolic()
            patterns += [rename_parameters(pattern, f"{m}.{{}}".format) for pattern in own]
            values |= {f"{m}.{name}": value for name, value in parameters.items()}
            owner += [m] * len(own)
        like = first.weight
        self.bank = compile_patterns(patterns, first.layout.dim, first.K, readout=first.readout).to(like)
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
        return nn.functional.linear(scores, self.weight * self.mask, self.bias).unflatten(1, (-1, self.classes))

    @torch.no_grad()
    def write_back(self) -> None:
        """Give every model its parameters as they are now."""
        values = self.bank.to_symbolic()[1]
        for m, (rows, columns, model) in enumerate(self._places()):
            own = f"{m}."
            model.bank.load_symbolic({k.removeprefix(own): v for k, v in values.items() if k.startswith(own)})
            model.weight.copy_(self.weight[rows, columns])
            model.bias.copy_(self.bias[rows])
