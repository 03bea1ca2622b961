"""Groups, norms, the two proximal operators, ProxAdam and the certificate."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from neural import compile_patterns, make_layout
from sparsify import GroupError, GroupLasso, ProxAdam, groups, norms
from tests.neural.test_compiled import ngrams
from wfsa import ANY, WFSA, Arc, Linear

DIM = 2


def group_values(bank, p, i):
    """All parameters that enter state i of n-gram pattern p, by their names."""
    values = bank.to_symbolic()[1]
    main, loop = values[f"p{p}.main{i}"], values[f"p{p}.loop{i}"]
    return np.concatenate([main.weights, loop.weights, [loop.bias]])


def all_groups(bank, lengths):
    return [[group_values(bank, p, i) for i in range(1, n + 1)] for p, n in enumerate(lengths)]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_a_group_is_all_parameters_that_enter_a_state(lengths):
    bank = ngrams(lengths, dim=DIM)
    grouped = groups(bank.layout)
    want = [np.linalg.norm(g) for chain in all_groups(bank, lengths) for g in chain]

    assert grouped.keys == tuple((p, q) for p, n in enumerate(lengths) for q in range(1, n + 1))
    assert grouped.sizes.tolist() == [2 * DIM + 1] * sum(lengths)
    assert norms(bank, grouped).tolist() == pytest.approx(want)


def test_groups_of_any_topology_follow_the_arcs():
    pattern = WFSA(
        {0: 1.0},
        (Arc(0, ANY, 7, Linear("a")), Arc(3, ANY, 7, Linear("b", True)), Arc(0, ANY, 3, Linear("c"))),
        {7: 1.0},
    )
    grouped = groups(make_layout([pattern], 5))

    assert grouped.keys == ((0, 3), (0, 7))
    assert grouped.sizes.tolist() == [5, 11]


def test_parameters_that_enter_two_states_have_no_group():
    tied = WFSA({0: 1.0}, (Arc(0, ANY, 1, Linear("a")), Arc(1, ANY, 2, Linear("a"))), {2: 1.0})

    with pytest.raises(GroupError, match="'a' on arcs into state 1 of pattern 0 and state 2"):
        groups(make_layout([tied], DIM))


def test_the_nested_penalty_needs_chains():
    fork = WFSA({0: 1.0}, (Arc(0, ANY, 1, Linear("a")), Arc(0, ANY, 2, Linear("b"))), {1: 1.0, 2: 1.0})

    cycle = WFSA({0: 1.0}, (Arc(0, ANY, 1, Linear("a")), Arc(1, ANY, 0, Linear("b"))), {1: 1.0})
    for pattern in (fork, cycle):
        with pytest.raises(GroupError, match="chains"):
            GroupLasso(groups(make_layout([pattern], DIM)), nested=True)


def omega(chains, nested):
    """The penalty from its definition."""
    root = np.sqrt(2 * DIM + 1)
    if nested:
        return root * sum(np.linalg.norm(np.concatenate(chain[j:])) for chain in chains for j in range(len(chain)))
    return root * sum(np.linalg.norm(group) for chain in chains for group in chain)


@pytest.mark.parametrize("nested", [False, True])
@given(lengths=st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_the_value_is_the_definition(nested, lengths):
    bank = ngrams(lengths, dim=DIM)

    assert GroupLasso(groups(bank.layout), nested).value(bank) == pytest.approx(
        omega(all_groups(bank, lengths), nested)
    )


def argmin(chain, tau, nested):
    """argmin ½‖z − w‖² + τ Ω(z) by L-BFGS on an ever less smoothed norm."""
    w = np.concatenate(chain)
    size, root = len(chain[0]), np.sqrt(2 * DIM + 1)

    def objective(z, epsilon):
        value, gradient = 0.5 * np.sum((z - w) ** 2), z - w
        for j in range(len(chain)):
            part = slice(j * size, None if nested else (j + 1) * size)
            norm = np.sqrt(np.sum(z[part] ** 2) + epsilon**2)
            value += tau * root * norm
            gradient[part] = gradient[part] + tau * root * z[part] / norm
        return value, gradient

    z = w
    for epsilon in 10.0 ** -np.arange(1, 8):
        z = minimize(
            objective, z, (epsilon,), "L-BFGS-B", jac=True, options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-10}
        ).x
    return z


@pytest.mark.parametrize("nested", [False, True])
@given(length=st.integers(1, 4), tau=st.floats(0.01, 1.5), seed=st.integers(0, 999))
def test_the_prox_is_the_argmin(nested, length, tau, seed):
    bank = ngrams([length], seed=seed, dim=DIM)
    chain = all_groups(bank, [length])[0]
    GroupLasso(groups(bank.layout), nested).prox_(bank, torch.tensor([tau]))
    found = all_groups(bank, [length])
    best = argmin(chain, tau, nested).reshape(length, -1)

    def value(chains):
        return 0.5 * sum(np.sum((z - w) ** 2) for z, w in zip(chains, chain, strict=True)) + tau * omega(
            [list(chains)], nested
        )

    assert value(found[0]) <= value(list(best)) + 1e-9
    assert np.allclose(np.stack(found[0]), best, atol=1e-4)


@given(lengths=st.lists(st.integers(1, 4), min_size=1, max_size=4), tau=st.floats(0.0, 3.0), seed=st.integers(0, 99))
def test_the_nested_support_is_always_a_prefix(lengths, tau, seed):
    bank = ngrams(lengths, seed=seed, dim=DIM)
    grouped = groups(bank.layout)
    GroupLasso(grouped, nested=True).prox_(bank, torch.full((len(lengths),), tau))
    alive = iter((norms(bank, grouped) > 0).tolist())

    for n in lengths:
        chain = [next(alive) for _ in range(n)]
        assert chain == sorted(chain, reverse=True)


@pytest.mark.parametrize("nested", [False, True])
def test_step_zero_is_the_identity_and_a_large_step_kills_everything(nested):
    bank = ngrams([3, 2], dim=DIM)
    penalty = GroupLasso(groups(bank.layout), nested)
    before = bank.weight.clone()
    penalty.prox_(bank, torch.zeros(2))
    assert torch.equal(bank.weight, before)

    penalty.prox_(bank, torch.full((2,), 1e6))
    assert not bank.weight.any()
    assert not bank.bias.any()


def test_prox_adam_takes_the_documented_step():
    """Two steps against the formula in numpy, one second moment per pattern."""
    bank = ngrams([2, 1], dim=DIM)
    optimizer = ProxAdam(bank, GroupLasso(groups(bank.layout)), lr=0.1, strength=0.05)
    values = [np.array(chain) for chain in all_groups(bank, [2, 1])]
    first, second = [np.zeros_like(w) for w in values], [0.0, 0.0]
    rng = np.random.default_rng(0)
    for step in (1, 2):
        gradient = (
            torch.from_numpy(rng.normal(size=bank.weight.shape)),
            torch.from_numpy(rng.normal(size=bank.bias.shape)),
        )
        bank.weight.grad, bank.bias.grad = gradient
        held = ngrams([2, 1], dim=DIM)
        held.weight.data, held.bias.data = gradient
        for p, g in enumerate(np.array(chain) for chain in all_groups(held, [2, 1])):
            first[p] = 0.9 * first[p] + 0.1 * g
            second[p] = 0.999 * second[p] + 0.001 * np.mean(g**2)
            rate = 0.1 / (np.sqrt(second[p] / (1 - 0.999**step)) + 1e-8)
            w = values[p] - rate * first[p] / (1 - 0.9**step)
            sizes = np.linalg.norm(w, axis=1, keepdims=True)
            values[p] = w * np.maximum(0, 1 - rate * 0.05 * np.sqrt(2 * DIM + 1) / sizes)
        optimizer.step()

    for chain, want in zip(all_groups(bank, [2, 1]), values, strict=True):
        assert np.allclose(np.stack(chain), want)


@pytest.mark.parametrize("nested", [False, True])
def test_prox_adam_ends_at_the_solution_of_a_convex_problem(nested):
    """½‖w − t‖² + λ Ω(w): the solution is the prox of t, found by L-BFGS; zeros are exact."""
    target = ngrams([3], dim=DIM, seed=3)
    chain = all_groups(target, [3])[0]
    bank = ngrams([3], dim=DIM, seed=4)
    optimizer = ProxAdam(bank, GroupLasso(groups(bank.layout), nested), lr=0.01, strength=0.7)
    for _ in range(3000):
        bank.weight.grad, bank.bias.grad = (bank.weight - target.weight).detach(), (bank.bias - target.bias).detach()
        optimizer.step()
    want = argmin(chain, 0.7, nested).reshape(3, -1)

    assert np.allclose(np.stack(all_groups(bank, [3])[0]), want, atol=2e-3)
    assert [bool(g.any()) for g in all_groups(bank, [3])[0]] == [bool(np.linalg.norm(w) > 1e-4) for w in want]


def test_prox_adam_wants_the_penalty_of_its_bank():
    with pytest.raises(GroupError, match="layout of the bank"):
        ProxAdam(ngrams([1]), GroupLasso(groups(ngrams([1]).layout)))


def test_a_bank_without_patterns_has_no_groups():
    bank = compile_patterns([], DIM)
    grouped = groups(bank.layout)
    GroupLasso(grouped, nested=True).prox_(bank, torch.zeros(0))

    assert norms(bank, grouped).tolist() == []
    assert GroupLasso(grouped).value(bank) == 0
