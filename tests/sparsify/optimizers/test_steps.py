"""Single steps of the optimisers beside ProxAdam, and where they stop on a small model of texts."""

from functools import partial

import numpy as np
import pytest
import torch

from neural import Packed
from sparsify import DivergedError, GroupLasso, Settings, certify, groups, norms
from sparsify.optimizers.dual_averaging import DualAveraging
from sparsify.optimizers.gated_adam import GatedAdam
from sparsify.optimizers.subgradient_adam import SubgradientAdam
from sparsify.penalties.unscaled import UnscaledGroupLasso
from sparsify.training.dropout import Dropout
from sparsify.training.setup import make_trainer
from tests.sparsify.penalties.optimizers import bank_of, give_gradients, values
from tests.sparsify.small import classifier, data_of, static, trainer_of
from wfsa import ngram

SETTINGS = Settings(method="threshold", dropout=0.0, word_dropout=0.0, clip=0.05, class_bound=1e9)
PATTERNS = [ngram(2, "p0"), ngram(1, "p1")]
STRENGTH, DECAY = 0.03, 0.01


def trainer_with(make, settings=SETTINGS, model=None, lr=0.02):
    model = classifier(PATTERNS) if model is None else model
    return make_trainer([model], data_of(static()), settings, torch.Generator().manual_seed(0), lr, optimizer=make)


def reference_loss(model, data):
    """Cross-entropy and λ Σ ‖w_g‖ by torch alone: a state's parameters are its main arc's w and its loop's a and b."""
    x = data.batch(np.arange(len(data)))
    loss = torch.nn.functional.cross_entropy(model(x), data.labels)
    rows, bank = model.bank.layout.rows, model.bank
    plain = len(rows) - len(bank.bias)
    for state in ("p0.{}1", "p0.{}2", "p1.{}1"):
        places = [place for place, row in enumerate(rows) if row.name in (state.format("main"), state.format("loop"))]
        own = [bank.weight[place] for place in places] + [
            bank.bias[place - plain : place - plain + 1] for place in places if place >= plain
        ]
        loss = loss + STRENGTH * torch.linalg.vector_norm(torch.cat(own))
    return loss


def test_the_steps_of_the_paper_are_those_of_torch_on_loss_and_penalty_clipped_as_a_whole():
    """Autograd through the penalty, clip_grad_norm_ and torch.optim.Adam with weight decay: four steps."""
    trainer, model = trainer_with(partial(SubgradientAdam, weight_decay=DECAY)), classifier(PATTERNS)
    trainer.optimizer.set_strength(STRENGTH)
    parameters = [parameter for parameter in model.parameters() if parameter.numel()]
    adam = torch.optim.Adam(parameters, lr=0.02, weight_decay=DECAY)
    for _ in range(4):
        trainer.full_step()
        adam.zero_grad()
        reference_loss(model, trainer.data).backward()
        assert torch.nn.utils.clip_grad_norm_(parameters, SETTINGS.clip) > SETTINGS.clip
        adam.step()

    for name in ("weight", "bias"):
        torch.testing.assert_close(getattr(trainer.models.bank, name), getattr(model.bank, name))
        torch.testing.assert_close(getattr(trainer.models, name), getattr(model, name))


def test_a_group_at_zero_is_not_pushed():
    bank = bank_of()
    torch.nn.init.zeros_(bank.weight)
    optimizer = SubgradientAdam(bank, UnscaledGroupLasso(groups(bank.layout)), lr=0.1)
    optimizer.set_strength(1.0)
    give_gradients(bank.parameters(), 0)
    before = [parameter.grad.clone() for parameter in bank.parameters()]
    optimizer.add_penalty()

    assert all(torch.equal(own.grad, was) for own, was in zip(bank.parameters(), before, strict=True))


def test_the_unscaled_penalty_is_the_sum_of_norms_and_its_prox_shrinks_by_the_strength():
    bank = bank_of()
    penalty = UnscaledGroupLasso(groups(bank.layout))
    sizes = norms(bank, penalty.groups)
    value = penalty.value(bank)
    penalty.prox_(bank, torch.full((2,), 0.5))

    assert value == pytest.approx(float(sizes.sum()))
    torch.testing.assert_close(norms(bank, penalty.groups), (sizes - 0.5).clamp(min=0))


