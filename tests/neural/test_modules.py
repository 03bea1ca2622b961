"""Banks, classifiers and networks as modules of torch: what converts, moves and copies them works as documented."""

import copy

import pytest
import torch

from neural import EXTREMES, LOG, REAL, PatternClassifier, PatternNetwork, compile_patterns, k_best
from wfsa import ANY, EPSILON, WFSA, Arc, Linear, logarithmic, ngram

LENGTHS = torch.tensor([5, 0, 3])
EPSILONS = WFSA({0: 1.0}, (Arc(0, EPSILON, 1, 0.3), Arc(1, ANY, 0, Linear("e")), Arc(1, ANY, 2, 0.7)), {2: 1.0})

MODULES = [
    lambda: PatternClassifier(compile_patterns([ngram(2, "a"), ngram(1, "b")], 4), 2),
    lambda: PatternNetwork([[ngram(2, "a")], [ngram(1, "b")]], 4, bidirectional=True, gated=True),
    lambda: compile_patterns([EPSILONS], 4),
    lambda: compile_patterns([logarithmic(ngram(2, "a", main="gate"))], 4, LOG),
    lambda: compile_patterns([ngram(2, "a"), EPSILONS], 4, EXTREMES),
    lambda: compile_patterns([logarithmic(ngram(2, "a", main="gate"))], 4, k_best(2)),
]


@pytest.fixture(params=range(len(MODULES)))
def module(request):
    torch.manual_seed(0)
    return MODULES[request.param]()


@pytest.fixture
def x():
    return torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("used", [False, True])
def test_a_type_is_one_of_numbers_not_of_tables(module, x, used):
    want = copy.deepcopy(module).double()(x.double(), LENGTHS)
    if used:
        module(x, LENGTHS)
    assert torch.equal(module.type(torch.float64)(x.double(), LENGTHS), want)
    assert torch.allclose(module.float()(x, LENGTHS).double(), want, atol=1e-4)


@pytest.mark.parametrize("by_way_of", ["cpu", "meta"])
def test_what_has_lost_its_values_has_those_of_a_state(module, x, by_way_of):
    """As large models are loaded: made without memory, then filled."""
    want, state = module(x, LENGTHS), {name: value.clone() for name, value in module.state_dict().items()}
    module.to(by_way_of).to_empty(device="cpu").load_state_dict(state)
    assert torch.equal(module(x, LENGTHS), want)


def test_a_state_may_be_assigned(module, x):
    want, state = module(x, LENGTHS), copy.deepcopy(module).state_dict()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    module.load_state_dict(state, assign=True)
    assert torch.equal(module(x, LENGTHS), want)


def test_frozen_and_free_again_it_learns(module, x):
    assert not module.requires_grad_(False)(x, LENGTHS).requires_grad
    found = module.requires_grad_()(x, LENGTHS)
    found[found.isfinite()].sum().backward()
    assert any(parameter.grad is not None and parameter.grad.any() for parameter in module.parameters())


def test_a_state_of_another_shape_is_refused(x):
    bank = compile_patterns([ngram(2, "a")], 4, REAL)
    with pytest.raises(RuntimeError, match="size mismatch"):
        bank.load_state_dict(compile_patterns([ngram(3, "a")], 4).state_dict())
    with pytest.raises(RuntimeError, match="Missing key"):
        bank.load_state_dict({})
