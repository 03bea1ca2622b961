"""The numbers of a curve, as tables: points, areas and comparisons."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sparsify.curve.comparisons import Comparison
from sparsify.curve.panels import Panel
from sparsify.curve.points import Point, Spread

Row = Mapping[str, Any]


def point_rows(panels: Iterable[Panel]) -> list[Row]:
    """curve.csv: a row per arm and goal, shape or setting; None where there is no number."""
    points = [(panel, point) for panel in panels for point in panel.points]
    parts = list(dict.fromkeys(part for _, point in points for one in point.outcomes for part in one.learned))
    return [_point_row(panel, point, parts) for panel, point in points]


def _point_row(panel: Panel, point: Point, parts: Sequence[str]) -> Row:
    models = point.outcomes
    learned = {f"learned_{part.replace(' ', '_')}": [one.learned.get(part, 0) for one in models] for part in parts}
    known = [one.certified for one in models if one.certified is not None]
    calibrations = [one.calibration for one in models if one.calibration is not None]
    return {
        "data": panel.data,
        "arm": point.arm,
        "kind": "level" if point.level else "line",
        "goal": point.goal,
        "shape": point.shape,
        "texts": panel.texts,
        "seeds": len(models),
        **_both("transitions", point.transitions),
        **_both("patterns", point.patterns),
        **_both("test", point.test),
        **_both("dev", point.dev),
        "stability": point.stability,
        "learned": _mean([sum(one.learned.values()) for one in models]),
        **{name: _mean(numbers) for name, numbers in learned.items()},
        "stored": _mean([one.stored for one in models]),
        "certified": _mean(known),
        "calibration_before": _mean([before for before, _ in calibrations]),
        "calibration_after": _mean([after for _, after in calibrations]),
        "seconds": _mean([one.seconds for one in models]),
    }


def _both(name: str, of: Spread | None) -> Row:
    return {f"{name}_mean": of.mean if of else None, f"{name}_sd": of.sd if of else None}


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


AREA_COLUMNS = ("data", "arm", "low", "high", "area")
"""areas.csv: a row per arm of two sizes or more."""

COMPARISON_COLUMNS = (
    "data", "family", "a", "b", "transitions_a", "transitions_b", "seeds_a", "seeds_b", "texts", "test_a",
    "test_b", "difference", "low", "high", "low_seeds", "high_seeds", "p", "p_holm", "only_a", "only_b", "mcnemar",
    "mcnemar_holm",
)  # fmt: skip
"""comparisons.csv: a row per comparison."""


def area_rows(panels: Iterable[Panel]) -> list[Row]:
    """See `AREA_COLUMNS`."""
    return [
        dict(zip(AREA_COLUMNS, (panel.data, arm, area.low, area.high, area.value), strict=True))
        for panel in panels
        for arm, area in panel.areas.items()
    ]


def comparison_rows(panels: Iterable[Panel]) -> list[Row]:
    """See `COMPARISON_COLUMNS`."""
    return [
        dict(zip(COMPARISON_COLUMNS, (panel.data, *_compared(one, panel.texts)), strict=True))
        for panel in panels
        for one in panel.comparisons
    ]


def _compared(one: Comparison, texts: int) -> Iterator[Any]:
    """The cells of a comparison."""
    a, b, gap, exact = one.a, one.b, one.difference, one.discordance
    yield from (one.family, a.name, b.name)
    yield from (point.transitions.mean if point.transitions else None for point in (a, b))
    yield from (len(a.outcomes), len(b.outcomes), texts, a.test.mean, b.test.mean)
    yield from (gap.value, gap.low, gap.high, gap.low_seeds, gap.high_seeds, gap.p, one.holm)
    yield from (exact.only_a, exact.only_b, exact.p, one.discordance_holm)
