"""Every kernel equals `scan_ref`, value and every gradient, for random cotangents."""

from copy import deepcopy
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

import neural
from neural import LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, Packed, compile_patterns, pack, scan, scan_ref
from neural.readout import at_last
from wfsa import ANY, WFSA, Arc, Linear, graph, ngram

TOLERANCE = {torch.float64: 1e-10, torch.float32: 2e-4}
KERNELS = [REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES]
LENGTHS = [[1], [2], [0], [5, 0, 5, 1], [7, 33, 2, 7], [2000], []]
EDGES = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 0), (0, 2), (2, 2), (1, 0), (0, 1)]
TOPOLOGIES = {
    "chains": [ngram(4, "a"), ngram(2, "b"), ngram(4, "c"), ngram(1, "d")],
    "graphs": [graph(EDGES, 0, 2, "a"), graph(EDGES, 0, 2, "b"), graph([(3, 3), (3, 5), (5, 3)], 3, 5, "c")],
    "no arcs": [WFSA({0: 1.0}, (), {0: 1.0})],
}


def problem(patterns, lengths, K, dtype, seed=0):
    """Random weights per row (fewer rows than tokens), and what a scan needs of the topology."""
    rng = np.random.default_rng(seed)
    bank = compile_patterns(patterns, 2, K)
    tokens = sum(lengths)
    count, varying = max(1, tokens // 2), bank.layout.varying
    low, high = (0.05, 0.6) if K in (REAL, MAX_TIMES) else (-2.0, -0.1)
    signs = rng.choice([-1, 1], (count, varying)) if K == REAL else 1
    weights = torch.from_numpy(rng.uniform(low, high, (count, varying)) * signs).to(dtype)
    constants = torch.from_numpy(rng.uniform(low, high, len(bank.layout.columns) - varying)).to(dtype)
    rows = torch.from_numpy(rng.integers(0, count, tokens))
    offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
    initial = torch.from_numpy(rng.uniform(low, high, (len(lengths), len(bank.layout.states)))).to(dtype)
    steps = neural.Steps(weights, constants, rows, offsets, initial)
    return steps, bank.plan


def gradients(run, steps, plan, K, every, seed=1):
    """[values, gradient of weights, of constants, of initial scores] for one random cotangent."""
    inputs = [tensor.clone().requires_grad_() for tensor in (steps.weights, steps.constants, steps.initial)]
    given = replace(steps, weights=inputs[0], constants=inputs[1], initial=inputs[2])
    scores = run(given, plan, K, every)
    finite = torch.isfinite(scores)
    generator = torch.Generator().manual_seed(seed)
    cotangent = torch.randn(scores.shape, dtype=torch.float64, generator=generator).to(scores.dtype) * finite
    kept = torch.where(finite, scores, 0.0) + 0 * sum(tensor.sum() for tensor in inputs)  # all of them are in the graph
    found = torch.autograd.grad(kept, inputs, cotangent)
    return [scores.detach(), *found]


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("K", KERNELS, ids=repr)
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_kernels_equal_the_reference(topology, K, every):
    """In double precision to 1e-10; in single precision no further from that than the reference, but for 1e-5."""
    for lengths in LENGTHS:
        steps, plan = problem(TOPOLOGIES[topology], lengths, K, torch.float64)
        exact = gradients(scan_ref, steps, plan, K, every)
        for got, want in zip(gradients(scan, steps, plan, K, every), exact, strict=True):
            assert torch.allclose(got, want, rtol=1e-10, atol=1e-10), lengths
        single = single_precision(steps)
        kernel, loop = (gradients(run, single, plan, K, every) for run in (scan, scan_ref))
        for got, plain, want in zip(kernel, loop, exact, strict=True):
            assert error(got, want) <= 3 * error(plain, want) + 1e-5, lengths


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("K", KERNELS, ids=repr)
def test_kernels_equal_the_reference_at_zeros_and_ties(K, every):
    low, high = (0.0, 0.5) if K in (REAL, MAX_TIMES) else (K.zero, -1.0)
    for seed in range(20):
        steps, plan = problem(TOPOLOGIES["graphs"], [5, 0, 3], K, torch.float64, seed)
        rng = torch.Generator().manual_seed(seed)
        weights, initial = (
            torch.where(torch.rand(t.shape, generator=rng) < 0.4, low, high).double()
            for t in (steps.weights, steps.initial)
        )
        steps = replace(steps, weights=weights, initial=initial)
        exact = gradients(scan_ref, steps, plan, K, every)
        for got, want in zip(gradients(scan, steps, plan, K, every), exact, strict=True):
            assert torch.allclose(got, want, rtol=1e-10, atol=1e-10)


def single_precision(steps):
    return neural.Steps(*(t if t.dtype == torch.int64 else t.float() for t in vars(steps).values()))


def error(found, exact):
    """The largest difference where both are finite, relative to the largest value; ∞ where they are not alike."""
    alike = torch.isfinite(found) == torch.isfinite(exact)
    if not bool(alike.all()):
        return float("inf")
    finite = torch.isfinite(exact)
    if not bool(finite.any()):
        return 0.0
    size = exact[finite].abs().max().clamp_min(1e-30)
    return float((found.double() - exact)[finite].abs().max() / size)


@pytest.mark.parametrize("K", KERNELS, ids=repr)
def test_kernels_pass_gradcheck(K):
    steps, plan = problem(TOPOLOGIES["graphs"], [4, 2, 0], K, torch.float64)

    def run(weights, constants, initial):
        scores = scan(replace(steps, weights=weights, constants=constants, initial=initial), plan, K)
        return torch.where(torch.isfinite(scores), scores, torch.zeros_like(scores))

    inputs = [tensor.requires_grad_() for tensor in (steps.weights, steps.constants, steps.initial)]
    assert torch.autograd.gradcheck(run, inputs)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("K", KERNELS, ids=repr)
@pytest.mark.parametrize("topology", ["chains", "graphs"])
def test_strided_inputs_and_gradients(topology, K, every):
    """Inputs whose rows are columns of another tensor; gradients that are an expanded number, and turned ones."""
    steps, plan = problem(TOPOLOGIES[topology], [4, 0, 2], K, torch.float64)
    turned = replace(steps, weights=steps.weights.T.contiguous().T, initial=steps.initial.T.contiguous().T)
    sides = [
        (partial(strided, run, given, plan, K, every), [given.weights, given.initial])
        for run, given in ((scan, turned), (scan_ref, steps))
    ]
    assert_strided_agree(sides, (6 if every else 3, plan.states))


def strided(run, given, plan, K, every, weights, initial):
    return run(replace(given, weights=weights, initial=initial), plan, K, every)


def assert_strided_agree(sides, shape):
    """Two functions of the same values give the same scores and gradients, for gradients that are no rows in a row."""
    number, other = torch.tensor(0.7, dtype=torch.float64), torch.randn(shape[::-1], dtype=torch.float64)
    for cotangent in (number.expand(shape), other.T):
        found = []
        for run, values in sides:
            inputs = [value.detach().requires_grad_() for value in values]
            scores = run(*inputs)
            found.append((scores, *torch.autograd.grad(scores, inputs, cotangent)))
        for got, want in zip(*found, strict=True):
            torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("K", KERNELS, ids=repr)
def test_scores_are_the_same_where_no_history_is_kept(K):
    for lengths in LENGTHS:
        steps, plan = problem(TOPOLOGIES["graphs"], lengths, K, torch.float32)
        followed = replace(steps, weights=steps.weights.clone().requires_grad_())
        last = at_last(scan(steps, plan, K, True), steps.initial, Packed(None, steps.rows, steps.offsets))
        assert torch.equal(scan(steps, plan, K), last)
        assert torch.equal(scan(followed, plan, K), last)


def test_several_semirings_in_one_process_do_not_disturb_each_other():
    problems = [problem(TOPOLOGIES["graphs"], [3, 6], K, torch.float32) for K in KERNELS]
    first = [scan(steps, plan, K) for (steps, plan), K in zip(problems, KERNELS, strict=True)]
    again = [scan(steps, plan, K) for (steps, plan), K in reversed(list(zip(problems, KERNELS, strict=True)))]

    assert all(torch.equal(a, b) for a, b in zip(first, reversed(again), strict=True))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("apart", [False, True], ids=["shared rows", "a row per token"])
@pytest.mark.parametrize("K", KERNELS, ids=repr)
def test_gradients_do_not_depend_on_what_their_memory_held(K, apart, threads, monkeypatch):
    """Rows of no token, tokens before a row of 0̄ that no gradient passes, rows that both threads have."""
    monkeypatch.setattr("neural.scans.cpu.threads._WORTHWHILE", 100)
    monkeypatch.setattr("neural.scans.cpu.launch.room", lambda *shape: np.full(shape[:2], np.nan, shape[2].dtype))
    steps, plan = problem(TOPOLOGIES["graphs"], [40, 0, 30], K, torch.float64)
    steps.weights[steps.rows[20]] = K.zero
    if apart:
        steps = replace(steps, weights=steps.weights[steps.rows], rows=torch.arange(70))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        found = gradients(scan, steps, plan, K, False)
    finally:
        torch.set_num_threads(before)

    for got, want in zip(found, gradients(scan_ref, steps, plan, K, False), strict=True):
        torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)


