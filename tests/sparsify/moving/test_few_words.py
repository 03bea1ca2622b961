"""At most N words move: the proximal steps are exact, also where they are late, and all other words keep their bits."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from sparsify import Settings
from sparsify.moving.few_words import FewWords, shrink
from tests.sparsify.moving.gradients import set_gradient

WORDS, DIM, STEPS = 12, 3, 5
seeds = st.integers(0, 2**32 - 1)


def batches(seed, epochs):
    """Per epoch and step: the words of a batch, and the gradients of their vectors."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        found = []
        for _ in range(STEPS):
            words = np.flatnonzero(rng.random(WORDS) < 0.4)
            found.append((words, rng.normal(size=(len(words), DIM))))
        yield found


def trained(seed, settings, epochs):
    """`FewWords` over random gradients, and the vectors that it began with."""
    start = torch.from_numpy(np.random.default_rng(seed).normal(size=(WORDS, DIM)))
    moving = FewWords(start.clone(), settings)
    for epoch, steps in enumerate(batches(seed, epochs), 1):
        for words, slopes in steps:
            moving.before(SimpleNamespace(words=lambda _, words=words: words), np.zeros(0))
            set_gradient(moving, words, slopes)
            moving.step()
        moving.end_epoch(epoch)
    return moving, start


def eager(seed, settings, epochs):
    """The same in numpy, where every word takes every proximal step when it is due."""
    shift, lr, most = np.zeros((WORDS, DIM)), settings.vector_lr, settings.moved_words
    strength, free = 0.0, np.ones(WORDS, bool)

    def norms():
        return np.linalg.norm(shift, axis=1)

    def prox(step):
        for row, size in zip(shift, norms(), strict=True):
            row *= 0 if size <= step else 1 - step / size

    for epoch, steps in enumerate(batches(seed, epochs), 1):
        for words, slopes in steps:
            for word, slope in zip(words, slopes, strict=True):
                shift[word] -= lr * slope * free[word]
            prox(lr * strength)
        if epoch == 1:
            strength = np.sort(norms())[-most - 1] / (lr * STEPS)
        if epoch == settings.epochs // 2:
            prox(np.sort(norms())[-most - 1])
            strength, free = 0.0, norms() > 0
    return shift


@given(seeds, st.floats(0, 4))
def test_the_proximal_operator_is_an_argmin(seed, step):
    """min ½‖z − w‖² + τ‖z‖: no point near or far is lower; a solver that knows no formula stops there."""
    row = np.random.default_rng(seed).normal(size=DIM)

    def value(z):
        return 0.5 * ((z - row) ** 2).sum() + step * np.linalg.norm(z)

    found = shrink(torch.from_numpy(row)[None], step)[0].numpy()
    solved = minimize(value, row, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 2000})

    assert value(found) <= min(solved.fun, value(np.zeros(DIM)), value(row)) + 1e-12
    assert np.linalg.norm(found - (0 if np.linalg.norm(row) <= step else solved.x)) < 1e-3


@given(seeds, st.floats(0, 0.5), st.integers(1, 9))
def test_several_steps_are_one_of_their_sum(seed, step, times):
    rows = torch.from_numpy(np.random.default_rng(seed).normal(size=(4, DIM)))
    one_by_one = rows
    for _ in range(times):
        one_by_one = shrink(one_by_one, step)

    torch.testing.assert_close(one_by_one, shrink(rows, times * step), rtol=1e-9, atol=1e-12)


@given(seeds, st.integers(1, 8), st.integers(1, 8))
def test_late_steps_give_what_prompt_ones_give(seed, most, epochs):
    settings = Settings(move_vectors="sparse", moved_words=most, epochs=8, vector_lr=0.3)
    moving, start = trained(seed, settings, epochs)
    expected = eager(seed, settings, epochs)

    np.testing.assert_allclose((moving.table - start).numpy(), expected, rtol=0, atol=1e-12)


@given(seeds, st.integers(1, WORDS - 1), st.sampled_from([torch.float32, torch.float64]))
def test_so_many_words_move_as_were_asked_for_and_the_others_keep_their_bits(seed, most, dtype):
    settings = Settings(move_vectors="sparse", moved_words=most, epochs=4)
    start = torch.from_numpy(np.random.default_rng(seed).normal(size=(WORDS, DIM))).to(dtype)
    moving = FewWords(start.clone(), settings)
    rng = np.random.default_rng(seed + 1)
    for epoch in range(1, 5):
        set_gradient(moving, np.arange(WORDS), rng.normal(size=(WORDS, DIM)).astype(start.numpy().dtype))
        moving.before(SimpleNamespace(words=lambda _: np.arange(WORDS)), np.zeros(0))
        moving.step()
        moving.end_epoch(epoch)
    moved = moving.moved().words.tolist()
    others = [word for word in range(WORDS) if word not in moved]

    assert len(moved) <= most
    assert others
    assert moving.table.numpy()[others].tobytes() == start.numpy()[others].tobytes()


def test_the_number_of_words_is_met():
    """Norms of random changes differ, and all words have moved in the first epoch."""
    for most in (1, 3, 7):
        moving, _ = trained(3, Settings(move_vectors="sparse", moved_words=most, epochs=2), 2)
        assert len(moving.moved().words) == most


@pytest.mark.parametrize(("words", "expected"), [(12, 1), (100, 4), (999, 39)])
def test_a_twenty_fifth_of_the_words_moves_where_no_number_is_given(words, expected):
    assert FewWords(torch.zeros(words, 2), Settings(move_vectors="sparse")).most == expected
