"""The Triton kernels: in Triton's interpreter against the reference, and compiled for a GPU that need not be there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from neural.scans.gpu.launch import width

ROOT = Path(__file__).parents[3]

INTERPRET = """
import sys
from dataclasses import replace
import torch
from neural import LOG, REAL, compile_patterns, pack
from neural.scans.gpu import launch as gpu
from neural.scans.reference import Gates, gated_scan, scan_ref
from wfsa import logarithmic, ngram

gpu.TIME, gpu.BLOCK = 8, 4  # small tiles, so that short texts cross their edges
log, lengths = sys.argv[1] == "log", [int(n) for n in sys.argv[2].split(",")]
torch.manual_seed(0)
patterns = [ngram(n, f"p{i}", main="gate" if log else "tied") for i, n in enumerate(lengths)]
bank = compile_patterns([logarithmic(p) if log else p for p in patterns], 3, LOG if log else REAL)
with torch.no_grad():
    bank.weight.normal_(), bank.bias.normal_()
x = pack(torch.randn(4, 9, 3), torch.tensor([9, 1, 0, 8]))
assert bank.plan.starts is not None
steps = bank.steps(x)

def check(reference, kernel, inputs):
    finite = torch.isfinite(reference)
    assert (torch.isfinite(kernel) == finite).all()
    values = [torch.where(finite, scores, 0.0) for scores in (reference, kernel)]
    assert torch.allclose(*values, rtol=1e-5, atol=1e-5)
    cotangent = torch.randn_like(reference) * finite
    for a, b in zip(*(torch.autograd.grad(v, inputs, cotangent, retain_graph=True) for v in values), strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-5), (a - b).abs().max()

weights, initial = (tensor.detach().clone().requires_grad_() for tensor in (steps.weights, steps.initial))
given = replace(steps, weights=weights, initial=initial, constants=steps.constants.detach())
final, history = gpu.chain(
    weights, torch.empty(0), x.rows, x.offsets, initial, bank.plan.starts, len(lengths), log, False
)
check(scan_ref(given, bank.plan, bank.K), final, (weights, initial))
check(scan_ref(given, bank.plan, bank.K, True), history, (weights, initial))
if not log:
    data, weight, bias = (t.detach().clone().requires_grad_() for t in (x.data, bank.weight, bank.bias))
    final, _ = gpu.chain(data @ weight.T, bias, x.rows, x.offsets, initial, bank.plan.starts, len(lengths), False, True)
    constants = steps.constants.detach()
    fused = gated_scan(Gates(data, weight, bias, constants, x.rows, x.offsets, initial, data.dtype), bank.plan)
    check(fused, final, (data, weight, bias, initial))
print("ok")
"""

FAMILIES = """
import numpy as np
import torch
import wfsa
from neural import LOG, REAL, compile_patterns, pack
from neural.scans.gpu import launch as gpu
from tests.neural.test_families import DIM, POSITIVE, SIGNED, texts, values

gpu.TIME, gpu.BLOCK = 4, 4
documents, chains = texts((5, 0, 1)), 0
x = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(text).float() for text in documents], batch_first=True)
x = pack(x, torch.tensor([len(text) for text in documents]))
for K, families in ((REAL, SIGNED | POSITIVE), (LOG, POSITIVE)):
    for patterns in families.values():
        own = [wfsa.logarithmic(pattern) if K == LOG else pattern for pattern in patterns]
        bank = compile_patterns(own, DIM, K)
        if bank.plan.starts is None:
            continue
        bank.load_symbolic(values(patterns))
        steps, chains = bank.steps(x), chains + 1
        given = (steps.weights, torch.empty(0), x.rows, x.offsets, steps.initial, bank.plan.starts)
        scores = bank.read_out(gpu.chain(*given, len(own), K == LOG, False)[0]).tolist()
        weigh = wfsa.evaluator(values(patterns))
        want = [[wfsa.pathsum(pattern, text, K.symbolic, weigh) for pattern in own] for text in documents]
        np.testing.assert_allclose(scores, want, rtol=1e-4, atol=1e-5)
assert chains > 8, chains
print("ok")
"""

COMPILE = """
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from neural.scans.gpu import chain

POINTERS = "weights bias initial history final g_final g_history gradient g_initial".split()
for kernel, n, every in ((chain.forward, 4, True), (chain.backward, 1, False), (chain.backward, 2, True)):
    for log, gated in ((False, True), (True, False)):
        rows = 1 << n.bit_length()
        constants = {"N": n, "ROWS": rows, "TIME": 32, "BLOCK": 16, "LOG": log, "GATED": gated, "EVERY": every}
        constants = {name: value for name, value in constants.items() if name in kernel.arg_names}
        kinds = {name: "*fp32" for name in POINTERS} | dict.fromkeys(("rows", "offsets", "starts"), "*i64")
        kinds |= dict.fromkeys(("states", "half"), "i32") | dict.fromkeys(constants, "constexpr")
        source = ASTSource(kernel, {name: kinds[name] for name in kernel.arg_names}, constants)
        made = triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": 1})
        assert len(made.asm["cubin"]) > 1000
print("ok")
"""


def run(code, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(("semiring", "lengths"), [("real", "3,1,2,2,1"), ("log", "1,2,2")])
def test_in_the_interpreter_they_equal_the_reference(semiring, lengths):
    """Several tiles of time, two blocks of patterns, ragged chains, texts of 0, 1, a tile's length and one more."""
    assert run(INTERPRET, semiring, lengths, TRITON_INTERPRET="1") == "ok"


def test_in_the_interpreter_every_family_of_chains_is_its_symbolic_automata():
    assert run(FAMILIES, TRITON_INTERPRET="1") == "ok"


def test_they_compile_for_sm_90(tmp_path):
    assert run(COMPILE, TRITON_CACHE_DIR=str(tmp_path)) == "ok"


@pytest.mark.parametrize(
    ("texts", "patterns", "processors", "block"),
    [(64, 24, 132, 4), (512, 24, 132, 16), (64, 256, 132, 16), (64, 256, 0, 16), (1, 1, 132, 4), (200, 24, 132, 8)],
)
def test_small_batches_have_smaller_tiles_so_that_no_processor_is_idle(texts, patterns, processors, block):
    assert width(texts, patterns, processors) == block
    assert block in (4, 16) or texts * -(-patterns // block) >= 4 * processors > texts * -(-patterns // (2 * block))


def test_the_script_for_a_card_runs_in_the_interpreter_and_says_where_there_is_no_card(tmp_path):
    command = [sys.executable, "benchmarks/gpu.py", "--small", "--out", str(tmp_path / "gpu.md")]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.startswith("error: a GPU")) == (2, True)

    environment = os.environ | {"TRITON_INTERPRET": "1"}
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-2000:]
    text = (tmp_path / "gpu.md").read_text()
    assert text.count(", n 1: ") == text.count(", n 3: ") == 3
    assert "| P 3, n 2, T 20, B 2 | " in text
    assert "not run" not in text
