"""ProxAdam among torch's optimisers: what is no number is no death, and what torch documents works or is refused."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import nn

import sparsify.penalties.kernels as kernels
from neural import PatternClassifier, compile_patterns
from sparsify import (
    ConfigError,
    DivergedError,
    GroupError,
    GroupLasso,
    ProxAdam,
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
from tests.sparsify.small import classifier, trainer_of
from wfsa import ngram

DIM = 4
NAMES = ["bank.weight", "bank.bias", "param_groups[0]['params'][5]", "param_groups[1]['params'][0]"]
WRONG = [float("nan"), float("inf"), -float("inf")]


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


@pytest.mark.parametrize("kind", [by_state, by_arc, by_pattern])
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "name", ["bank.weight", "bank.bias", "param_groups[0]['params'][5]", "param_groups[1]['params'][0]"]
)
def test_what_is_no_number_ends_the_step_before_anything_is_changed(name, wrong, nested, kind):
    if nested and kind is by_pattern:
        return
    bank, others = bank_of(), [nn.Parameter(torch.ones(2, 2)) for _ in range(3)]
    optimizer = optimizer_of(bank, kind=kind, nested=nested, others=others[:2])
    optimizer.add_param_group({"params": others[2]})
    every = [*bank.parameters(), *others]
    give_gradients(every, 0)
    optimizer.step()
    give_gradients(every, 1)
    places = {"bank.weight": bank.weight, "bank.bias": bank.bias, "param_groups[0]['params'][5]": others[1]}
    places.get(name, others[2]).grad.view(-1)[1] = wrong
    before, state = values(bank, *others), deepcopy(optimizer.state_dict())

    with pytest.raises(DivergedError) as caught:
        optimizer.step()

    assert f"got {wrong} in that of {name}, 1 of" in str(caught.value)
    assert "--lr" in str(caught.value)
    assert same(values(bank, *others), before)
    assert str(optimizer.state_dict()) == str(state)
    assert dead_states(bank, optimizer.penalty.groups) == {}


def test_numbers_whose_squares_are_infinite_are_refused_as_well():
    """Second moments would be infinite, and no step ever move the parameter again."""
    bank, other = bank_of(), nn.Parameter(torch.zeros(3))
    optimizer = optimizer_of(bank, others=[other])
    for parameter in (bank.weight, other):
        give_gradients([*bank.parameters(), other], 0)
        parameter.grad *= 1e30
        with pytest.raises(DivergedError, match=r"got numbers whose squares are not\)"):
            optimizer.step()


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


def test_a_group_of_parameters_more_takes_the_steps_of_adam():
    bank, more = bank_of(), [nn.Parameter(torch.linspace(-1, 1, 6).reshape(2, 3)) for _ in range(2)]
    ours = optimizer_of(bank, lr=0.5)
    ours.add_param_group({"params": more[:1], "lr": 0.03, "betas": (0.8, 0.9), "eps": 1e-6})
    adam = torch.optim.Adam(more[1:], lr=0.03, betas=(0.8, 0.9), eps=1e-6)
    for seed in range(4):
        give_gradients(more[:1], seed)
        give_gradients(more[1:], seed)
        ours.step()
        adam.step()
    assert torch.allclose(more[0], more[1], atol=1e-6)
    assert not torch.equal(more[0], torch.linspace(-1, 1, 6).reshape(2, 3))


def test_other_options_and_parameters_twice_are_refused():
    bank, other = bank_of(), nn.Parameter(torch.ones(2))
    optimizer = optimizer_of(bank, others=[other])
    with pytest.raises(GroupError, match=r"plain Adam, .*got strength, weight_decay.*set_strength"):
        optimizer.add_param_group({"params": nn.Parameter(torch.ones(2)), "strength": 1.0, "weight_decay": 0.1})
    with pytest.raises(ValueError, match="more than one"):
        optimizer.add_param_group({"params": other})
    with pytest.raises(GroupError, match="given once"):
        optimizer_of(bank, others=[bank.weight])
    assert len(optimizer.param_groups) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lr": float("nan")}, "lr is a finite number"),
        ({"lr": -1.0}, "lr is a finite number"),
        ({"eps": 0.0}, "eps is a number above 0"),
        ({"betas": (0.9, 1.0)}, "from 0 to below 1"),
        ({"strength": float("nan")}, "strength is finite"),
        ({"strength": -1.0}, "strength is finite"),
        ({"strength": torch.ones(3)}, r"for each of 2 patterns \(got \(3,\)\)"),
    ],
)
def test_numbers_out_of_range_are_refused_at_every_door(options, said):
    bank = bank_of()
    with pytest.raises(ConfigError, match=said):
        optimizer_of(bank, **{"strength": 0.1, **options})
    optimizer = optimizer_of(bank)
    before = values(bank)
    optimizer.param_groups[0].update(options)
    give_gradients(bank.parameters(), 0)
    with pytest.raises(ConfigError, match=said):
        optimizer.step()
    assert same(values(bank), before)
    if "strength" in options:
        with pytest.raises(ConfigError, match=said):
            optimizer.set_strength(options["strength"])


def test_parameters_that_it_has_no_steps_for_are_refused():
    bank, table = bank_of(), nn.Embedding(5, 2, sparse=True)
    optimizer = optimizer_of(bank, others=[table.weight])
    give_gradients(bank.parameters(), 0)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(GroupError, match=r"dense tensors of float32 or float64 .*torch\.sparse_coo"):
        optimizer.step()
    table.weight.grad = None
    bank.bias.requires_grad_(False)
    with pytest.raises(GroupError, match="trained together"):
        optimizer.step()
    bank.requires_grad_().to(torch.bfloat16)
    with pytest.raises(GroupError, match=r"got torch\.bfloat16"):
        optimizer.step()


def run(bank, optimizer, other, seeds):
    for seed in seeds:
        give_gradients([*bank.parameters(), other], seed)
        optimizer.step()
    return values(bank, other)


@pytest.mark.parametrize("way", ["state", "pickle", "deepcopy"])
def test_a_copy_goes_on_as_the_original_does_to_the_last_bit(way):
    bank, other = bank_of(), nn.Parameter(torch.ones(3))
    optimizer = optimizer_of(bank, strength=torch.tensor([0.01, 0.02]), others=[other])
    run(bank, optimizer, other, range(3))
    if way == "state":
        new, beside = bank_of(1), nn.Parameter(other.detach().clone())
        new.load_state_dict(bank.state_dict())
        copy = optimizer_of(new, others=[beside])
        copy.load_state_dict(deepcopy(optimizer.state_dict()))  # which refers to the moments, as torch has it
    else:
        made = (
            pickle.loads(pickle.dumps((bank, optimizer, other)))
            if way == "pickle"
            else deepcopy((bank, optimizer, other))
        )
        new, copy, beside = made
        assert copy.bank is new
    want = run(bank, optimizer, other, range(3, 6))
    assert same(run(new, copy, beside, range(3, 6)), want)


def test_a_state_of_other_parameters_is_refused_and_changes_nothing():
    bank, larger = bank_of(), compile_patterns([ngram(4, "p0"), ngram(2, "p1")], DIM)
    own, other = optimizer_of(bank), optimizer_of(larger)
    for module, optimizer in ((bank, own), (larger, other)):
        give_gradients(module.parameters(), 0)
        optimizer.step()
    before = str(own.state_dict())
    with pytest.raises(GroupError, match="an optimiser of the same parameters"):
        own.load_state_dict(other.state_dict())
    assert str(own.state_dict()) == before


def test_hooks_closures_schedulers_and_zero_grad_work():
    bank, called = bank_of(), []
    optimizer = optimizer_of(bank)
    optimizer.register_step_pre_hook(lambda *_: called.append("before"))
    optimizer.register_step_post_hook(lambda *_: called.append("after"))
    optimizer.register_state_dict_post_hook(lambda *_: called.append("state"))
    optimizer.register_load_state_dict_post_hook(lambda *_: called.append("loaded"))
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)

    def closure():
        optimizer.zero_grad()
        loss = bank(torch.ones(1, 2, DIM)).sum()
        loss.backward()
        return loss

    before = values(bank)
    assert float(optimizer.step(closure).detach()) == pytest.approx(float(closure().detach()), abs=10)
    schedule.step()
    optimizer.load_state_dict(optimizer.state_dict())
    optimizer.zero_grad()
    assert optimizer.param_groups[0]["lr"] == 0.005
    assert called == ["before", "after", "state", "loaded"]
    assert not same(values(bank), before)
    assert all(parameter.grad is None for parameter in bank.parameters())
    assert "strength: 1e-06" in repr(optimizer)
