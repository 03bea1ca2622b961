"""All words move in two directions: those of the singular value decomposition, and steps are projected on them."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from sparsify import Settings
from sparsify.moving.few_directions import FewDirections, main_directions
from tests.sparsify.moving.gradients import set_gradient

WORDS, DIM = 9, 5
seeds = st.integers(0, 2**32 - 1)


def step(moving, words, slopes):
    """One step, of these words."""
    set_gradient(moving, words, slopes)
    moving.step()


@given(seeds, st.integers(1, 3))
def test_the_directions_are_singular_vectors_and_keep_as_much_as_any_can(seed, rank):
    shift = np.random.default_rng(seed).normal(size=(WORDS, DIM))
    found = main_directions(torch.from_numpy(shift), rank).numpy()
    _, sizes, right = np.linalg.svd(shift)

    np.testing.assert_allclose(found @ found.T, np.eye(rank), atol=1e-9)
    np.testing.assert_allclose(((shift @ found.T) ** 2).sum(), (sizes[:rank] ** 2).sum(), rtol=1e-9)
    if sizes[0] > 1.01 * sizes[1]:
        np.testing.assert_allclose(abs(found[0] @ right[0]), 1, atol=1e-6)
    along = shift @ found.T
    assert all(along[np.abs(along[:, k]).argmax(), k] > 0 for k in range(rank))


@given(seeds)
def test_steps_are_free_at_first_and_projected_then(seed):
    """In numpy, with P = DᵀD of the decomposition after the first half of the epochs."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(WORDS, DIM))
    moving = FewDirections(torch.from_numpy(start.copy()), Settings(move_vectors="low-rank", epochs=4, vector_lr=0.3))
    shift = np.zeros((WORDS, DIM))
    for epoch in range(1, 5):
        words = np.flatnonzero(rng.random(WORDS) < 0.7)
        slopes = rng.normal(size=(len(words), DIM))
        step(moving, words, slopes)
        moving.end_epoch(epoch)
        shift[words] -= 0.3 * slopes
        if epoch == 2:
            right = np.linalg.svd(shift)[2][:2]
        if epoch >= 2:
            shift = shift @ right.T @ right

    np.testing.assert_allclose(moving.table.numpy() - start, shift, atol=1e-9)


def test_what_moved_says_the_whole_shift_in_two_numbers_a_word():
    rng = np.random.default_rng(0)
    start = torch.from_numpy(rng.normal(size=(WORDS, DIM)).astype(np.float32))
    moving = FewDirections(start.clone(), Settings(move_vectors="low-rank", epochs=2))
    words = np.array([1, 4, 5, 8])
    for epoch in (1, 2):
        step(moving, words, rng.normal(size=(4, DIM)).astype(np.float32))
        moving.end_epoch(epoch)
    found = moving.moved()
    others = [0, 2, 3, 6, 7]

    assert found.words.tolist() == words.tolist()
    torch.testing.assert_close(moving.table[words], start[words] + found.coordinates @ found.directions)
    assert moving.table.numpy()[others].tobytes() == start.numpy()[others].tobytes()
    assert found.numbers(DIM) == 4 * 2 + 2 * DIM


def test_a_copy_brings_back_what_was_copied():
    rng = np.random.default_rng(1)
    moving = FewDirections(torch.from_numpy(rng.normal(size=(WORDS, DIM))), Settings(move_vectors="low-rank", epochs=1))
    every = np.arange(WORDS)
    step(moving, every, rng.normal(size=(WORDS, DIM)))
    moving.end_epoch(1)
    kept, table = moving.copy(), moving.table.clone()
    step(moving, every, rng.normal(size=(WORDS, DIM)))
    changed = moving.table.clone()
    moving.restore(*kept)

    assert not torch.equal(changed, table)
    torch.testing.assert_close(moving.table, table, rtol=0, atol=1e-14)
