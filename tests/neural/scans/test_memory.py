"""Memory that is kept from step to step: never taken while anything refers to it, and taken again afterwards."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neural.scans.cpu import memory
from neural.scans.cpu.memory import room

ROWS = 40_000
"""Of 4 numbers: large enough to be kept."""


def filled(value, rows=ROWS, dtype=np.float32):
    found = room(rows, 4, np.empty(0, dtype))
    found[:] = value
    return found


@pytest.mark.parametrize(
    "hold",
    [lambda x: x, lambda x: x[5:9, 1], lambda x: x.view(np.int32), torch.from_numpy, lambda x: torch.from_numpy(x)[3]],
)
def test_what_is_referred_to_is_left_alone(hold):
    kept = hold(filled(1))
    before = kept.clone() if isinstance(kept, torch.Tensor) else kept.copy()
    others = [filled(value) for value in range(2, 12)]
    assert (kept == before).all()
    assert all((other == value).all() for value, other in enumerate(others, 2))


def test_what_nothing_refers_to_is_taken_again(monkeypatch):
    monkeypatch.setattr(memory, "_memories", {})
    kept = filled(1).base
    assert filled(2).base is not kept
    del kept
    monkeypatch.setattr(np, "empty", None)  # so that there can be no other
    assert (room(ROWS, 4, np.zeros(0, np.float32)) > 0).all()


def test_results_that_are_kept_for_long_do_not_end_it(monkeypatch):
    monkeypatch.setattr(memory, "_memories", {})
    held = [filled(value) for value in range(20)]
    again = {id(filled(-1).base) for _ in range(10)}
    assert len(again) == 1
    assert all((array == value).all() for value, array in enumerate(held))
    assert all(len(kept) <= memory._most(space) for space, kept in memory._memories.items())


def test_what_is_asked_for_in_between_is_other_memory(monkeypatch):
    """As by a handler of a signal, which can run between any two steps."""
    filled(0)
    between, pop = [], memory._pop

    def interrupted(kept):
        found = pop(kept)
        if not between:
            between.append(None)
            between[0] = filled(1)
        return found

    monkeypatch.setattr(memory, "_pop", interrupted)
    mine = filled(2)
    assert (between[0] == 1).all()
    assert (mine == 2).all()


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 60_000), st.sampled_from([np.float32, np.float64])), max_size=8))
def test_arrays_begin_at_a_line_and_do_not_overlap(wanted):
    found = [filled(i, rows, dtype) for i, (rows, dtype) in enumerate(wanted)]
    for i, (array, (rows, dtype)) in enumerate(zip(found, wanted, strict=True)):
        assert array.shape == (rows, 4)
        assert array.dtype == dtype
        assert array.ctypes.data % 64 == 0
        assert (array == i).all()


def test_threads_at_once_do_not_share_memory():
    """Though they take turns as often as they can."""

    def wrong(thread):
        count = 0
        for turn in range(3000):
            mine = filled(thread + turn, 5000)
            count += not (mine == thread + turn).all()
        return count

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(wrong, range(0, 40_000, 10_000))) == 0
    finally:
        sys.setswitchinterval(before)
