"""Areas against the trapezoidal rule on a grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from sparsify.curve.area import areas

shares = st.floats(0, 1)
curves = st.lists(st.tuples(st.integers(1, 100), shares), min_size=2, max_size=8, unique_by=lambda point: point[0])


@given(curves, curves)
def test_the_area_is_that_under_the_lines_over_the_common_range(a, b):
    given_curves = {name: tuple(zip(*points, strict=True)) for name, points in (("a", a), ("b", b))}
    found = areas(given_curves)
    low, high = max(min(a)[0], min(b)[0]), min(max(a)[0], max(b)[0])

    assert (found == {}) == (low >= high)
    for name, area in found.items():
        points = sorted(zip(*given_curves[name], strict=True))
        grid = np.union1d(np.linspace(low, high, 50), [x for x, _ in points if low <= x <= high])
        heights = np.interp(grid, *zip(*points, strict=True))
        assert (area.low, area.high) == (low, high)
        assert area.value == pytest.approx(trapezoid(heights, grid) / (high - low), abs=1e-9)


def test_a_single_size_takes_no_part_and_equal_sizes_are_one():
    found = areas({"point": ([50], [0.9]), "line": ([10, 20, 20], [0.5, 0.6, 0.8]), "level": ([5, 30], [0.4, 0.4])})

    assert set(found) == {"line", "level"}
    assert found["line"].value == pytest.approx((0.5 + 0.7) / 2)
    assert found["level"].value == pytest.approx(0.4)
