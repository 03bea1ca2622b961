"""Confusion and calibration against counting by hand."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.plots.quality_plot import Predictions, confusion, quality_svg, reliability
from wfsa.calibration import calibration_error


@st.composite
def predictions(draw):
    count, classes = draw(st.integers(1, 60)), draw(st.integers(2, 5))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    chances = generator.dirichlet(np.ones(classes), count)
    names = tuple(f"class {c}" for c in range(classes))
    return Predictions(names, generator.integers(0, classes, count), chances)


@given(predictions())
def test_confusion_counts_pairs(found):
    pairs = list(zip(found.labels.tolist(), found.chances.argmax(1).tolist(), strict=True))
    classes = range(len(found.classes))

    assert confusion(found).tolist() == [[pairs.count((a, b)) for b in classes] for a in classes]


@given(predictions(), st.integers(1, 12))
def test_bins_hold_every_text_once_in_order_of_certainty(found, bins):
    table = reliability(found, bins)
    right = found.chances.argmax(1) == found.labels

    assert table[:, 2].sum() == len(found.labels)
    assert table[:, 2].max() - table[:, 2].min() <= 1
    assert (np.diff(table[:, 0]) >= -1e-12).all()
    assert (table[:, 0] * table[:, 2]).sum() == pytest.approx(found.chances.max(1).sum())
    assert (table[:, 1] * table[:, 2]).sum() == pytest.approx(right.sum())
    assert abs(found.chances.max(1).mean() - right.mean()) <= calibration_error(table) + 1e-12 <= 1 + 1e-9


@pytest.mark.parametrize("count", [0, 1, 7])
def test_hostile_class_names_give_valid_svg(count):
    names = ("$x$", "\x01</text><script>", "\ufffe" * 40)
    chances = np.random.default_rng(0).dirichlet(np.ones(3), count)
    drawn = ElementTree.fromstring(quality_svg(Predictions(names, np.zeros(count, np.int64), chances)))

    assert not list(drawn.iter("{http://www.w3.org/2000/svg}script"))


def test_one_bin_per_text_is_the_mean_distance():
    found = Predictions(("a", "b"), np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]))

    assert calibration_error(reliability(found, 3)) == pytest.approx((0.1 + 0.8 + 0.4) / 3)
