"""A compiled bank says where paths are missing because their products are 0 in its numbers, signs or not."""

import logging

import pytest
import torch

from neural import REAL, compile_patterns, posteriors
from wfsa import WFSA, Arc

LONG = torch.zeros(1, 900, dtype=torch.int64)


def loops(*weights):
    """Parallel loops that read "a", and one that reads "b"."""
    arcs = tuple(Arc(0, "a", 0, weight) for weight in weights)
    return compile_patterns([WFSA({0: 1.0}, (*arcs, Arc(0, "b", 0, -1.0)), {0: 1.0})], 0, REAL, "ab").double()


@pytest.mark.parametrize("weights", [(0.25,), (-0.25,), (0.125, -0.25)])
def test_products_that_vanish_are_said_whatever_their_signs(weights, caplog):
    with caplog.at_level(logging.WARNING, "neural"):
        assert posteriors(loops(*weights), LONG).abs().sum() == 0
    assert "1 pathsums are so small that they are 0 in float64" in caplog.text


def test_signs_that_cancel_are_not(caplog):
    with caplog.at_level(logging.WARNING, "neural"):
        assert posteriors(loops(0.5, -0.5), LONG[:, :3]).shape == (3, 2)  # b shares the first column of a
        assert posteriors(loops(0.25), LONG[:, :200]).sum() == pytest.approx(200)
    assert caplog.text == ""
