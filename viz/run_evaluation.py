"""`evaluation` in summary.json: what the chosen model's predictions for the test texts are worth, class by class."""

from typing import Any

from viz.errors import VizError
from viz.read_files import COUNT, SHARE, expect

WHOLE = ("accuracy", "macro_f1", "calibration_error")
OF_A_CLASS = ("precision", "recall", "f1")
"""The figures of all texts and of one class: `value`, and the ends `low` and `high` of its interval, or null."""


def check_evaluation(tree: Any, place: str) -> None:
    """Is every figure there, and a share?

    Raises:
        VizError: no.
    """
    expect(tree, {"texts": COUNT, "classes": list, "bootstrap": {"resamples": COUNT}}, place)
    for name in WHOLE:
        _check(tree.get(name), f"{place}: {name}")
    for row in tree["classes"]:
        expect(row, {"label": str, "texts": COUNT, "predicted": COUNT}, f"{place}: classes")
        for name in OF_A_CLASS:
            _check(row.get(name), f"{place}: classes: {name}")


def _check(figure: Any, place: str) -> None:
    expect(figure, {}, place)
    for end in ("value", "low", "high"):
        if not (end in figure and (figure[end] is None or SHARE.holds(figure[end]))):
            raise VizError(f"{place} must have {end}, a {SHARE} or null (got {figure.get(end)!r:.40}).")
