"""ProxAdam among torch's optimisers: what torch documents works or is refused."""

import pickle
from copy import deepcopy

import pytest
import torch
from torch import nn

from neural import compile_patterns
from sparsify import ConfigError, GroupError
from tests.sparsify.penalties.optimizers import DIM, bank_of, give_gradients, optimizer_of, same, values
from wfsa import ngram


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
    "group",
    [
        {"lr": 1.0},
        [nn.Parameter(torch.ones(2))],
        {"params": [1]},
        {"params": [("name", nn.Parameter(torch.ones(2)))]},
        {"params": [nn.Parameter(torch.ones(2)) * 2]},
        {"params": {nn.Parameter(torch.ones(2))}},
    ],
)
def test_what_is_no_group_of_parameters_is_refused(group):
    optimizer = optimizer_of(bank_of())
    with pytest.raises(GroupError, match=r"a group of parameters is a dict|the parameters of a group are leaf tensors"):
        optimizer.add_param_group(group)
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
