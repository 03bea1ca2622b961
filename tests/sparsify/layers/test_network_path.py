"""Training of networks with the penalty over all banks, along the path, down to small networks."""

import re
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch

from neural import NetworkClassifier, PatternNetwork, compile_patterns
from sparsify import ConfigError, DivergedError, GroupLasso, by_arc, by_pattern, by_state
from sparsify.layers import NetworkPath, NetworkProxAdam, NetworkTrainer, group_network, network_path
from sparsify.layers.layered_groups import banks_of
from sparsify.penalties.group_lasso import prox_ref
from tests.sparsify.layers.networks import LAYERS, classifier, texts
from tests.sparsify.layers.test_prune_network import deleted_exactly
from tests.sparsify.small import data_of, static
from wfsa import Affine, ngram

ROOT = Path(__file__).parents[3]
NUMBERS = NetworkPath(epochs=9, growth=20, debias=4, lr=0.03, batch_size=20, at_most=16)


def numbers_of(bank, group):
    """All parameters of a group in one row."""
    values = bank.to_symbolic()[1]
    found = [(values[leaf.name], getattr(leaf, "bias", False)) for leaf in group.leaves]
    return np.concatenate([
        [*own.weights, *[own.bias] * bias] if isinstance(own, Affine) else [own] for own, bias in found
    ])  # fmt: skip


def test_the_penalty_is_the_sum_over_all_banks():
    model = classifier()
    grouped = group_network(model.network)
    want = sum(
        np.sqrt(size) * np.linalg.norm(numbers_of(bank, group))
        for bank, own in zip(banks_of(model.network), grouped.banks, strict=True)
        for group, size in zip(own.members, own.sizes.tolist(), strict=True)
    )

    assert NetworkProxAdam(model, grouped).value() == pytest.approx(want)


@pytest.mark.parametrize("kind", [by_state, by_arc, by_pattern])
def test_the_first_step_is_adams_and_then_the_proximal_operator(kind):
    """Of each group by itself: at the first step the moments are the gradient and the mean of its squares."""
    model = classifier(gated=True)
    before = deepcopy(model)
    model(*texts()).square().sum().backward()
    grouped, strength, lr = group_network(model.network, kind), 0.3, 0.05
    optimizer = NetworkProxAdam(model, grouped, GroupLasso, lr)
    optimizer.set_strength(strength)
    optimizer.descend()
    for old, new, own in zip(banks_of(before.network), banks_of(model.network), grouped.banks, strict=True):
        slopes = compile_patterns(new.layout.patterns, new.layout.dim)
        with torch.no_grad():
            for gradient, parameter in zip(slopes.parameters(), new.parameters(), strict=True):
                gradient.copy_(parameter.grad if parameter.grad is not None else torch.zeros_like(parameter))
        for p, pattern in enumerate(own.layout.patterns):
            inside = [group for group in own.members if group.pattern == p]
            g = [numbers_of(slopes, group) for group in inside]
            rate = lr / (np.sqrt(np.mean(np.concatenate(g) ** 2)) + 1e-8)
            w = [torch.tensor(numbers_of(old, group) - rate * d) for group, d in zip(inside, g, strict=True)]
            taus = [rate * strength * np.sqrt(len(d)) for d in g]
            for group, want in zip(inside, prox_ref(w, taus), strict=True):
                assert np.allclose(numbers_of(new, group), want, atol=1e-5), pattern
    gate, slope = before.network.layers[0].gate.weight, model.network.layers[0].gate.weight.grad
    assert torch.allclose(model.network.layers[0].gate.weight, gate - lr * slope.sign(), atol=1e-4)


def test_a_gradient_that_is_no_number_changes_nothing_in_any_bank():
    model = classifier()
    model(*texts()).sum().backward()
    banks_of(model.network)[3].weight.grad[0, 0] = np.inf
    before = deepcopy(model.state_dict())
    with pytest.raises(DivergedError, match=r"inf in the gradient of bank\.weight"):
        NetworkProxAdam(model, group_network(model.network)).descend()

    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def ordered(count, seed):
    """Is "good" before "bad"? Which words there are tells nothing."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        words = list(random.choice(["a", "film", "so"], 4))
        first, second = sorted(random.choice(5, 2, replace=False))
        label = int(random.integers(2))
        words.insert(first, "good" if label else "bad")
        words.insert(second + 1, "bad" if label else "good")
        found.append((" ".join(words), label))
    return data_of(static(dtype=np.float32), *zip(*found, strict=True))


def test_a_network_of_two_layers_and_directions_learns_an_order_and_becomes_small():
    """Step by step, however fast the strength is told to rise."""
    torch.manual_seed(0)
    layers = [[ngram(2, f"a{i}") for i in range(4)], [ngram(2, f"b{i}") for i in range(3)]]
    model = NetworkClassifier(PatternNetwork(layers, 4, bidirectional=True, gated=True, activation="tanh"), 2)
    dev = ordered(200, 1)
    found = network_path(model, ordered(200, 0), dev, NUMBERS)
    sizes = [small.transitions for small in found]

    assert sizes == sorted(set(sizes))
    assert len(sizes) >= 3
    assert 0 < sizes[0] < sizes[-1] <= 16 < 28
    assert max(small.dev for small in found) > 0.95
    for small in found:
        x = dev.batch(np.arange(len(dev)))
        right = small.model(x).argmax(1) == dev.labels
        assert right.double().mean().item() == pytest.approx(small.dev)


def test_what_the_penalty_kills_in_training_is_deleted_exactly():
    """As it comes from the optimiser, without the path: dead groups in several banks, none set to zero by hand."""
    torch.manual_seed(1)
    model = NetworkClassifier(PatternNetwork(LAYERS, 3, bidirectional=True, gated=True, activation="tanh"), 2)
    trainer = NetworkTrainer(model, ordered_in_three(), NUMBERS)
    trainer.optimizer.set_strength(0.01)
    for _ in range(4):
        trainer.epoch()
    small = deleted_exactly(model.eval(), trainer.groups)

    assert 0 < sum(len(bank.layout.patterns) for bank in banks_of(small.network)) < 10


def ordered_in_three():
    return data_of(static(dim=3, dtype=np.float32))


def test_the_example_of_the_guide_runs(tenth, capsys):
    """On a tenth of the texts, by fewer and longer steps."""
    section = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8").split("## Several layers")[1]
    code = section.split("```python\n")[1].split("```")[0]
    assert 'load_corpus("rotten_tomatoes")' in code
    code = code.replace('"rotten_tomatoes"', repr(str(tenth))).replace("range(12)", "range(3)").replace("3, f", "1, f")
    code = code.replace("at_most=20", "at_most=20, epochs=2, growth=5, debias=1, batch_size=100")
    exec(code, {})

    assert re.fullmatch(r"(\d+ 0\.\d+ \[\d, \d+\]\n)+", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"growth": 1.0}, r"growth is finite and above 1 \(got 1.0\)"),
        ({"epochs": 0}, r"epochs is at least 1 \(got 0\)"),
        ({"debias": -1}, r"debias is at least 0 \(got -1\)"),
        ({"lr": float("nan")}, r"lr is finite and above 0 \(got nan\)"),
    ],
)
def test_numbers_out_of_range_are_refused(numbers, message):
    with pytest.raises(ConfigError, match=message):
        NetworkPath(**numbers)
