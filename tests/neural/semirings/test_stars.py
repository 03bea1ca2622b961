"""Stars of compiled epsilon cycles: what converges is what converges in `wfsa`, and rounding is no exit."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from neural import EXPECTATION, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, BatchError, compile_patterns, k_best
from tests.wfsa.semirings.test_stars import exact_star, stochastic
from wfsa import EPSILON, WFSA, Arc, DivergenceError

TEXT = torch.tensor([[0]])


def bank_of(matrix, K):
    """Epsilon arcs of these numbers between states; state 0 reads one symbol."""
    one = 0.0 if K.additive else 1.0
    nothing = -np.inf if K.additive else 0.0
    arcs = [Arc(int(p), EPSILON, int(q), float(matrix[p, q])) for p, q in np.argwhere(matrix != nothing)]
    machine = WFSA({0: one}, (Arc(0, "a", 0, one), *arcs), {0: one})
    return compile_patterns([machine], semiring=K, alphabet="a")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_epsilon_cycles_without_an_exit_diverge(size, dtype):
    rng = np.random.default_rng(size)
    for _ in range(10):
        matrix = stochastic(rng, size)
        with pytest.raises(DivergenceError, match="spectral radius below 1"):
            bank_of(matrix, REAL).to(dtype)(TEXT)
        with pytest.raises(DivergenceError, match="spectral radius below 1"):
            bank_of(-matrix, REAL).to(dtype)(TEXT)
        with pytest.raises(DivergenceError, match="spectral radius below 1"):
            bank_of(matrix, EXPECTATION).to(dtype)(TEXT)
        with np.errstate(divide="ignore"), pytest.raises(DivergenceError, match="star in LOG"):
            bank_of(np.log(matrix), LOG).to(dtype)(TEXT)


@given(st.integers(0, 2**32), st.integers(1, 6), st.floats(-7, -0.3), st.booleans())
def test_stars_are_exact_and_without_signs_never_negative(seed, size, gap, signed):
    matrix = stochastic(np.random.default_rng(seed), size) * (1 - 10**gap)
    if signed:
        matrix *= np.sign(np.random.default_rng(seed + 1).random((size, size)) - 0.3)
    want = np.array(exact_star(matrix), dtype=float)
    given_ = torch.from_numpy(matrix)[None].requires_grad_()
    found = REAL.matrix_star(given_, True)

    assert np.allclose(found[0].detach(), want, rtol=0, atol=1e-13 / 10**gap * np.abs(want).max())
    if not signed:
        assert bool((found >= 0).all())
        assert np.allclose(found[0].detach(), want, rtol=1e-14 / 10**gap, atol=0)
        with np.errstate(divide="ignore"):
            logs = torch.from_numpy(np.log(matrix))[None]
        assert np.allclose(LOG.matrix_star(logs, True)[0], np.log(want), rtol=0, atol=1e-12 / 10**gap)
    found.sum().backward()
    by_hand = want.sum(0)[:, None] * want.sum(1)[None]  # ∂ Σ(M*) / ∂M = (M*ᵀ·1)(M*·1)ᵀ
    assert np.allclose(given_.grad[0], by_hand, rtol=1e-12 / 10**gap, atol=1e-12 / 10**gap * np.abs(by_hand).max())


@pytest.mark.parametrize(
    ("K", "weights"),
    [
        (MAX_PLUS, (0.1, 0.2, -0.3)),
        (MIN_PLUS, (-0.1, -0.2, 0.3)),
        (MAX_TIMES, (0.1, 3.0, 1 / 0.3)),
        (k_best(2), (0.1, 0.2, -0.3)),
    ],
    ids=repr,
)
def test_a_cycle_that_gains_by_rounding_alone_gains_nothing(K, weights):
    """.1 + .2 − .3 is 6e-17: `wfsa` counts that as 0, and so does the compiled bank."""
    matrix = np.full((3, 3), K.symbolic.zero if not K.parts else -np.inf)
    for i, weight in enumerate(weights):
        matrix[i, (i + 1) % 3] = weight
    one = 1.0 if K is MAX_TIMES else 0.0
    arcs = [Arc(int(p), EPSILON, int(q), float(matrix[p, q])) for p, q in np.argwhere(np.isin(matrix, weights))]
    machine = WFSA({0: one}, (Arc(0, "a", 0, one), *arcs), {0: one})
    weigh = wfsa.labelled() if K.parts else wfsa.evaluator({})
    want = K.encode(wfsa.pathsum(machine, "a", K.symbolic, weigh))

    assert compile_patterns([machine], semiring=K, alphabet="a").double()(TEXT)[0, 0].tolist() == pytest.approx(want)


def test_two_automata_one_of_which_converges_by_its_signs():
    """State 0 alone loops at 3, yet the spectral radius is 0; beside it a block that converges anyway."""
    first = np.array([[3.0, 9.0], [-1.0, -3.0]])
    blocks = torch.from_numpy(np.stack([first, np.full((2, 2), 0.25)]))

    assert torch.allclose(REAL.matrix_star(blocks, True)[0], torch.eye(2).double() + blocks[0])
    assert torch.allclose(REAL.matrix_star(blocks, True)[1], torch.tensor([[1.5, 0.5], [0.5, 1.5]]).double())
    with pytest.raises(DivergenceError, match=r"got 2,"):
        REAL.matrix_star(torch.stack([blocks[0], 8 * blocks[1]]) * 0.5, True)


def test_learned_cycles_are_looked_at_when_they_are_read():
    """A learned epsilon loop of weight 1 is refused at the value, not at the compiling."""
    loop = WFSA({0: 1.0}, (Arc(0, "a", 0, 1.0), Arc(0, EPSILON, 0, wfsa.Scalar("s"))), {0: 1.0})
    bank = compile_patterns([loop], alphabet="a").double()
    bank.load_symbolic({"s": 0.5})
    assert bank(TEXT).item() == pytest.approx(4.0)
    bank.load_symbolic({"s": math.nextafter(1.0, 0.0)})
    with pytest.raises(DivergenceError):
        bank(TEXT)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_very_negative_logarithm_beside_a_cycle_changes_nothing(dtype):
    """Rounding is relative to the weights of a cycle, not to others beside it."""
    for low in (-1e6, -1e15, -1e30):
        arcs = (Arc(0, EPSILON, 0, -1.0), Arc(0, EPSILON, 1, low), Arc(1, EPSILON, 0, -1.0))
        bank = compile_patterns([WFSA({0: 0.0}, (*arcs, Arc(0, "a", 0, 0.0)), {0: 0.0})], semiring=LOG, alphabet="a")
        star = -math.log1p(-math.exp(-1))
        assert bank.to(dtype)(TEXT).item() == pytest.approx(2 * star, rel=1e-5)
    with pytest.raises(DivergenceError, match=r"got 0\)"):
        LOG.matrix_star(torch.zeros(1, 1, 1, dtype=dtype), True)


@pytest.mark.parametrize("K", [REAL, LOG], ids=repr)
def test_a_learned_weight_on_a_cycle_that_becomes_no_number_is_named(K):
    loop = WFSA({0: 0.5}, (Arc(0, "a", 0, 0.5), Arc(0, EPSILON, 0, wfsa.Scalar("s"))), {0: 0.5})
    bank = compile_patterns([loop], semiring=K, alphabet="a")
    with torch.no_grad():
        for parameter in bank.parameters():
            parameter.fill_(math.nan)
    with pytest.raises(BatchError, match=r"weights in \w+ are not nan \(got that for .*s.* in float32\); bound"):
        bank(TEXT)
    with pytest.raises(DivergenceError, match=r"finite weights \(got nan\)"):
        REAL.matrix_star(torch.full((1, 2, 2), math.nan), True)
