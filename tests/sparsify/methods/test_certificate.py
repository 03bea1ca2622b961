"""The certificate at points where the answer is known, and the choice among models."""

import numpy as np
import pytest
import torch

from neural import WordIds
from sparsify import Certificate, Settings, certify, norms
from sparsify.training.dropout import Dropout
from sparsify.training.encoded import encoded
from tests.sparsify.small import classifier, data_of, static, trainer_of
from wfsa import bigram, ngram

PATTERNS = [ngram(2, "p0"), ngram(2, "p1")]


def make_trainer(**settings):
    """Two bigram patterns on six texts, in float64."""
    return trainer_of([classifier(PATTERNS)], Settings(**settings), seed=0, lr=0.01)


@pytest.fixture
def trainer():
    return make_trainer()


def loss(trainer):
    with torch.no_grad():
        x = trainer.data.batch(np.arange(len(trainer.data)))
        return float(trainer.models.losses(x, trainer.data.labels)) / len(trainer.data)


def kill(trainer):
    with torch.no_grad():
        trainer.models.bank.weight.zero_()
        trainer.models.bank.bias.zero_()


def strongest_pull(trainer):
    """max over groups of ‖∇f‖ / √m at the present point, by central differences; groups as `p?.main? + p?.loop?`."""
    bank, squares = trainer.models.bank, {}
    for tensor, rows in ((bank.weight, bank.layout.rows), (bank.bias, bank.layout.rows[-len(bank.bias) :])):
        for place in np.ndindex(tuple(tensor.shape)):
            values = []
            for step in (1e-5, -1e-5):
                with torch.no_grad():
                    tensor[place] += step
                    values.append(loss(trainer))
                    tensor[place] -= step
            name = rows[place[0]].name.replace("main", "").replace("loop", "")
            squares[name] = squares.get(name, 0.0) + ((values[0] - values[1]) / 2e-5) ** 2
    return max(np.sqrt(square / 9) for square in squares.values())


def test_zero_is_certified_just_above_the_smallest_strength_that_kills_everything(trainer):
    kill(trainer)
    limit = strongest_pull(trainer)
    above, below = certify(trainer, 1.01 * limit), certify(trainer, 0.99 * limit)

    assert (above.revivals, above.residual) == (0, 0.0)
    assert above.margin == pytest.approx(1 - 1 / 1.01, rel=1e-4)
    assert below.revivals >= 1
    assert below.margin == pytest.approx(1 - 1 / 0.99, rel=1e-4)


def test_without_a_penalty_nothing_is_certified(trainer):
    assert certify(trainer, 0.0) == Certificate(None, None, None)


def test_a_random_point_is_not_stationary_and_is_left_as_it_was(trainer):
    before = trainer.models.bank.weight.clone()
    found = certify(trainer, 1e-3)

    assert found.residual > 0.1
    assert found.margin is None
    assert torch.equal(trainer.models.bank.weight, before)


def test_full_steps_reach_a_certified_point(trainer):
    """Exact gradients, small steps: the residual falls to nearly nothing, with zeros."""
    trainer.optimizer.set_strength(0.02)
    for step in range(3000):
        trainer.optimizer.param_groups[0]["lr"] = 0.02 / (1 + step / 50)
        trainer.full_step()
    found = certify(trainer, 0.02)

    assert found.residual < 0.05
    assert found.revivals == 0
    assert found.margin is not None
    assert found.margin > 0


def test_full_gradient_is_the_gradient_of_the_mean_loss(trainer):
    trainer.full_gradient()
    want = []
    for step in (1e-6, -1e-6):
        with torch.no_grad():
            trainer.models.bank.weight[0, 0] += step
            want.append(loss(trainer))
            trainer.models.bank.weight[0, 0] -= step

    assert trainer.models.bank.weight.grad[0, 0].item() == pytest.approx((want[0] - want[1]) / 2e-6, rel=1e-4)


@pytest.mark.parametrize("patterns", [PATTERNS, [bigram("p0"), bigram("p1")]], ids=["ngram", "bigram"])
def test_the_clipped_gradient_holds_nothing_of_the_penalty(patterns):
    """The same clipped gradient with and without a penalty; only the prox makes the difference."""
    gradients, sizes = [], []
    for strength in (0.0, 1e-4):
        trainer = trainer_of([classifier(patterns)], Settings(clip=1e-3), seed=0, lr=0.01)
        trainer.optimizer.set_strength(strength)
        trainer.full_step()
        models = trainer.models
        grads = [own.grad for own in (*models.bank.parameters(), models.weight, models.bias)]
        gradients.append(torch.cat([grad.flatten() for grad in grads if grad is not None]))
        sizes.append(norms(models.bank, trainer.groups))

    assert torch.equal(gradients[0], gradients[1])
    assert gradients[0].norm().item() == pytest.approx(1e-3, rel=1e-5)
    assert (sizes[1] < sizes[0]).all()


def test_class_weights_stay_within_their_bound():
    trainer = make_trainer(class_bound=0.1)
    trainer.full_step()

    assert trainer.models.weight.abs().max() <= 0.1


@pytest.mark.parametrize(("texts", "given", "size"), [(1, 0, 16), (1700, 0, 34), (9000, 0, 128), (9000, 300, 300)])
def test_few_texts_make_fifty_steps_of_their_own_size(texts, given, size):
    data = encoded(WordIds(static(), [np.zeros(1, dtype=np.int64)] * texts), [0] * texts)
    trainer = trainer_of([classifier(PATTERNS)], Settings(batch_size=given), data)
    steps = []
    trainer.apply = lambda: steps.append(1)
    trainer.epoch()

    assert trainer.batch_size == size
    assert len(steps) == -(-texts // size)


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_word_keeps_or_loses_its_numbers_in_the_whole_batch(dtype, learned):
    """Dropout masks are per word type: equal words still have equal vectors; those that are dropped from stay."""
    dropout = Dropout(0.5, 0.3, seed=0)
    encoder = static()
    data = data_of(encoder)
    encoder.keep(encoder.table.to(dtype).clone().requires_grad_(learned))
    packed = data.batch(np.arange(len(data)))
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
