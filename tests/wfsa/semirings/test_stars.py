"""Stars against exact arithmetic: what converges, what does not, and what stands at the border."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import (
    ENTROPY,
    EPSILON,
    LOG,
    REAL,
    WFSA,
    Arc,
    DivergenceError,
    WfsaError,
    entropy,
    epsilon_remove,
    kleene_closure,
    pathsum,
    push,
    sample_paths,
    save,
    total_weight,
)
from wfsa.__main__ import main
from wfsa.semirings.float_stars import real_matrix_star
from wfsa.semirings.stars import dense_star


def exact_star(matrix):
    """(I − M)⁻¹ in rational numbers, by Gauss–Jordan."""
    size = len(matrix)
    rows = [
        [Fraction(int(i == j)) - Fraction(float(matrix[i, j])) for j in range(size)]
        + [Fraction(int(i == j)) for j in range(size)]
        for i in range(size)
    ]
    for j in range(size):
        pivot = next(i for i in range(j, size) if rows[i][j] != 0)
        rows[j], rows[pivot] = rows[pivot], rows[j]
        rows[j] = [x / rows[j][j] for x in rows[j]]
        for i in range(size):
            if i != j:
                rows[i] = [x - rows[i][j] * y for x, y in zip(rows[i], rows[j], strict=True)]
    return [row[size:] for row in rows]


def stochastic(rng, size):
    """An irreducible matrix whose rows sum to 1 but for rounding, some of them sparse."""
    matrix = rng.random((size, size)) * (rng.random((size, size)) < rng.uniform(0.3, 1))
    matrix[np.arange(size), (np.arange(size) + 1) % size] += 0.1
    return matrix / matrix.sum(1, keepdims=True)


def machine(matrix, label="a"):
    arcs = [Arc(int(p), label, int(q), float(matrix[p, q])) for p, q in np.argwhere(matrix)]
    return WFSA({0: 1.0}, tuple(arcs), {0: 1.0})


def logarithm(weight, symbol):
    return math.log(weight)


def test_without_an_exit_there_is_no_total():
    """3,000 stochastic matrices: each has the spectral radius 1, whatever rounding makes of its rows."""
    rng = np.random.default_rng(0)
    for _ in range(3000):
        matrix = stochastic(rng, int(rng.integers(1, 9)))
        for star in (lambda m=matrix: dense_star(m.tolist(), REAL), lambda m=matrix: real_matrix_star(-m)):
            with pytest.raises(DivergenceError):
                star()


@pytest.mark.parametrize("size", [1, 2, 5, 40])
def test_without_an_exit_there_is_no_total_in_logarithms(size):
    rng = np.random.default_rng(size)
    for _ in range(40 if size < 40 else 3):
        with pytest.raises(DivergenceError, match="LOG"):
            total_weight(machine(stochastic(rng, size)), LOG, logarithm)


HALVES = np.array([[0.5, 0.5], [0.6, 0.4]])


@pytest.mark.parametrize(
    "ask",
    [
        lambda m: total_weight(m, REAL),
        lambda m: total_weight(m, ENTROPY),
        lambda m: total_weight(m, LOG, logarithm),
        lambda m: push(m, REAL),
        lambda m: push(m, LOG, logarithm),
        lambda m: entropy(m, REAL),
        lambda m: entropy(m, LOG, weigh=logarithm),
        lambda m: sample_paths(m, 1, REAL),
        lambda m: kleene_closure(m, REAL),
    ],
)
def test_whatever_sums_all_strings_names_the_cycle(ask):
    with pytest.raises(DivergenceError, match=r"around state 0, 1: .* scale the weights of that cycle down"):
        ask(machine(HALVES))


@pytest.mark.parametrize("ask", [lambda m: pathsum(m, "", REAL), lambda m: epsilon_remove(m, REAL),
                                 lambda m: pathsum(m, "", LOG, logarithm)])  # fmt: skip
def test_whatever_follows_epsilons_names_the_cycle(ask):
    with pytest.raises(DivergenceError, match="around state 0, 1"):
        ask(machine(HALVES, EPSILON))


def test_parallel_arcs_that_sum_to_one_diverge():
    """.7 + .2 + .1 is 1 − 1e-16 in doubles: rounding is no exit."""
    loops = WFSA({0: 1.0}, tuple(Arc(0, a, 0, w) for a, w in zip("abc", (0.7, 0.2, 0.1), strict=True)), {0: 1.0})

    for K, weigh in ((REAL, lambda w, _: w), (LOG, logarithm)):
        with pytest.raises(DivergenceError):
            total_weight(loops, K, weigh)


def test_info_says_in_one_line_that_there_is_no_total(tmp_path, capsys):
    infinite = WFSA({0: 1.0}, (Arc(0, "a", 0, math.inf),), {0: 1.0})
    save(tmp_path / "m.json", {"halves": machine(HALVES), "infinite": infinite}, semiring=REAL)

    assert main(["info", str(tmp_path / "m.json")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split(";")[1][:24] for line in out.splitlines()] == [" no total weight in REAL"] * 2
    assert "spectral radius below 1 (got 1," in out


SCALES = st.lists(st.integers(-60, 60), min_size=6, max_size=6)


@given(st.integers(0, 2**32), st.integers(1, 6), st.floats(-9, -0.3), SCALES)
def test_a_star_without_signs_is_right_in_every_entry(seed, size, gap, scales):
    """D⁻¹ · M · D with spectral radius 1 − 10^gap and powers of two in D: no entry is below 0 or loses its size."""
    matrix = stochastic(np.random.default_rng(seed), size) * (1 - 10**gap)
    factors = np.array(scales[:size])
    matrix = np.ldexp(matrix, factors[None, :] - factors[:, None])
    want = exact_star(matrix)
    found = real_matrix_star(matrix)

    assert (found >= 0).all()
    for i in range(size):
        for j in range(size):
            assert float(abs(Fraction(float(found[i, j])) - want[i][j]) / want[i][j]) < 1e-14 / 10**gap
    with np.errstate(divide="ignore"):
        logs = np.log(matrix)
    closed = LOG.matrix_star(logs)
    assert np.allclose(closed, [[math.log(x) for x in row] for row in want], rtol=0, atol=1e-12 / 10**gap)


@given(st.integers(0, 2**32), st.integers(2, 6), st.integers(-9, -1))
def test_of_leaks_between_cycles_only_the_spectral_radius_counts(seed, size, leak):
    """Two nearly separate blocks: the elimination's last pivot is 1 ± 1e-7 there, the spectral radius 1 or not."""
    rng = np.random.default_rng(seed)
    matrix = np.zeros((2 * size, 2 * size))
    matrix[:size, :size], matrix[size:, size:] = stochastic(rng, size), stochastic(rng, size)
    matrix[:size, size:] = matrix[size:, :size] = 10.0**leak / size
    closed = matrix / matrix.sum(1, keepdims=True)
    with pytest.raises(DivergenceError):
        real_matrix_star(closed)
    found = real_matrix_star(closed * (1 - 1e-6))
    assert found.sum(1) == pytest.approx(np.full(2 * size, 1e6), rel=1e-7)


