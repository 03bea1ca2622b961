"""The certificate at points where the answer is known, and the choice among models."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from neural import PatternClassifier, Vocabulary, compile_patterns, tokenize
from sparsify import RunError, Settings, certify, norms
from sparsify.runs.select import choose
from sparsify.training.dropout import Dropout
from sparsify.training.encoded import Encoded, encode
from sparsify.training.trainer import Training
from wfsa import ngram

TEXTS = ["a good film", "a bad film", "good good", "bad", "so good a film", "not a film"]
LABELS = [1, 0, 1, 0, 1, 0]


def make_training():
    """Two bigram patterns on six texts, in float64."""
    vocabulary = Vocabulary(["a", "good", "bad", "film", "so", "not"])
    table = torch.from_numpy(np.random.default_rng(0).normal(size=(len(vocabulary), 4)))
    model = PatternClassifier(compile_patterns([ngram(2, "p0"), ngram(2, "p1")], 4).double(), 2).double()
    generator = torch.Generator().manual_seed(0)
    model.bank.reset_parameters(generator)
    model.reset_parameters(generator)
    data = encode([tokenize(text) for text in TEXTS], LABELS, vocabulary)
    return Training(model, table, data, Settings(), generator, 0.01)


@pytest.fixture
def training():
    return make_training()


def loss(training):
    with torch.no_grad():
        out = training.model(training.data.packed(np.arange(len(TEXTS)), training.table))
        return float(torch.nn.functional.cross_entropy(out, training.data.labels))


def kill(training):
    with torch.no_grad():
        training.model.bank.weight.zero_()
        training.model.bank.bias.zero_()


def strongest_pull(training):
    """max over groups of ‖∇f‖ / √m at the present point, by central differences; groups as `p?.main? + p?.loop?`."""
    bank, squares = training.model.bank, {}
    for tensor, rows in ((bank.weight, bank.layout.rows), (bank.bias, bank.layout.rows[-len(bank.bias) :])):
        for place in np.ndindex(tuple(tensor.shape)):
            values = []
            for step in (1e-5, -1e-5):
                with torch.no_grad():
                    tensor[place] += step
                    values.append(loss(training))
                    tensor[place] -= step
            name = rows[place[0]].name.replace("main", "").replace("loop", "")
            squares[name] = squares.get(name, 0.0) + ((values[0] - values[1]) / 2e-5) ** 2
    return max(np.sqrt(square / 9) for square in squares.values())


def test_zero_is_certified_just_above_the_smallest_strength_that_kills_everything(training):
    kill(training)
    limit = strongest_pull(training)
    above, below = certify(training, 1.01 * limit), certify(training, 0.99 * limit)

    assert (above.revivals, above.residual) == (0, 0.0)
    assert above.margin == pytest.approx(1 - 1 / 1.01, rel=1e-4)
    assert below.revivals >= 1
    assert below.margin == pytest.approx(1 - 1 / 0.99, rel=1e-4)


def test_a_random_point_is_not_stationary_and_is_left_as_it_was(training):
    before = training.model.bank.weight.clone()
    found = certify(training, 1e-3)

    assert found.residual > 0.1
    assert found.margin is None
    assert torch.equal(training.model.bank.weight, before)


def test_full_steps_reach_a_certified_point(training):
    """Exact gradients, small steps: the residual falls to nearly nothing, with zeros."""
    training.set_strength(0.02)
    for step in range(3000):
        training.optimizer.param_groups[0]["lr"] = 0.02 / (1 + step / 50)
        training.full_step()
    found = certify(training, 0.02)

    assert found.residual < 0.05
    assert found.revivals == 0
    assert found.margin is not None
    assert found.margin > 0


def test_full_gradient_is_the_gradient_of_the_mean_loss(training):
    training.full_gradient()
    want = []
    for step in (1e-6, -1e-6):
        with torch.no_grad():
            training.model.bank.weight[0, 0] += step
            want.append(loss(training))
            training.model.bank.weight[0, 0] -= step

    assert training.model.bank.weight.grad[0, 0].item() == pytest.approx((want[0] - want[1]) / 2e-6, rel=1e-4)


def test_the_clipped_gradient_holds_nothing_of_the_penalty():
    """The same clipped gradient with and without a penalty; only the prox makes the difference."""
    gradients, sizes = [], []
    for strength in (0.0, 1e-4):
        training = make_training()
        training.settings = replace(training.settings, clip=1e-3)
        training.set_strength(strength)
        training.full_step()
        grads = [parameter.grad for parameter in training.model.parameters()]
        gradients.append(torch.cat([grad.flatten() for grad in grads if grad is not None]))
        sizes.append(norms(training.model.bank, training.groups))

    assert torch.equal(gradients[0], gradients[1])
    assert gradients[0].norm().item() == pytest.approx(1e-3, rel=1e-5)
    assert (sizes[1] < sizes[0]).all()


def test_class_weights_stay_within_their_bound(training):
    training.settings = replace(training.settings, class_bound=0.1)
    training.full_step()

    assert training.model.weight.abs().max() <= 0.1


@pytest.mark.parametrize(("texts", "given", "size"), [(1, 0, 16), (1700, 0, 34), (9000, 0, 128), (9000, 300, 300)])
def test_few_texts_make_fifty_steps_of_their_own_size(training, texts, given, size):
    training.settings = replace(training.settings, batch_size=given)
    training.data = Encoded([np.zeros(1, dtype=np.int64)] * texts, torch.zeros(texts, dtype=torch.int64))
    steps = []
    training._step = lambda: steps.append(1)
    training.epoch()

    assert training.batch_size == size
    assert len(steps) == -(-texts // size)


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_word_keeps_or_loses_its_numbers_in_the_whole_batch(training, dtype, learned):
    """Dropout masks are per word type: equal words still have equal vectors; those that are dropped from stay."""
    dropout = Dropout(0.5, 0.3, seed=0)
    table = training.table.to(dtype).clone().requires_grad_(learned)
    packed = training.data.packed(np.arange(len(TEXTS)), table)
    before, shares = packed.data.detach().clone(), []
    for _ in range(400):
        dropped = dropout(packed)
        assert torch.equal(dropped.rows, packed.rows)
        kept = dropped.data != 0
        assert torch.allclose(dropped.data[kept], packed.data[kept] / 0.5)
        shares.append(float(kept.double().mean()))

    alive = float((packed.data != 0).double().mean())
    assert np.mean(shares) == pytest.approx(alive * 0.5 * 0.7, abs=0.02)
    assert torch.equal(packed.data, before)
    assert dropped.data.requires_grad == learned
    if learned:
        (gradient,) = torch.autograd.grad(dropped.data.sum(), packed.data)
        assert torch.equal(gradient, torch.where(kept | (before == 0), gradient, 0.0))
        assert torch.equal(gradient[kept], torch.full_like(gradient[kept], 2.0))


def point(transitions, dev):
    return SimpleNamespace(polished=SimpleNamespace(transitions=transitions), dev_debiased=dev)


POINTS = [point(2, 0.70), point(5, 0.74), point(9, 0.75), point(20, 0.76), point(40, 0.76)]


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        (Settings(), 9),  # one standard error of 0.76 over 1,000 texts is 0.0135
        (Settings(choose="best"), 20),
        (Settings(choose="best", at_most=10), 9),
        (Settings(at_most=6), 5),
    ],
)
def test_the_choice_follows_its_rule(settings, size):
    assert choose(POINTS, settings, 1000).polished.transitions == size


def test_a_bound_that_no_model_meets_is_said():
    with pytest.raises(RunError, match=r"sizes \[2, 5, 9, 20, 40\]"):
        choose(POINTS, Settings(at_most=1), 1000)
