"""What is no finite number is no death, and ends a step before anything is changed."""

import numpy as np
import pytest
import torch
from torch import nn

import sparsify.penalties.kernels as kernels
from neural import PatternClassifier
from sparsify import (
    DivergedError,
    GroupLasso,
    Settings,
    by_arc,
    by_pattern,
    by_state,
    certify,
    dead_states,
    groups,
    norms,
    prune,
    zero_behind,
)
from sparsify.penalties.group_lasso import prox_ref
from tests.sparsify.penalties.optimizers import DIM, bank_of, give_gradients, optimizer_of, same, values
from tests.sparsify.small import classifier, trainer_of
from wfsa import ngram

NAMES = ["bank.weight", "bank.bias", "param_groups[0]['params'][5]", "param_groups[1]['params'][0]"]
"""Of what `prepared` returns."""
WRONG = [float("nan"), float("inf"), -float("inf")]


def prepared(kind=by_state, nested=False, strength=1e-6):
    """(optimiser after a step, with new gradients; its parameters by name)."""
    bank, others = bank_of(), [nn.Parameter(torch.ones(2, 2)) for _ in range(3)]
    optimizer = optimizer_of(bank, strength, kind, nested, others=others[:2])
    optimizer.add_param_group({"params": others[2]})
    give_gradients([*bank.parameters(), *others], 0)
    optimizer.step()
    give_gradients([*bank.parameters(), *others], 1)
    return optimizer, dict(zip(NAMES, (bank.weight, bank.bias, *others[1:]), strict=True))


def assert_refused(optimizer, said):
    """The next step is, and changes nothing."""
    every = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    before, state = [one.detach().clone() for one in every], str(optimizer.state_dict())
    with pytest.raises(DivergedError) as caught:
        optimizer.step()
    assert said in str(caught.value)
    assert "--lr" in str(caught.value)
    assert all(torch.equal(a.nan_to_num(7), b.nan_to_num(7)) for a, b in zip(every, before, strict=True))
    assert str(optimizer.state_dict()) == state


@pytest.mark.parametrize(
    ("kind", "nested"), [(by_state, False), (by_state, True), (by_arc, False), (by_pattern, False)]
)
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_that_is_no_number_ends_the_step_before_anything_is_changed(name, wrong, kind, nested):
    optimizer, places = prepared(kind, nested)
    places[name].grad.view(-1)[1] = wrong
    assert_refused(optimizer, f"got {wrong} in the gradient of {name}, 1 of")
    assert dead_states(optimizer.bank, optimizer.penalty.groups) == {}


@pytest.mark.parametrize("strength", [0.0, 1e-6])
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_neither_is_a_step_taken_from_a_parameter_that_is_no_number(name, wrong, strength):
    optimizer, places = prepared(strength=strength)
    with torch.no_grad():
        places[name].view(-1)[1] = wrong
    assert_refused(optimizer, f"got {wrong} in {name}, 1 of")


def test_a_step_out_of_the_range_of_numbers_is_refused_as_the_next_begins():
    optimizer, _ = prepared(strength=0.0)
    optimizer.param_groups[0]["lr"] = 1e39
    optimizer.step()
    assert_refused(optimizer, "inf in bank.weight")


def test_large_parameters_take_steps():
    """In single precision their squares would be infinite."""
    optimizer, places = prepared()
    with torch.no_grad():
        for parameter in places.values():
            parameter.fill_(1e20)
    optimizer.step()
    assert all(parameter.isfinite().all() for parameter in places.values())


@pytest.mark.parametrize("value", [1e-25, 1e-38])
def test_small_parameters_are_not_dead(value):
    """In single precision their squares are 0."""
    bank = bank_of()
    with torch.no_grad():
        for parameter in bank.parameters():
            parameter.fill_(value)
    grouped = groups(bank.layout)
    counts = torch.tensor([sum(DIM + leaf.bias for leaf in group.leaves) for group in grouped.members])
    torch.testing.assert_close(norms(bank, grouped), counts.double().sqrt() * value, rtol=1e-6, atol=0)
    assert dead_states(bank, grouped) == {}


def test_a_gradient_whose_squares_are_infinite_is_refused_where_they_are_kept_in_its_precision():
    """Second moments would be infinite, and no step ever move the parameter again; those of patterns are doubles."""
    bank, other = bank_of(), nn.Parameter(torch.zeros(3))
    optimizer = optimizer_of(bank, others=[other])
    give_gradients([*bank.parameters(), other], 0)
    bank.weight.grad *= 1e30
    before = values(bank)
    optimizer.step()
    assert ((values(bank)[0] - before[0]).abs() <= 0.1).all()
    other.grad *= 1e30
    assert_refused(optimizer, "got a gradient whose squares are not")


@pytest.mark.parametrize("wrong", WRONG)
def test_parameters_that_are_no_numbers_are_no_deaths(wrong):
    model = PatternClassifier(bank_of(), 2)
    bank, grouped = model.bank, groups(model.bank.layout)
    with torch.no_grad():
        bank.weight[1, 0] = wrong
    before = values(bank)
    jobs = [
        lambda: norms(bank, grouped),
        lambda: dead_states(bank, grouped),
        lambda: prune(model, grouped),
        lambda: zero_behind(bank, grouped),
        *(lambda n=n: GroupLasso(grouped, n).prox_(bank, torch.full((2,), 0.1)) for n in (False, True)),
        lambda: GroupLasso(grouped).value(bank),
    ]
    for job in jobs:
        with pytest.raises(DivergedError, match=r"a norm of (nan|inf) in group p\d\.\d"):
            job()
        assert all(torch.equal(a.isfinite(), b.isfinite()) for a, b in zip(values(bank), before, strict=True))


@pytest.mark.parametrize("nested", [False, True])
def test_a_norm_that_is_no_number_has_a_factor_that_is_none(nested):
    sizes, taus = np.array([1.0, np.nan, 1.0]), np.full(3, 0.1)
    found = np.empty(3)
    kernels.shrink(sizes, taus, np.array([[0, 1, 2]]) if nested else np.zeros((0, 0), np.int64), found)
    assert np.isnan(found[1])
    assert not (found == 0).any()
    vectors = prox_ref([torch.ones(1), torch.tensor([np.nan]), torch.ones(1)], [0.1] * 3, nested)
    assert not any((vector == 0).any() for vector in vectors)


@pytest.mark.parametrize("wrong", WRONG)
def test_clipping_makes_no_infinite_gradient_a_small_one(wrong):
    model = classifier([ngram(2, "a")])
    trainer = trainer_of([model], Settings())
    trainer.full_gradient()
    model.bank.weight.grad[0, 0] = wrong
    before = values(model)
    with pytest.raises(DivergedError, match=r"gradient of the model must be finite \(got norm"):
        trainer.apply()
    assert same(values(model), before)


def test_nothing_is_certified_of_a_model_that_has_diverged():
    model = classifier([ngram(2, "a")])
    trainer = trainer_of([model], Settings())
    with torch.no_grad():
        model.bias[0] = torch.inf
    before = values(model)
    with pytest.raises(DivergedError):
        certify(trainer, 0.1)
    assert same(values(model), before)
