"""Every semiring obeys the laws it claims; a broken one is told so."""

import math
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import (
    COUNT,
    ENTROPY,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    SEMIRINGS,
    STRINGS,
    DivergenceError,
    SemiringError,
    check_laws,
    expectation,
    k_best,
    product,
)
from wfsa.testing.strategies import WEIGHTS

SAMPLES = {
    **{K: [K.lift(w) for w in weights] for K, weights in WEIGHTS.items()},
    product(REAL, MAX_PLUS): [(0.5, 2.0), (-0.25, -1.0), (2.0, 0.0)],
    product(EXTREMES, COUNT): [((-1.0, 0.5), 1), ((0.25, 0.25), 2)],
    expectation(REAL): [(0.5, 2.0), (-0.25, 1.0), (0.0, 3.0)],
    expectation(LOG): [(-0.5, 1.0), (-2.0, -math.inf)],
    expectation(REAL, order=2): [(0.5, 2.0, -1.0, 3.0), (-0.25, 1.0, 0.5, 0.0)],
    ENTROPY: [(0.5, 0.1), (0.25, -2.0)],
    STRINGS: [frozenset({("a",)}), frozenset({(), ("a", "b")}), frozenset({("b",), ("a",)})],
    k_best(1, MAX_PLUS): [((1.0, ("a",)),), ((-2.0, ()),)],
    k_best(2, MAX_PLUS): [((1.0, ("a",)), (0.0, ("b",))), ((-2.0, ()),), ((0.0, ("c",)), (-1.0, ("a", "c")))],
    k_best(3, MIN_PLUS): [((0.0, ()), (1.0, ("a",))), ((2.0, ("b",)),)],
}


@pytest.mark.parametrize(("K", "elements"), SAMPLES.items(), ids=map(repr, SAMPLES))
def test_the_laws_hold(K, elements):
    check_laws(K, elements)


@pytest.mark.parametrize("K", [REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES], ids=repr)
@given(st.data())
def test_the_laws_hold_for_any_numbers(K, data):
    low, high = (0.0, 1e3) if K is MAX_TIMES else (-1e3, 1e3)
    check_laws(K, data.draw(st.lists(st.floats(low, high, width=16), min_size=3, max_size=3)))


def no_star(a):
    raise DivergenceError("never")


NO_STAR = replace(REAL, star=no_star, real=None)

BROKEN = [
    ("a ⊕ 0̄ = a", replace(MAX_PLUS, zero=0.0)),
    ("a ⊗ 0̄ = 0̄", replace(MIN_PLUS, zero=50.0)),
    ("a* = 1̄ ⊕ a ⊗ a*", replace(REAL, star=lambda a: 1 + a)),
    ("a ⊕ a = a", replace(REAL, idempotent=True)),
    ("lift(a) = a", replace(LOG, lift=math.exp)),
    ("from_real(real(a)) = a", replace(REAL, from_real=abs)),
    ("from_cost(cost(a)) = a", replace(LOG, from_cost=float)),
    ("a ⊕ b = b ⊕ a", replace(NO_STAR, plus=lambda a, b: a + b if 0 in (a, b) else a)),
    ("a ⊕ b is a or b", replace(LOG, selective=True)),
    ("b ⊗ divide(b ⊗ a, b) = b ⊗ a", replace(REAL, divide=lambda a, b: b / a if a else 0.0)),
    ("real(a ⊕ b)", replace(MAX_PLUS, real=float)),
    ("(a ⊕ b) ⊕ c = a ⊕ (b ⊕ c)", replace(NO_STAR, plus=lambda a, b: a + b if 0 in (a, b) else (a + b) / 2)),
]


@pytest.mark.parametrize(("law", "K"), BROKEN, ids=lambda item: str(item))
def test_a_broken_law_is_named(law, K):
    with pytest.raises(SemiringError, match=re.escape(law)):
        check_laws(K, [-2.0, 0.5, 3.0])


def test_signed_numbers_are_no_max_times_semiring():
    with pytest.raises(SemiringError, match="must hold"):
        check_laws(replace(MAX_TIMES, lift=float, cost=None), [-1.0, 2.0])


def test_semirings_can_be_sent_to_other_processes():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(tuple, SEMIRINGS).result() == SEMIRINGS


@pytest.mark.parametrize(
    ("K", "a"),
    [
        (STRINGS, frozenset({("a",)})),
        (k_best(2, MAX_PLUS), ((0.5, ()),)),
        (expectation(REAL), (1.0, 0.0)),
        (ENTROPY, (1.5, 0.0)),
    ],
    ids=repr,
)
def test_a_star_without_value_raises(K, a):
    with pytest.raises(DivergenceError, match="got"):
        K.star(a)


@pytest.mark.parametrize("K", [LOG, MAX_PLUS, MIN_PLUS], ids=repr)
def test_numbers_outside_the_carrier_are_refused(K):
    """There, 0̄ ⊗ a = 0̄ fails: −inf + inf is no number."""
    with pytest.raises(SemiringError, match=r"takes? numbers"):
        K.lift(-K.zero)


def test_makers_of_semirings_check_their_arguments():
    with pytest.raises(SemiringError, match="order 1 or 2"):
        expectation(REAL, order=3)
    with pytest.raises(SemiringError, match="at least one"):
        k_best(0, MAX_PLUS)
    with pytest.raises(SemiringError, match="selective"):
        k_best(2, REAL)
    with pytest.raises(SemiringError, match="a number or 2"):
        expectation(REAL).lift((1.0, 2.0, 3.0))
    with pytest.raises(SemiringError, match="at least 0"):
        ENTROPY.lift(-1.0)
