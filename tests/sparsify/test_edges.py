"""What a careful reader tried to break in structure learning: each of these once did."""

import copy
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from neural import PatternClassifier, compile_patterns
from sparsify import GroupError, GroupLasso, Groups, ProxAdam, PruneError, Settings, by_state, groups, prune
from sparsify.penalties.prune import restore
from sparsify.train import main
from sparsify.training.processes import ALONE, world
from sparsify.training.side_by_side import SideBySide
from tests.sparsify.small import data_of, static, trainer_of
from wfsa import ANY, EPSILON, WFSA, Arc, Const, Linear, Product, Scalar, Sigmoid, Sum, ngram

TEXTS, LABELS = ["a good film", "a bad film", "good good", "bad"], [1, 0, 1, 0]


def classifier(patterns, **choices):
    torch.manual_seed(0)
    return PatternClassifier(compile_patterns(patterns, 3, **choices), 2)


@pytest.mark.parametrize(
    "arcs",
    [
        (Arc(0, ANY, 1, Linear("w")), Arc(0, EPSILON, 1, Scalar("e"))),
        (Arc(0, ANY, 1, Sum((Linear("w"), Scalar("e")))),),
    ],
)
def test_a_state_that_another_parameter_keeps_alive_is_not_deleted(arcs):
    model = classifier([WFSA({0: 1.0}, (Arc(0, ANY, 0, 1.0), *arcs), {1: 1.0})])
    grouped, x = groups(model.bank.layout), torch.randn(2, 4, 3)
    for value, deleted in ((0.7, {}), (0.0, {0: (0, 1)})):
        model.bank.load_symbolic({"w": model.bank.to_symbolic()[1]["w"]._replace(weights=[0.0] * 3), "e": value})
        pruned = prune(model, grouped)

        assert pruned.deleted == deleted
        assert torch.allclose(pruned.model(x), model(x))


def test_a_parameter_beside_the_group_keeps_a_state_alive():
    """Final weights are in no group: this one is a way around the dead parameters."""
    loose = (Arc(0, ANY, 1, Linear("w")), Arc(0, ANY, 1, Product((Scalar("e"), Const(1.0)))))
    model = classifier([WFSA({0: 1.0}, (Arc(0, ANY, 0, 1.0), *loose), {1: 1.0, 0: Scalar("e")})])
    members = by_state(model.bank.layout).members
    only_w = tuple(replace(group, leaves=frozenset({Linear("w")})) for group in members)
    with torch.no_grad():
        model.bank.weight.zero_()
    with pytest.raises(PruneError, match="must make arcs into a dead state weigh 0̄"):
        prune(model, Groups(only_w, model.bank.layout))


def test_a_zero_factor_deletes_whatever_it_is_multiplied_with():
    weight = Product((Sigmoid(Scalar("e")), Linear("w")))
    model = classifier([WFSA({0: 1.0}, (Arc(0, ANY, 0, 1.0), Arc(0, ANY, 1, weight)), {1: 1.0})])
    with torch.no_grad():
        model.bank.weight.zero_()
    x = torch.randn(2, 4, 3)

    assert torch.equal(prune(model, groups(model.bank.layout)).model(x), model(x))


def test_learned_ends_survive_deleting_and_restoring():
    model = classifier([ngram(2, "a", final="sigmoid"), ngram(1, "b", final="sigmoid")])
    with torch.no_grad():
        model.bank.scalars.normal_()
        model.bank.weight[[row for row, linear in enumerate(model.bank.layout.rows) if linear.name == "a.main1"]] = 0
        for row, linear in enumerate(model.bank.layout.rows):
            if linear.name.startswith("a."):
                model.bank.weight[row] = 0
    before, x = copy.deepcopy(model), torch.randn(2, 4, 3)
    pruned = prune(model, groups(model.bank.layout))
    restore(model, pruned)

    assert torch.allclose(pruned.model(x), before(x))
    assert torch.allclose(model(x), before(x))


