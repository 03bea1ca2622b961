"""A semiring of one's own is one value: every algorithm asks its attributes, and none asks which one it is."""

import ast
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import neural
import wfsa
from neural import (
    LOG,
    CompileError,
    TensorSemiring,
    best_paths,
    compile_patterns,
    masses,
    pack_symbols,
    posteriors,
    sample_paths,
    scan,
    scan_ref,
)
from neural.semirings.kinds import Kind
from wfsa import ANY, WFSA, Arc

INF = float("inf")
WIDEST = TensorSemiring(
    wfsa.Semiring("WIDEST", -INF, INF, max, min, lambda a: INF, float, idempotent=True, selective=True, additive=None),
    torch.maximum, torch.minimum, lambda x, dim: x.max(dim).values, lambda a: torch.full_like(a, INF), -INF, INF,
)  # fmt: skip
"""(max, min): how wide is the narrowest arc of the widest path?"""

COSTS = TensorSemiring(
    wfsa.Semiring("COSTS", INF, 0.0, lambda a, b: float(-np.logaddexp(-a, -b)), lambda a, b: a + b,
                  lambda a: -wfsa.LOG.star(-a), float, additive=True),
    lambda a, b: -LOG.plus(-a, -b), torch.add, lambda x, dim: -LOG.sum(-x, dim),
    lambda a: torch.log1p(-torch.exp(-a)), INF, 0.0,
).served(Kind.LOG, negated=True)  # fmt: skip
"""(−log Σ exp −, +): LOG with its signs turned."""

ARCS = ((0, "a", 0, 0.5), (0, "a", 1, 2.0), (0, ANY, 1, 1.0), (1, "b", 1, 3.0), (1, ANY, 2, 0.25), (2, "b", 0, 4.0),
        (2, "a", 2, 0.75), (1, "a", 0, 1.5))  # fmt: skip
INITIAL, FINAL = {0: 5.0, 1: 0.1}, {1: 6.0, 2: 2.5}
TEXTS = ("ab", "", "abba", "b", "aabab")


def paths(text):
    """The weights along every path, listed one by one."""
    for arcs in itertools.product(ARCS, repeat=len(text)):
        states = [arcs[0][0], *(arc[2] for arc in arcs)] if arcs else [0]
        for start in [states[0]] if arcs else (0, 1, 2):
            joined = all(before[2] == after[0] for before, after in itertools.pairwise(arcs))
            reads = all(label is ANY or label == symbol for (_, label, _, _), symbol in zip(arcs, text, strict=True))
            end = states[-1] if arcs else start
            if joined and reads and start in INITIAL and end in FINAL:
                yield [INITIAL[start], *(arc[3] for arc in arcs), FINAL[end]]


def bank_of(K, readout="end"):
    return compile_patterns([WFSA(INITIAL, tuple(Arc(*arc) for arc in ARCS), FINAL)], 0, K, "ab", readout).double()


def batch(texts=TEXTS):
    return pack_symbols([np.array(["ab".index(symbol) for symbol in text], dtype=np.int64) for text in texts])


def widest(text):
    return max(map(min, paths(text)), default=-INF)


def cost(text):
    return -np.logaddexp.reduce([-sum(weights) for weights in paths(text)] or [-INF])


@pytest.mark.parametrize(("K", "oracle"), [(WIDEST, widest), (COSTS, cost)], ids=["WIDEST", "COSTS"])
def test_banks_and_scans_run_in_a_semiring_of_ones_own(K, oracle):
    """All paths are listed."""
    bank, x, want = bank_of(K), batch(), [[oracle(text)] for text in TEXTS]

    np.testing.assert_allclose(bank(x).detach(), want, rtol=1e-12)
    for run in (scan, scan_ref):
        np.testing.assert_allclose(bank.read_out(run(bank.steps(x), bank.plan, K)).detach(), want, rtol=1e-12)


def test_all_that_is_read_out_is_the_semirings_own():
    ends = [max((widest(text[:t]) for t in range(1, len(text) + 1)), default=widest("")) for text in TEXTS]
    for readout in ("anywhere", "best"):
        assert bank_of(WIDEST, readout)(batch()).flatten().tolist() == ends


def test_a_kernel_serves_costs_with_their_signs_turned():
    """Gradients, too, which are those of the reference."""
    bank = bank_of(COSTS)
    steps, found = bank.steps(batch()), []
    for run in (scan, scan_ref):
        weights = steps.weights.detach().clone().requires_grad_()
        scores = bank.read_out(run(replace(steps, weights=weights), bank.plan, COSTS))
        found.append(torch.autograd.grad(scores[scores.isfinite()].sum(), weights)[0])

    torch.testing.assert_close(*found, rtol=1e-12, atol=1e-12)
    assert found[0].abs().sum() > 0


def test_what_a_semiring_does_not_say_is_refused():
    for K in (WIDEST, COSTS):
        for ask in (best_paths, masses, posteriors, sample_paths):
            with pytest.raises(CompileError, match=K.symbolic.name):
                ask(bank_of(K), batch())


def test_faster_ways_are_those_of_the_operations_they_were_given_with():
    K = replace(LOG, times=torch.maximum)

    assert (K.kernel, K.sum_segments) == (None, None)
    assert (LOG.kernel, LOG.served().kernel) == (Kind.LOG, None)


def test_no_algorithm_compares_semirings():
    names = {repr(K) for K in neural.SEMIRINGS} | {"EXPECTATION"}
    for path in Path(neural.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                inside = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                inside |= {
                    part.attr
                    for part in ast.walk(node)
                    if isinstance(part, ast.Attribute) and ast.unparse(part.value) != "Kind"
                }
                assert not inside & names, f"{path.name}:{node.lineno} asks which semiring it is; ask an attribute"
