"""Half precision around banks, as around other layers of torch: within autocast it is read, elsewhere refused."""

from copy import deepcopy

import pytest
import torch
from torch import nn

import wfsa
from neural import (
    EXPECTATION,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    BatchError,
    PatternClassifier,
    PatternNetwork,
    compile_patterns,
    k_best,
)
from wfsa import ngram

HALVES = [torch.bfloat16, torch.float16]
LENGTHS = torch.tensor([5, 0, 3])


def bank_of(K, readout):
    signed = K in (REAL, EXTREMES, EXPECTATION)
    patterns = [ngram(2, "a", main="tied" if signed else "gate"), ngram(3, "b", main="tied" if signed else "gate")]
    logarithms = K in (LOG, MAX_PLUS, MIN_PLUS) or (K.parts and not signed)
    return compile_patterns([wfsa.logarithmic(p) if logarithms else p for p in patterns], 6, K, readout=readout)


def network():
    layers = [[ngram(2, "a"), ngram(1, "b")], [ngram(2, "c")]]
    return PatternNetwork(layers, 6, bidirectional=True, gated=True, activation="tanh", readout="anywhere")


MODULES = [
    *((lambda K=K: bank_of(K, "end")) for K in (REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, EXTREMES, EXPECTATION)),
    lambda: bank_of(k_best(2), "end"),
    lambda: bank_of(REAL, "anywhere"),
    lambda: bank_of(REAL, "best"),
    lambda: bank_of(LOG, "anywhere"),
    lambda: PatternClassifier(bank_of(REAL, "end"), 2),
    network,
]


@pytest.mark.parametrize("half", HALVES, ids=str)
@pytest.mark.parametrize("make", MODULES)
def test_between_layers_in_half_precision_scores_and_gradients_are_near_those_in_double(make, half):
    torch.manual_seed(0)
    x, below, module = torch.randn(3, 5, 6), nn.Linear(6, 6), make()
    exact = deepcopy(below).double(), deepcopy(module).double()

    with torch.autocast("cpu", dtype=half):
        read = below(x)
        scores = module(read, LENGTHS)
    want = exact[1](exact[0](x.double()), LENGTHS)
    finite = want.isfinite()

    assert read.dtype == half
    assert scores.dtype == (half if isinstance(module, PatternClassifier) else torch.float32)
    assert torch.equal(scores.isfinite(), finite)
    assert torch.allclose(scores[finite].double(), want[finite], rtol=0.03, atol=0.03)
    scores[finite].float().sum().backward()
    want[finite].sum().backward()
    others = [parameter for part in exact for parameter in part.parameters()]
    for own, other in zip([*below.parameters(), *module.parameters()], others, strict=True):
        if own.numel():
            assert own.grad.dtype == torch.float32
            assert (own.grad - other.grad).norm() <= 0.05 * other.grad.norm() + 0.01


@pytest.mark.parametrize("half", HALVES, ids=str)
def test_a_stream_goes_on_within_autocast(half):
    bank, x = bank_of(REAL, "anywhere"), torch.randn(3, 5, 6).to(half)
    with torch.no_grad(), torch.autocast("cpu", dtype=half):
        _, state = bank.feed(x[:, :2], torch.full((3,), 2))
        _, state = bank.feed(x[:, 2:], torch.full((3,), 3), state)
        whole = bank(x, torch.full((3,), 5))
    assert torch.allclose(state.scores, whole, atol=1e-5)


@pytest.mark.parametrize("half", HALVES, ids=str)
def test_all_parameters_may_be_halves(half):
    for make in (MODULES[0], MODULES[-2], network):
        module = make().to(half)
        scores = module(torch.randn(3, 5, 6).to(half), LENGTHS)
        scores.sum().backward()
        assert scores.dtype == half
        assert all(p.grad.isfinite().all() for p in module.parameters() if p.numel())


def test_elsewhere_other_types_are_refused_and_what_helps_is_said():
    bank = bank_of(REAL, "end")
    for half in HALVES:
        with pytest.raises(BatchError, match=rf"got {half}\); cast one of them, or run within torch.autocast"):
            bank(torch.zeros(1, 2, 6, dtype=half))
    with torch.autocast("cpu"), pytest.raises(BatchError, match=r"got torch\.float64\); cast one of them\."):
        bank(torch.zeros(1, 2, 6, dtype=torch.float64))
    with torch.autocast("cpu"), pytest.raises(BatchError, match=r"of torch\.float64"):
        bank.double()(torch.zeros(1, 2, 6, dtype=torch.bfloat16))
