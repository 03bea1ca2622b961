"""A network → classes: what its last layer says of a text, one linear layer."""

from torch import Tensor, nn

from neural.batches.packing import Packed
from neural.classifier import ClassWeights
from neural.network import PatternNetwork


class NetworkClassifier(ClassWeights):
    """logits = W h + b, with h [text, width] of a `PatternNetwork`, whose activation is the only one.

    Raises:
        CompileError: there are fewer than two classes.
    """

    def __init__(self, network: PatternNetwork, classes: int) -> None:
        super().__init__(network.width, classes)
        self.network = network

    def forward(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
        """[text, class] logits of texts, given as to `PatternBank`."""
        return nn.functional.linear(self.network(x, lengths), self.weight, self.bias)