def test_threads_change_nothing_but_the_order_of_sums():
    steps, plan = problem(TOPOLOGIES["chains"], [40_000, 20_000, 30_000, 10], REAL, torch.float64)
    before = torch.get_num_threads()
    try:
        found = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(gradients(scan, steps, plan, REAL, False))
    finally:
        torch.set_num_threads(before)

    assert all(torch.allclose(a, b, rtol=1e-12, atol=1e-12) for a, b in zip(*found, strict=True))


@pytest.mark.parametrize("bias", [-6.0, 0.0, 3.0, 6.0])
def test_single_precision_on_long_texts_is_as_good_as_the_plain_loop(bias):
    """2,000 tokens, gates near 0, ½ and 1: the error against double precision, kernel and loop."""
    rng = np.random.default_rng(0)
    bank = compile_patterns([ngram(4, f"p{i}") for i in range(8)], 3)
    loop = 1 / (1 + np.exp(-(rng.normal(size=(2000, 32)) + bias)))
    weights = torch.from_numpy(np.concatenate([(1 - loop) * rng.normal(size=(2000, 32)), loop], 1))
    given = (bank._fixed("constants").double(), torch.arange(2000), torch.tensor([0, 2000]), bank.start(1).double())
    exact = gradients(scan_ref, neural.Steps(weights, *given), bank.plan, REAL, False)
    single = single_precision(neural.Steps(weights, *given))
    kernel, loop = (gradients(run, single, bank.plan, REAL, False) for run in (scan, scan_ref))

    for got, plain, want in zip(kernel, loop, exact, strict=True):
        assert error(got, want) <= 1.5 * error(plain, want) + 1e-6


