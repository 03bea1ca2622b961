"""The kernel equals `scan_ref`, value and every gradient, for random cotangents."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from neural import REAL, compile_patterns, pack, scan, scan_ref
from wfsa import ngram

TOLERANCE = {torch.float64: 1e-12, torch.float32: 2e-5}


def problem(lengths, states, slots, dtype, seed):
    """Random weights per row (fewer rows than tokens), sources: a self-loop slot, a shift, then anything."""
    rng = np.random.default_rng(seed)
    lengths = sorted(lengths, reverse=True)
    sizes = [sum(length > t for length in lengths) for t in range(max(lengths, default=0))]
    count = max(1, sum(sizes) // 2)
    weights = torch.from_numpy(rng.uniform(-0.9, 0.9, (count, slots, states))).to(dtype).requires_grad_()
    rows = torch.from_numpy(rng.integers(0, count, sum(sizes)))
    sources = [0, 1, *(torch.from_numpy(rng.integers(0, states, states)) for _ in range(slots))][:slots]
    initial = torch.from_numpy(rng.normal(size=(len(lengths), states))).to(dtype).requires_grad_()
    return weights, rows, sources, initial, sizes


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("lengths", [[1], [2], [0], [5, 5, 1, 0], [33, 7, 7, 2], [2000]])
@pytest.mark.parametrize(("states", "slots"), [(1, 1), (5, 2), (8, 4)])
def test_kernel_equals_reference(dtype, lengths, states, slots):
    weights, rows, sources, initial, sizes = problem(lengths, states, slots, dtype, seed=states)
    results = []
    for run in (scan, scan_ref):
        final = run(weights, rows, sources, initial, sizes, REAL)
        cotangent = torch.randn(final.shape, dtype=dtype, generator=torch.Generator().manual_seed(1))
        gradients = torch.autograd.grad(final, (weights, initial), cotangent, allow_unused=True, materialize_grads=True)
        results.append((final, *gradients))

    for got, want in zip(*results, strict=True):
        assert torch.allclose(got, want, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_kernel_takes_strided_weights_and_expanded_gradients():
    weights, rows, sources, initial, sizes = problem([4, 2], 3, 2, torch.float64, 0)
    strided = weights.detach().transpose(0, 2).contiguous().transpose(0, 2).requires_grad_()
    for run in (scan, scan_ref):
        run(strided, rows, sources, initial, sizes, REAL).sum().backward()

    once = torch.autograd.grad(scan_ref(weights, rows, sources, initial, sizes, REAL).sum(), weights)[0]
    assert torch.allclose(strided.grad, 2 * once)


def test_kernel_passes_gradcheck():
    weights, rows, sources, initial, sizes = problem([4, 2, 0], 3, 3, torch.float64, 0)

    assert torch.autograd.gradcheck(lambda w, i: scan(w, rows, sources, i, sizes, REAL), (weights, initial))


def test_vanishing_gradients_become_zero_not_denormal():
    """0.001¹³ = 1e-39 is a denormal float32: the reference gives it, the kernel gives 0."""
    gradients = []
    for run in (scan, scan_ref):
        initial = torch.ones(1, 1, requires_grad=True)
        run(torch.full((1, 1, 1), 1e-3), torch.zeros(13, dtype=torch.int64), [0], initial, [1] * 13, REAL).backward()
        gradients.append(initial.grad.item())

    assert gradients[0] == 0
    assert gradients[1] == pytest.approx(1e-39, rel=1e-3)


def test_a_copied_bank_keeps_its_kernel():
    bank = compile_patterns([ngram(2)], 3)
    for each in (bank, deepcopy(bank)):
        packed = pack(torch.zeros(1, 2, 3), torch.tensor([2]))
        assert type(each.state_scores(packed).grad_fn).__name__ == "RealScanBackward"
