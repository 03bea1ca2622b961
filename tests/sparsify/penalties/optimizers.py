"""Small banks and their optimisers, with gradients that are given."""

import torch

from neural import compile_patterns
from sparsify import (
    GroupLasso,
    ProxAdam,
    groups,
)
from wfsa import ngram

DIM = 4


def bank_of(seed=0):
    bank = compile_patterns([ngram(3, "p0"), ngram(2, "p1")], DIM)
    bank.reset_parameters(torch.Generator().manual_seed(seed))
    return bank


def optimizer_of(bank, strength=1e-6, kind=groups, nested=False, **more):
    return ProxAdam(bank, GroupLasso(kind(bank.layout), nested), strength=strength, **more)


def give_gradients(parameters, seed):
    generator = torch.Generator().manual_seed(seed)
    for parameter in parameters:
        parameter.grad = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)


def values(bank, *more):
    return [parameter.detach().clone() for parameter in (*bank.parameters(), *more)]


def same(found, wanted):
    return all(torch.equal(a, b) for a, b in zip(found, wanted, strict=True))