def test_dual_averaging_takes_the_prox_of_all_gradients_so_far_once():
    """Without noise in the metric (equal gradients), by hand in numpy: w = prox of Σ a λ at w₀ − Σ a m."""
    bank = bank_of()
    penalty = GroupLasso(groups(bank.layout))
    optimizer = DualAveraging(bank, penalty, lr=0.01)
    start, group_of = bank.weight.detach().numpy().copy(), penalty.groups.rows.weight
    bias = np.zeros(len(start))
    bias[len(start) - len(bank.bias) :] = bank.bias.detach().numpy()
    give_gradients(bank.parameters(), 1)
    gradient, slope = bank.weight.grad.numpy().copy(), np.zeros(len(start))
    slope[len(start) - len(bank.bias) :] = bank.bias.grad.numpy()
    pattern_of = penalty.groups.patterns.numpy()[group_of]
    squares = np.bincount(pattern_of, (gradient**2).sum(1) + slope**2)
    counts = np.bincount(pattern_of, np.full(len(start), 4) + (np.arange(len(start)) >= len(start) - len(bank.bias)))
    pace = 0.01 / (np.sqrt(squares / counts) + 1e-8)
    total = 0.0
    for step, strength in enumerate((0.001, 0.01, 0.02), 1):
        optimizer.set_strength(strength)
        optimizer.descend()
        total += strength
        z = start - step * pace[pattern_of, None] * gradient
        b = bias - step * pace[pattern_of] * slope
        sizes = np.sqrt(np.bincount(group_of, (z**2).sum(1) + b**2))
        factors = np.maximum(0, 1 - pace[penalty.groups.patterns.numpy()] * total * penalty.scale.numpy() / sizes)
        assert bank.weight.detach().numpy() == pytest.approx(z * factors[group_of, None], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("factors", [2, 3])
def test_a_step_on_factors_is_one_on_the_gradient_that_autograd_takes_of_them(factors):
    """The first step of Adam goes by the gradient's sign and, with one second moment, by its share of the pattern's."""
    bank = bank_of().double()
    penalty, strength = GroupLasso(groups(bank.layout)), 0.01
    group_of, count = torch.from_numpy(penalty.groups.rows.weight), len(penalty.groups.members)
    plain = len(bank.weight) - len(bank.bias)
    full = torch.cat([bank.weight.detach(), torch.nn.functional.pad(bank.bias.detach(), (plain, 0))[:, None]], 1)
    roots = norms(bank, penalty.groups) ** (1 / factors)
    omega = (full * (roots ** (1 - factors))[group_of, None]).requires_grad_()
    gamma = roots[:, None].repeat(1, factors - 1).requires_grad_()
    give_gradients(bank.parameters(), 2)
    slope = torch.cat([bank.weight.grad, torch.nn.functional.pad(bank.bias.grad, (plain, 0))[:, None]], 1)
    squares = torch.zeros(count, dtype=torch.float64).index_add(
        0, group_of, omega.square().sum(1)
    ) + gamma.square().sum(1)
    products = omega * gamma.prod(1)[group_of, None]
    ((products * slope).sum() + strength / factors * (penalty.scale * squares).sum()).backward()
    optimizer = GatedAdam(bank, penalty, lr=1e-3, factors=factors)
    optimizer.set_strength(strength)
    optimizer.descend()
    patterns = penalty.groups.patterns
    total = torch.zeros(2, dtype=torch.float64).index_add(0, patterns[group_of], omega.grad.square().sum(1))
    total.index_add_(0, patterns, gamma.grad.square().sum(1))
    numbers = torch.bincount(
        patterns[group_of], weights=torch.full((len(full),), 4.0) + (torch.arange(len(full)) >= plain)
    )
    numbers += torch.bincount(patterns) * (factors - 1)
    pace = 1e-3 / ((total / numbers).sqrt() + 1e-8)
    with torch.no_grad():
        moved = omega - pace[patterns[group_of], None] * omega.grad
        gates = gamma - pace[patterns, None] * gamma.grad
        wanted = moved * gates.prod(1)[group_of, None]

    torch.testing.assert_close(bank.weight.detach(), wanted[:, :-1])
    torch.testing.assert_close(bank.bias.detach(), wanted[plain:, -1])


def test_two_factors_stop_where_the_first_order_conditions_of_group_lasso_hold():
    """On texts, where the objective is not convex; the certificate asks the gradient of the loss alone."""
    settings = Settings(method="dgate", dropout=0.0, word_dropout=0.0, clip=1e9)
    model = classifier([ngram(2, "p0"), ngram(2, "p1"), ngram(1, "p2")])
    gated = trainer_with(GatedAdam, settings, model, lr=0.01)
    gated.optimizer.set_strength(0.02)
    for _ in range(1500):
        gated.full_step()
    sizes = norms(model.bank, gated.groups)
    found = certify(trainer_of([model], settings), 0.02)

    assert 0 < (sizes == 0).sum() < len(sizes)
    assert found.residual < 1e-3
    assert found.margin > 0
    assert found.revivals == 0


@pytest.mark.parametrize("make", [SubgradientAdam, DualAveraging, GatedAdam])
def test_what_is_not_finite_is_refused_and_nothing_moves(make):
    bank = bank_of()
    optimizer = make(bank, GroupLasso(groups(bank.layout)), lr=0.1)
    optimizer.set_strength(0.1)
    give_gradients(bank.parameters(), 0)
    optimizer.descend()
    before = values(bank)
    bank.weight.grad[0, 0] = float("nan")

    with pytest.raises(DivergedError, match=r"nan in the gradient of bank.weight"):
        optimizer.descend()
    assert all(torch.equal(now, was) for now, was in zip(values(bank), before, strict=True))


def test_the_mask_of_a_text_is_one_for_all_its_tokens_and_keeps_the_mean():
    data = torch.ones(3, 1000)
    batch = Packed(data, torch.tensor([0, 1, 2, 0, 1]), torch.tensor([0, 3, 5]))
    out = Dropout(0.0, 0.0, seed=0, text_rate=0.25)(batch)
    by_token = out.data[out.rows]

    assert torch.equal(by_token[0], by_token[1])
    assert torch.equal(by_token[0], by_token[2])
    assert torch.equal(by_token[3], by_token[4])
    assert not torch.equal(by_token[0], by_token[3])
    assert by_token.unique().tolist() == pytest.approx([0, 4 / 3])
    assert float(by_token.mean()) == pytest.approx(1, abs=0.06)
    assert torch.equal(out.offsets, batch.offsets)
