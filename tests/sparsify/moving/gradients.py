"""Gradients of some words' vectors, as a batch leaves them."""

import torch


def set_gradient(moving, words, slopes):
    """[word] and [word, dim], numpy arrays."""
    moving.table.grad = torch.sparse_coo_tensor(
        torch.from_numpy(words)[None],
        torch.from_numpy(slopes),
        tuple(moving.table.shape),
        is_coalesced=True,
        check_invariants=True,
    )
