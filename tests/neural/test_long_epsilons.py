"""Epsilon closures of compiled banks are matrices: up to a size, and beyond it a sentence."""

import pytest
import torch

from neural import CompileError, compile_patterns
from tests.wfsa.paths.test_long_epsilons import chain, ladder
from wfsa import REAL, pathsum


def test_chains_compile_up_to_500_states():
    assert compile_patterns([chain(120)], alphabet="a")(torch.tensor([[0, 0]])).item() == 0.25
    for length in (500, 20_000):
        with pytest.raises(CompileError, match=rf"at most 500 states .*got {length + 1} states .* in automaton 1"):
            compile_patterns([chain(3), chain(length)], alphabet="a")


def test_many_small_ones_beside_a_large_one_are_padded_and_refused():
    with pytest.raises(CompileError, match=r"16,000,000 entries in all .*16,160,000 entries"):
        compile_patterns([chain(399), *[chain(1)] * 100], alphabet="a")


def test_a_ladder_is_what_it_was():
    """Every pair of states is an entry of the closure."""
    bank = compile_patterns([ladder(40)], alphabet="a").double()

    assert bank(torch.tensor([[0] * 20])).item() == pytest.approx(pathsum(ladder(40), "a" * 20, REAL), rel=1e-12)
