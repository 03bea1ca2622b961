"""The collector pauses while a bank is compiled, and is as it was afterwards."""

import gc

import pytest

from neural import CompileError, compile_patterns
from wfsa import REAL, WFSA, Arc
from wfsa.collector import paused


@pytest.mark.parametrize("before", [True, False])
def test_it_is_as_it_was_afterwards_also_after_an_error(before):
    machine = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5),), {1: 1.0})
    try:
        (gc.enable if before else gc.disable)()
        with paused():
            assert not gc.isenabled()
        assert gc.isenabled() == before
        compile_patterns([machine], alphabet=["a"], semiring=REAL)
        with pytest.raises(CompileError):
            compile_patterns([machine], alphabet=["b"], semiring=REAL)
        assert gc.isenabled() == before
    finally:
        gc.enable()
