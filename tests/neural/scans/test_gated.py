"""Gated chains: vectors and parameters → scores as one operator equal product, gates and scan apart."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from neural import REAL, Packed, Steps, compile_patterns, scan_ref
from neural.batches.packing import pack_words
from neural.compile.projection import product as multiply
from neural.scans.cpu import gated_kernels as gates
from neural.scans.cpu import gated_scan as gated
from neural.scans.cpu.threads import each as run_each
from neural.scans.reference import Gates, gated_scan
from tests.neural.scans.test_scan import TOLERANCE, assert_strided_agree
from wfsa import ngram


def by_torch(gates, plan, every):
    """σ, 1 − f and products in torch, then the reference."""
    half = len(gates.bias)
    z = gates.data @ gates.weight.T
    f = torch.sigmoid(z[:, half:] + gates.bias)
    weights = torch.cat([(1 - f) * z[:, :half], f], 1)
    return scan_ref(Steps(weights, gates.constants, gates.rows, gates.offsets, gates.initial), plan, REAL, every)


def results(run, gates, plan, every, names):
    """The scores, and the gradients of what is named, for a random cotangent."""
    inputs = {name: getattr(gates, name).clone().requires_grad_() for name in names}
    scores = run(replace(gates, **inputs), plan, every)
    cotangent = torch.randn(scores.shape, dtype=scores.dtype, generator=torch.Generator().manual_seed(0))
    return [scores.detach(), *torch.autograd.grad(scores, list(inputs.values()), cotangent)]


def gates_of(bank, data, rows, offsets):
    rng = np.random.default_rng(0)
    bias = torch.from_numpy(rng.normal(size=bank.layout.biased)).to(data.dtype)
    weight = torch.from_numpy(rng.normal(size=(len(bank.layout.rows), bank.layout.dim)) / 3).to(data.dtype)
    start = bank.start(len(offsets) - 1).detach()
    return Gates(data, weight, bias, bank._fixed("constants"), rows, torch.tensor(offsets), start, data.dtype)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("length", [1, 2, 3, 4, 8])
def test_fused_gates_equal_the_symbolic_program(length, dtype, every):
    """Vectors, parameters and biases → scores, where tokens share rows, and where each has its own."""
    bank = compile_patterns([ngram(length, "a"), ngram(1, "b"), ngram(length, "c")], 3).to(dtype)
    assert bank.layout.gated
    rng = np.random.default_rng(length)
    for shared in (True, False):
        data = torch.from_numpy(rng.normal(size=(20 if shared else 50, 3))).to(dtype)
        rows = torch.from_numpy(rng.integers(0, 20, 50)) if shared else torch.arange(50)
        gates = gates_of(bank, data, rows, [0, 1, 1, 30, 50])
        given = (gates, bank.plan, every, ["data", "weight", "bias", "initial"])
        for got, want in zip(results(gated_scan, *given), results(by_torch, *given), strict=True):
            assert torch.allclose(got, want, rtol=TOLERANCE[dtype] / 10, atol=TOLERANCE[dtype] / 10)


@pytest.mark.parametrize("threads", [1, 2])
def test_blocks_of_texts_and_rows_without_gradient_change_nothing(threads, monkeypatch):
    """Texts of more than a block and of less, one so long that its beginning gets no gradient, one without tokens;
    with more threads than one, all of them shared."""
    monkeypatch.setattr("neural.scans.cpu.threads._WORTHWHILE", 1000)
    bank = compile_patterns([ngram(2, "a"), ngram(3, "b")], 3).double()
    lengths = [700, 0, 1023, 1, 1200, 2500, 3, 300]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    rng = np.random.default_rng(0)
    data = torch.from_numpy(rng.normal(size=(offsets[-1], 3)) * 3)
    gates = gates_of(bank, data, torch.arange(offsets[-1]), offsets)
    gates = replace(gates, bias=gates.bias - 2)
    names = ["weight", "bias", "initial"]
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        for every in (False, True):
            want = results(by_torch, gates, bank.plan, every, [*names, "data"])
            for given in ([*names, "data"], names):
                got = results(gated_scan, gates, bank.plan, every, given)
                assert all(torch.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in zip(got, want, strict=False))
            dead = not want[-1][offsets[5] : offsets[5] + 500].any()
            assert dead != every  # where only the last scores count, there were rows without a gradient
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("threads", [1, 2])
def test_words_that_no_gradient_reaches_change_nothing(threads, monkeypatch):
    """Word types that are only at the beginning of long texts are the last rows, and no product has them."""
    monkeypatch.setattr("neural.scans.cpu.threads._WORTHWHILE", 200)
    multiplied, shared = [], []

    def product(x, y, precision):
        multiplied.append(x.shape)
        return multiply(x, y, precision)

    def each(parts, work):
        shared.append(len(parts))
        run_each(parts, work)

    monkeypatch.setattr(gated, "product", product)
    monkeypatch.setattr(gated, "each", each)
    bank = compile_patterns([ngram(2, "a"), ngram(3, "b")], 3).double()
    rng = np.random.default_rng(0)
    texts = [rng.integers(0, 40, length) for length in (1500, 900, 1, 0, 1200)]
    texts[0][:300] = rng.integers(40, 60, 300)
    x = pack_words(texts, torch.from_numpy(rng.normal(size=(4000, 3)) * 3))
    gates = gates_of(bank, x.data, x.rows, x.offsets.tolist())
    gates = replace(gates, bias=gates.bias - 2)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        want = results(by_torch, gates, bank.plan, False, ["weight", "bias", "initial", "data"])
        for names in (["weight", "bias", "initial", "data"], ["weight", "bias", "initial"]):
            got = results(gated_scan, gates, bank.plan, False, names)
            assert all(torch.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in zip(got, want, strict=False))
            assert multiplied[-1] == (3, 40)
        assert len(x.data) == 60
        assert not want[-1][40:].any()
        assert want[-1][39].any()
        assert set(shared) == {threads}
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [0, 1, 1, 0, 2]], ids=["a row per token", "shared rows"])
def test_gradients_are_those_of_finite_differences(rows, every):
    bank = compile_patterns([ngram(2, "a"), ngram(1, "b"), ngram(3, "c")], 3).double()
    data = torch.from_numpy(np.random.default_rng(0).normal(size=(max(rows) + 1, 3)))
    gates = gates_of(bank, data, torch.tensor(rows), [0, 3, 3, 5])
    names = ["data", "weight", "bias", "initial"]

    def run(*values):
        return gated_scan(replace(gates, **dict(zip(names, values, strict=True))), bank.plan, every)

    assert torch.autograd.gradcheck(run, [getattr(gates, name).clone().requires_grad_() for name in names])


@pytest.mark.parametrize("every", [False, True])
def test_strided_inputs_and_gradients(every):
    """Vectors whose rows are columns of another tensor; gradients that are an expanded number, and turned ones."""
    bank = compile_patterns([ngram(2, "a"), ngram(3, "b")], 3).double()
    gates = gates_of(bank, torch.randn(5, 3, dtype=torch.float64), torch.arange(5), [0, 3, 3, 5])
    turned = replace(gates, data=gates.data.T.contiguous().T, weight=gates.weight.T.contiguous().T)
    sides = [
        (partial(strided, run, given, bank.plan, every), [given.data, given.weight, given.bias])
        for run, given in ((gated_scan, turned), (by_torch, gates))
    ]
    assert_strided_agree(sides, (5 if every else 3, gates.initial.shape[1]))


def strided(run, given, plan, every, data, weight, bias):
    return run(replace(given, data=data, weight=weight, bias=bias), plan, every)


@pytest.mark.parametrize("shared", [False, True], ids=["a row per token", "shared rows"])
def test_threads_keep_what_they_do_not_return_apart(shared, monkeypatch):
    """Without gradients to come each thread has two rows of history, and no other thread writes there."""
    monkeypatch.setattr("neural.scans.cpu.threads._WORTHWHILE", 1000)
    bank = compile_patterns([ngram(4, f"p{i}") for i in range(24)], 8).requires_grad_(False)
    plain = compile_patterns([ngram(4, f"p{i}", main="gate") for i in range(24)], 8).requires_grad_(False)
    lengths = torch.arange(120) % 90
    tokens = int(lengths.sum())
    data = torch.randn(50 if shared else tokens, 8)
    rows = torch.randint(0, 50, (tokens,)) if shared else torch.arange(tokens)
    x = Packed(data, rows, torch.nn.functional.pad(lengths.cumsum(0), (1, 0)))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        for each in (bank, plain):
            want = each(x.with_data(data.clone().requires_grad_())).detach()
            assert all(torch.equal(each(x), want) for _ in range(20))
    finally:
        torch.set_num_threads(before)


ONE_STEP = """
import torch
from neural import compile_patterns
from neural.scans.cpu import gated_kernels as gates
from wfsa import ngram

with torch.no_grad():
    compile_patterns([ngram(2, "a"), ngram(3, "b")], 3)(torch.randn(2, 4, 3))
stats = gates.scan_forward.stats
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def test_a_second_process_loads_kernels_from_disk(tmp_path):
    found = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", ONE_STEP], capture_output=True, text=True, check=False,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.split())

    assert found == [["0", "1"], ["1", "0"]]


def test_a_gate_that_is_shut_is_no_denormal_number():
    products, half = np.zeros((1, 16), np.float32), 8
    products[:, half:] = -np.geomspace(1, 1e30, half)
    gates.forward(products, np.zeros(half, np.float32), 0, 1)

    assert (products[:, half:] >= np.finfo(np.float32).tiny).all()