def test_a_readout_survives_deleting_and_training_side_by_side():
    model = classifier([ngram(2, "a"), ngram(1, "b")], readout="best")
    x = torch.randn(2, 4, 3)

    assert torch.allclose(prune(model, groups(model.bank.layout)).model(x), model(x))
    packed = model.bank.packed(x)
    assert torch.allclose(SideBySide([model, model])(packed)[:, 0], model(x))


def test_different_kinds_of_models_do_not_train_side_by_side():
    models = [classifier([ngram(1)]), PatternClassifier(compile_patterns([ngram(1)], 3), 2, "none")]
    with pytest.raises(GroupError, match="differ in their patterns only"):
        SideBySide(models)


def test_the_optimiser_trains_what_it_is_given():
    """Patterns without biases, a transposed parameter, a whole number for the strength."""
    bank = compile_patterns([ngram(2, loops="none")], 3)
    other = torch.nn.Parameter(torch.randn(4, 3).T)
    optimizer = ProxAdam(bank, GroupLasso(groups(bank.layout)), strength=1, others=[other])
    before, other_before = bank.weight.detach().clone(), other.detach().clone()
    optimizer.zero_grad()
    (bank(torch.randn(2, 4, 3)).sum() + other.sum()).backward()
    optimizer.step()

    assert (bank.weight != before).any()
    assert (other != other_before).all()


def test_an_optimiser_goes_on_where_it_stopped():
    def stepped(optimizer, bank, count):
        for _ in range(count):
            bank.weight.grad, bank.bias.grad = torch.ones_like(bank.weight), torch.ones_like(bank.bias)
            optimizer.step()

    banks = [compile_patterns([ngram(2)], 3) for _ in range(2)]
    banks[1].load_state_dict(banks[0].state_dict())
    one, two = (ProxAdam(bank, GroupLasso(groups(bank.layout))) for bank in banks)
    stepped(one, banks[0], 50)
    banks[1].load_state_dict(banks[0].state_dict())
    two.load_state_dict(copy.deepcopy(one.state_dict()))
    for optimizer, bank in zip((one, two), banks, strict=True):
        stepped(optimizer, bank, 3)

    assert torch.allclose(banks[0].weight, banks[1].weight, rtol=1e-6, atol=1e-7)


def test_training_moves_learned_ends():
    encoder = static(["a", "good", "bad", "film"], 3, np.float32)
    model = classifier([ngram(2, "a", final="sigmoid")])
    trainer = trainer_of([model], Settings(), data_of(encoder, TEXTS, LABELS), seed=0, lr=0.05)
    trainer.epoch()
    before = trainer.full_gradient()
    assert model.bank.scalars.detach().abs().min() > 0

    encoder.keep(encoder.table * 2)
    trainer.keep_vectors()
    assert trainer.full_gradient() != before


@pytest.mark.parametrize("size", ["", "1"])
def test_one_process_needs_no_torchrun(size, monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setenv("WORLD_SIZE", size)
    with world("cpu") as here:
        assert here == ALONE


@pytest.mark.parametrize(
    "environment",
    [
        {"WORLD_SIZE": "2"},
        {"WORLD_SIZE": "x", "RANK": "0"},
        {"WORLD_SIZE": "9" * 5000, "RANK": "0"},
        {"WORLD_SIZE": "0", "RANK": "0"},
        {"WORLD_SIZE": "2", "RANK": "0"},
        {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "localhost"},
        {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "localhost", "MASTER_PORT": "65536"},
        {"WORLD_SIZE": "2", "RANK": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": "29500"},
        {"WORLD_SIZE": "2", "RANK": "1", "LOCAL_RANK": "two", "MASTER_ADDR": "localhost", "MASTER_PORT": "29500"},
    ],
)
def test_processes_without_torchrun_are_refused_in_one_line(environment, monkeypatch, capsys, tmp_path):
    for name in ("WORLD_SIZE", "RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert main(["--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert re.search("started by torchrun, which sets WORLD_SIZE, RANK, .*MASTER_ADDR .* unset WORLD_SIZE", error)
    assert error.count("\n") == 1
