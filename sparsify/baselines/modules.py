"""Networks over packed word vectors, small and plain: a mean, deep averaging, convolution, recurrence.

What a text scores never depends on the texts beside it: zeros that fill a batch up are not read.
"""

import torch
from torch import Tensor, nn

from neural import Packed

WIDTHS = (3, 4, 5)
"""Tokens that filters of the convolution read at once, as in Kim (2014)."""

UNITS = 24
"""Of the recurrence: as many as a run of `sparsify.train` has patterns to begin with."""


def mean_vectors(x: Packed) -> Tensor:
    """[text, dim]: the mean of every text's vectors; zeros where it has none."""
    assert x.data is not None
    return nn.functional.embedding_bag(x.rows, x.data, x.offsets[:-1], mode="mean")


def padded(x: Packed, beyond: int = 0) -> Tensor:
    """[text, time + beyond, dim]: every text's vectors, then zeros; time is that of the longest, but 1 at least."""
    data = x.data
    assert data is not None
    longest = max(1, int(x.lengths.max())) + beyond
    inside = torch.arange(longest, device=x.rows.device) < x.lengths[:, None]
    index = x.rows.new_full(inside.shape, len(data))
    index[inside] = x.rows
    return nn.functional.embedding(index, torch.cat([data, data.new_zeros(1, data.shape[1])]))


class Bag(nn.Module):
    """W · mean + b: with vectors that move, fastText's classifier of words. Source: Joulin et al. (2017).

    Args:
        dim: of the word vectors.
        dropout: on the mean.
    """

    def __init__(self, dim: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.dropout, self.classes = nn.Dropout(dropout), nn.Linear(dim, classes)

    def forward(self, x: Packed) -> Tensor:
        """[text, class]: logits."""
        logits: Tensor = self.classes(self.dropout(mean_vectors(x)))
        return logits


class DeepAveraging(nn.Module):
    """Layers of ReLU over the mean of the word vectors. Source: Iyyer et al. (2015).

    Args:
        dim: of the word vectors.
        dropout: before every layer.
        hidden: units of every hidden layer.
        layers: how many of these.
    """

    def __init__(self, dim: int, classes: int, dropout: float, hidden: int, layers: int) -> None:
        super().__init__()
        sizes = [dim] + [hidden] * layers
        steps = [(nn.Dropout(dropout), nn.Linear(sizes[i], hidden), nn.ReLU()) for i in range(layers)]
        self.layers = nn.Sequential(*(part for step in steps for part in step))
        self.dropout, self.classes = nn.Dropout(dropout), nn.Linear(hidden, classes)

    def forward(self, x: Packed) -> Tensor:
        """[text, class]: logits."""
        logits: Tensor = self.classes(self.dropout(self.layers(mean_vectors(x))))
        return logits


class Convolution(nn.Module):
    """The greatest value of ReLU filters of widths 3, 4 and 5 over a text, then a linear layer. Source: Kim (2014).

    Windows begin at every token and read zeros beyond the end, so a text of one token has one, too. Kim's bound on the
    norm of class weights is left out: Zhang and Wallace (2017) found it worth little.

    Args:
        dim: of the word vectors.
        dropout: on the greatest values.
        filters: of every width.
    """

    def __init__(self, dim: int, classes: int, dropout: float, filters: int) -> None:
        super().__init__()
        self.filters = nn.ModuleList(nn.Conv1d(dim, filters, width) for width in WIDTHS)
        self.dropout, self.classes = nn.Dropout(dropout), nn.Linear(filters * len(WIDTHS), classes)

    def forward(self, x: Packed) -> Tensor:
        """[text, class]: logits."""
        vectors = padded(x, beyond=max(WIDTHS) - 1).transpose(1, 2)
        greatest = []
        for own in self.filters:
            values = own(vectors).relu()
            there = torch.arange(values.shape[2], device=values.device) < x.lengths[:, None]
            greatest.append((values * there[:, None]).amax(2))  # no value is below 0: one that is taken out is no best
        logits: Tensor = self.classes(self.dropout(torch.cat(greatest, 1)))
        return logits


class Recurrence(nn.Module):
    """The state of an LSTM of 24 units at the end of a text. Source: Hochreiter and Schmidhuber (1997).

    Args:
        dim: of the word vectors.
        dropout: on that state.
    """

    def __init__(self, dim: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.lstm = nn.LSTM(dim, UNITS, batch_first=True)
        self.dropout, self.classes = nn.Dropout(dropout), nn.Linear(UNITS, classes)

    def forward(self, x: Packed) -> Tensor:
        """[text, class]: logits."""
        states, _ = self.lstm(padded(x))
        last = states[torch.arange(x.texts, device=states.device), (x.lengths - 1).clamp(min=0)]
        logits: Tensor = self.classes(self.dropout(last))
        return logits
