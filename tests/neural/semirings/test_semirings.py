"""The tensor semirings: the laws of `wfsa`, the same results, gradients without NaN, stars."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from neural import EXPECTATION, EXTREMES, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, SEMIRINGS, k_best
from wfsa import DivergenceError

INF = float("inf")
ALL = (*SEMIRINGS, k_best(3))
NUMBERS = {MAX_TIMES: [0.0, 0.25, 0.5, 1.0], LOG: [-INF, -2.0, -0.5, 0.0], MAX_PLUS: [-INF, -2.0, 0.0, 0.5],
           MIN_PLUS: [INF, 2.0, 0.0, -0.5]}  # fmt: skip


def elements(K):
    """Elements that are exact in binary: for pairs and lists, those that numbers and ⊕ of numbers come to."""
    if K == EXPECTATION:
        return st.tuples(st.sampled_from([-1.0, 0.0, 0.5]), st.sampled_from([-2.0, 0.0, 1.0]))
    if K == EXTREMES:
        return st.sampled_from([(INF, -INF), (-2.0, 1.0), (0.5, 0.5), (-1.0, -0.5), (0.0, 2.0)])
    if K.parts:
        return st.lists(st.sampled_from([-INF, -2.0, 0.0, 0.5]), min_size=3, max_size=3).map(
            lambda x: tuple(sorted(x, reverse=True))
        )
    return st.sampled_from(NUMBERS.get(K, [-1.0, 0.0, 0.5, 2.0]))


def tensor(value):
    return torch.tensor(value, dtype=torch.float64)


def same(a, b):
    return torch.allclose(a, b, rtol=1e-12, atol=1e-12) or torch.equal(a, b)


@pytest.mark.parametrize("K", ALL, ids=repr)
@given(data=st.data())
def test_the_laws_hold(K, data):
    a, b, c = (tensor(data.draw(elements(K))) for _ in range(3))
    zero, one = tensor(K.zero), tensor(K.one)

    assert same(K.plus(a, b), K.plus(b, a))
    assert same(K.plus(K.plus(a, b), c), K.plus(a, K.plus(b, c)))
    assert same(K.times(K.times(a, b), c), K.times(a, K.times(b, c)))
    assert same(K.plus(a, zero), a)
    assert same(K.times(a, one), a)
    assert same(K.times(one, a), a)
    assert same(K.times(a, zero), zero)
    assert same(K.times(zero, a), zero)
    assert same(K.times(a, K.plus(b, c)), K.plus(K.times(a, b), K.times(a, c)))
    assert same(K.sum(torch.stack((a, b, c)), 0), K.plus(K.plus(a, b), c))


@pytest.mark.parametrize("K", SEMIRINGS, ids=repr)
@given(data=st.data())
def test_results_are_those_of_wfsa(K, data):
    a, b = data.draw(elements(K)), data.draw(elements(K))

    assert same(K.plus(tensor(a), tensor(b)), tensor(K.symbolic.plus(a, b)))
    assert same(K.times(tensor(a), tensor(b)), tensor(K.symbolic.times(a, b)))
    try:
        want = K.symbolic.star(a)
    except DivergenceError:
        with pytest.raises(DivergenceError, match=r"star in|spectral"):
            K.star(tensor(a))
    else:
        assert same(K.star(tensor(a)), tensor(want))


@pytest.mark.parametrize("K", ALL, ids=repr)
@given(seed=st.integers(0, 999))
def test_gradients_are_never_nan(K, seed):
    """Also where elements are 0̄, in sums, products and both."""
    rng = np.random.default_rng(seed)
    zero, numbers = tensor(K.zero), rng.uniform(0.1, 1, (4, 3, max(1, K.parts)))
    values = torch.from_numpy(np.sort(numbers, axis=-1)[..., :: -1 if "k_best" in repr(K) else 1].copy())
    values = values if K.parts else values[..., 0]
    empty = torch.from_numpy(rng.random((4, 3)) < 0.6)
    x = torch.where(empty[..., None] if K.parts else empty, zero, values).requires_grad_()
    total = K.times(K.sum(x, 0), K.plus(x[0], x[1]))
    torch.where(torch.isfinite(total), total, 0.0).sum().backward()

    assert torch.isfinite(x.grad).all()


def test_a_best_path_is_one_path_in_the_gradient():
    """Equal arguments do not share the gradient."""
    x = torch.zeros(3, requires_grad=True)
    MAX_PLUS.sum(x, 0).backward()

    assert x.grad.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("K", [REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, EXTREMES, EXPECTATION, k_best(3)], ids=repr)
def test_the_star_of_a_matrix_is_the_sum_of_its_powers(K):
    """Two batched 3 × 3 matrices with cycles, against 60 powers."""
    rng = np.random.default_rng(1)
    numbers = rng.uniform(0.0, 0.3, (2, 3, 3, max(1, K.parts)))
    if K.symbolic.additive or "k_best" in repr(K):
        numbers = np.log(numbers)
    if K == MIN_PLUS:
        numbers = -numbers
    numbers = np.sort(numbers, axis=-1)[..., :: -1 if "k_best" in repr(K) else 1].copy()
    matrix = torch.from_numpy(numbers if K.parts else numbers[..., 0])
    eye = torch.eye(3, dtype=torch.bool)[None]
    one, zero = tensor(K.one), tensor(K.zero)
    power = torch.where(eye[..., None] if K.parts else eye, one, zero).expand_as(matrix)
    total = power
    for _ in range(60):
        power = K.sum(K.times(power[:, :, :, None], matrix[:, None]), 2)
        total = K.plus(total, power)

    assert torch.allclose(K.matrix_star(matrix, True), total, rtol=1e-9, atol=1e-9)


def test_a_cycle_that_diverges_raises():
    with pytest.raises(DivergenceError, match="spectral radius below 1"):
        REAL.matrix_star(torch.tensor([[[0.0, 2.0], [0.6, 0.0]]]), True)
    with pytest.raises(DivergenceError, match="star in MAX_PLUS needs a ≤ 0"):
        MAX_PLUS.matrix_star(torch.tensor([[[0.5]]]), True)