def test_vanishing_gradients_become_zero_not_denormal():
    """0.001¹³ = 1e-39 is a denormal float32: the reference gives it, the kernel gives 0."""
    bank = compile_patterns([WFSA({0: 1.0}, (Arc(0, ANY, 0, Linear("u")),), {0: 1.0})], 2)
    found = []
    for run in (scan, scan_ref):
        initial = torch.ones(1, 1, requires_grad=True)
        rows, offsets = torch.zeros(13, dtype=torch.int64), torch.tensor([0, 13])
        steps = neural.Steps(torch.full((1, 1), 1e-3), torch.empty(0), rows, offsets, initial)
        run(steps, bank.plan, REAL).sum().backward()
        found.append(initial.grad.item())

    assert found[0] == 0
    assert found[1] == pytest.approx(1e-39, rel=1e-3)


@pytest.mark.parametrize("rows", [torch.arange(80), torch.arange(80) // 2], ids=["a row per token", "shared rows"])
def test_vanishing_scores_and_gradients_of_weights_become_zero_not_denormal(rows):
    """0.3⁷⁹ = 5e-42 in REAL and MAX_TIMES, in LOG a share of e^−86.5 / 10 = 3e-39 at the last token."""
    bank = compile_patterns([WFSA({0: 1.0}, tuple(Arc(0, ANY, 0, Linear(name)) for name in "uv"), {0: 1.0})], 2)
    for K, weights, cotangent in ((REAL, [0.15, 0.15], 1.0), (MAX_TIMES, [0.3, 0.1], 1.0), (LOG, [0.0, -86.5], 0.1)):
        found = []
        for run in (scan, scan_ref):
            given = torch.tensor(weights).repeat(80, 1).requires_grad_()
            steps = neural.Steps(given, torch.empty(0), rows, torch.tensor([0, 80]), torch.full((1, 1), K.one))
            (cotangent * run(steps, bank.plan, K)).sum().backward()
            history = run(steps, bank.plan, K, True).detach()
            found.append([denormal(given.grad), denormal(history)])

        assert found[0] == [0, 0], K
        assert found[1][0] > 0, K
        assert (found[1][1] > 0) == (K != LOG)


def denormal(values):
    """How many numbers are too small for all of their digits."""
    return int(((values != 0) & (values.abs() < torch.finfo(values.dtype).tiny)).sum())


def test_a_copied_bank_keeps_its_kernel():
    bank = compile_patterns([ngram(2)], 3)
    for each in (bank, deepcopy(bank)):
        packed = pack(torch.zeros(1, 2, 3), torch.tensor([2]))
        assert type(each.run(packed).grad_fn).__name__ == "_GatedBackward"


def test_where_no_kernel_serves_one_log_line_says_why(caplog):
    bank = compile_patterns([ngram(1)], 3, neural.k_best(4))
    with caplog.at_level("INFO", logger="neural"):
        for _ in range(2):
            bank(torch.zeros(1, 2, 3))

    assert [record.message for record in caplog.records] == [
        "there is no kernel for k_best(4, MAX_PLUS); the reference in plain torch runs instead"
    ]
