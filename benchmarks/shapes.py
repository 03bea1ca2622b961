"""What the parts of benchmarks/speed.py share: texts, the bank, and the products that layers are held against."""

import numpy as np
import torch
from torch import Tensor, nn

from neural import Vocabulary, compile_patterns, tokenize_all
from sparsify.data import load_corpus
from wfsa import ngram

BATCH, DIM, WIDTH, LENGTH, LONGEST, TEXTS = 64, 300, 24, 4, 200, 1500


def reviews() -> tuple[list[np.ndarray], Tensor]:
    """Word ids of short IMDB reviews, and one random vector per word; behind them one of zeros, for padding."""
    texts = load_corpus("imdb").train.texts
    tokens = [t for t in tokenize_all(texts[: 3 * TEXTS], True, 2) if len(t) <= LONGEST][:TEXTS]
    vocabulary = Vocabulary.build(tokens)
    vectors = torch.cat([torch.randn(len(vocabulary), DIM), torch.zeros(1, DIM)])
    return [vocabulary.encode(t) for t in tokens], vectors


def bank_of(patterns: int = WIDTH, length: int = LENGTH, dim: int = DIM) -> nn.Module:
    """The bank of the paper."""
    return compile_patterns([ngram(length, f"p{i}") for i in range(patterns)], dim)


def padded(ids: list[np.ndarray], vectors: Tensor, left: bool = False) -> tuple[Tensor, Tensor]:
    """[batch, time, dim] and lengths, by one gather."""
    lengths = np.array([len(words) for words in ids])
    places = np.arange(lengths.max())
    filled = places >= lengths.max() - lengths[:, None] if left else places < lengths[:, None]
    index = np.full(filled.shape, len(vectors) - 1)
    index[filled] = np.concatenate(ids)
    return vectors[torch.from_numpy(index)], torch.from_numpy(lengths)


def backward(module: nn.Module, *inputs: object) -> None:
    """Forward, and backward from the sum of all scores to the parameters."""
    for parameter in module.parameters():
        parameter.grad = None
    module(*inputs).sum().backward()


def products(x: Tensor, cotangent: Tensor, weight: Tensor) -> None:
    """The two matrix products of all tokens; a layer needs less only where it knows rows to be equal or zero."""
    x @ weight.T
    cotangent.T @ x
