"""Small random networks of two layers in both directions, and texts for them."""

import numpy as np
import torch

from neural import NetworkClassifier, PatternNetwork
from sparsify.layers.layered_groups import banks_of
from sparsify.penalties.blocks import zero_rows
from wfsa import ngram

DIM = 3
LAYERS = [[ngram(2, f"a{i}") for i in range(3)], [ngram(2, f"b{i}") for i in range(2)]]


def texts(seed=0):
    x = torch.randn(5, 7, DIM, generator=torch.Generator().manual_seed(seed))
    return x, torch.tensor([7, 1, 0, 4, 2])


def classifier(layers=LAYERS, seed=0, classes=2, **choices):
    """All parameters random, those of ends and biases, too."""
    made = NetworkClassifier(PatternNetwork(layers, DIM, **{"bidirectional": True, **choices}), classes)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(0, 0.7, generator=generator)
    return made.eval()


def kill(network, grouped, names):
    """Set these groups to zero."""
    found = iter(grouped.names)
    for bank, own in zip(banks_of(network), grouped.banks, strict=True):
        gone = np.array([next(found) in names for _ in own.members], dtype=bool)
        zero_rows(bank, own.rows, gone)
