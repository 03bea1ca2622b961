"""A network → classes: what its last layer says of a text, one linear layer."""

import torch
from torch import Tensor, nn

from neural.batches.packing import Packed
from neural.errors import CompileError
from neural.network import PatternNetwork


class NetworkClassifier(nn.Module):
    """logits = W h + b, with h [text, width] of a `PatternNetwork`, whose activation is the only one.

    Raises:
        CompileError: there are fewer than two classes.
    """

    def __init__(self, network: PatternNetwork, classes: int) -> None:
        super().__init__()
        if classes < 2:
            raise CompileError(f"a classifier has at least two classes (got {classes}).")
        self.network = network
        self.weight = nn.Parameter(torch.empty(classes, network.width))
        self.bias = nn.Parameter(torch.empty(classes))
        self.reset_parameters()

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Class weights uniform in ±1/√width, biases 0; the network is left as it is."""
        bound = 1 / max(1, self.weight.shape[1]) ** 0.5
        with torch.no_grad():
            self.weight.uniform_(-bound, bound, generator=generator)
            self.bias.zero_()

    def forward(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
        """[text, class] logits of texts, given as to `PatternBank`."""
        return nn.functional.linear(self.network(x, lengths), self.weight, self.bias)