@given(st.integers(0, 2**32), st.integers(1, 7), st.floats(0.2, 1.8))
def test_a_star_with_signs_exists_below_radius_one(seed, size, scale):
    matrix = np.random.default_rng(seed).normal(size=(size, size)) * scale / math.sqrt(size)
    radius = float(np.abs(np.linalg.eigvals(matrix)).max())
    if abs(radius - 1) < 1e-6:
        return
    if radius > 1:
        with pytest.raises(DivergenceError, match="below 1"):
            real_matrix_star(matrix)
        return
    want = np.array(exact_star(matrix), dtype=float)
    assert np.allclose(real_matrix_star(matrix), want, rtol=0, atol=1e-9 * np.abs(want).max())


@given(st.integers(0, 2**32), st.integers(1, 5))
def test_no_other_error_at_any_scale(seed, size):
    """Weights of both signs from 1e-300 to 1e300: a star that satisfies its equation, or an error of the package."""
    rng = np.random.default_rng(seed)
    matrix = np.sign(rng.normal(size=(size, size)) + rng.choice([0, 3])) * 10 ** rng.uniform(
        -300, rng.choice([-1, 300]), (size, size)
    )
    try:
        star = real_matrix_star(matrix)
    except WfsaError:
        return
    assert np.isfinite(star).all()
    assert (matrix < 0).any() or (star >= 0).all()


@pytest.mark.parametrize("low", [-1e13, -1e15, -1e30, -1e300])
def test_a_very_negative_logarithm_beside_a_cycle_changes_nothing(low):
    """Rounding is relative to the weights of a cycle, not to others beside it."""
    arcs = (Arc(0, EPSILON, 0, -1.0), Arc(0, EPSILON, 1, low), Arc(1, EPSILON, 0, -1.0))
    star = -math.log1p(-math.exp(-1))

    assert pathsum(WFSA({0: 0.0}, arcs, {0: 0.0}), "", LOG) == pytest.approx(star, abs=1e-12)
    assert total_weight(WFSA({0: 0.0}, arcs, {0: 0.0}), LOG) == pytest.approx(star, abs=1e-12)
    with pytest.raises(DivergenceError, match="nearer to 0"):  # the digits that are lost are those of the cycle itself
        pathsum(WFSA({0: 0.0}, (Arc(0, EPSILON, 1, low), Arc(1, EPSILON, 0, -low - 1e-15 * -low)), {0: 0.0}), "", LOG)


def test_what_diverges_is_told_by_its_own_weights():
    ring = WFSA({0: 0.0}, (Arc(0, "a", 1, -2.0), Arc(1, "a", 0, 2.0)), {0: 0.0})

    with pytest.raises(DivergenceError, match=r"got 0\.0\)"):
        total_weight(ring, LOG)
