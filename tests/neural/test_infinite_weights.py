"""Infinite weights: 0̄ where the semiring has it there, refused everywhere else, and never NaN."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from neural import EXPECTATION, SEMIRINGS, BatchError, compile_patterns, k_best, pack_symbols
from wfsa import EPSILON, WFSA, Arc, Const, Scalar, SemiringError, Sum, pathsum
from wfsa.testing.strategies import WEIGHTS, automata

INF = math.inf
ALL = (*SEMIRINGS, k_best(2))


def elements(K):
    """Does `number` stand for an element?"""
    nothing = {wfsa.LOG: -INF, wfsa.MAX_PLUS: -INF, wfsa.MIN_PLUS: INF}
    zero = nothing.get(K.symbolic, -INF if K.parts == 2 and K is not EXPECTATION and "k_best" in repr(K) else None)
    return lambda number: math.isfinite(number) or number == zero


@pytest.mark.parametrize("K", ALL, ids=repr)
@given(data=st.data())
def test_compiled_is_symbolic_or_refused(K, data):
    finite = [weight for weight in WEIGHTS.get(K.symbolic, [-2.0, 0.0, 0.5]) if abs(weight) < 3]
    signs = [INF] if K.nonnegative else [INF, -INF]
    machine = data.draw(automata((*finite, *signs), max_arcs=5))
    text = data.draw(st.text("ab", max_size=3))
    weights = (*machine.initial.values(), *(arc.weight for arc in machine.arcs), *machine.final.values())
    if not all(map(elements(K), weights)):
        with pytest.raises(SemiringError, match=r"finite|inf"):
            compile_patterns([machine], 0, K, "ab")
        return

    weigh = wfsa.labelled() if "k_best" in repr(K) else wfsa.evaluator({})
    want = np.array(K.encode(pathsum(machine, text, K.symbolic, weigh)))
    ids = np.array(["ab".index(symbol) for symbol in text], dtype=np.int64)
    got = compile_patterns([machine], 0, K, "ab").double()(pack_symbols([ids]))[0, 0].numpy()
    assert not np.isnan(got).any()
    assert np.array_equal(got, want) or np.allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("K", ALL, ids=repr)
def test_an_infinite_end_that_nothing_reaches_is_refused(K):
    """inf × 0̄ was NaN, where the pathsum is 0̄."""
    infinite = -INF if K.symbolic is wfsa.MIN_PLUS else INF

    for machine in (WFSA({}, (), {5: infinite}), WFSA({}, (), {5: Sum((Const(infinite), Const(1.0)))})):
        with pytest.raises(SemiringError, match=r"finite|inf"):
            compile_patterns([machine], 0, K, "a")
        with pytest.raises(SemiringError, match=r"finite|inf"):
            pathsum(WFSA({5: K.symbolic.one}, (), machine.final), "", K.symbolic, wfsa.evaluator({}))


@pytest.mark.parametrize("place", ["initial", "arc", "epsilon", "final"])
def test_a_learned_weight_that_becomes_infinite_is_refused_by_name(place):
    at = {name: Scalar("s") if name == place else 0.5 for name in ("initial", "arc", "epsilon", "final")}
    arcs = (Arc(0, "a", 1, at["arc"]), Arc(1, EPSILON, 2, at["epsilon"]))
    bank = compile_patterns([WFSA({0: at["initial"]}, arcs, {2: at["final"]})], alphabet="a")
    bank.load_symbolic({"s": 0.5})
    assert bank(torch.tensor([[0]])).item() == 0.0625
    bank.load_symbolic({"s": INF})
    with pytest.raises(BatchError, match=r"weights in REAL are not inf \(got that for .*'?s'?.* in float32\); bound"):
        bank(torch.tensor([[0]]))


def test_a_number_beyond_single_precision_is_refused_there():
    bank = compile_patterns([WFSA({0: 1.0}, (Arc(0, "a", 0, 1e39),), {0: 1.0})], alphabet="a")

    assert bank.double()(torch.tensor([[0]])).item() == 1e39
    with pytest.raises(BatchError, match=r"not inf \(got that for .*1e\+?39.* in float32"):
        compile_patterns([WFSA({0: 1.0}, (Arc(0, "a", 0, 1e39),), {0: 1.0})], alphabet="a")(torch.tensor([[0]]))


def test_extreme_paths_take_finite_numbers():
    with pytest.raises(SemiringError, match="REAL takes finite numbers"):
        wfsa.extreme_paths(WFSA({0: INF}, (), {0: 0.0}), "")
