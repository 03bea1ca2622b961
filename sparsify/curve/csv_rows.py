"""The numbers of a curve, as tables: points, areas and comparisons."""

from collections.abc import Iterable, Mapping, Sequence
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
        "likeness": point.likeness,
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


def area_rows(panels: Iterable[Panel]) -> list[Row]:
    """areas.csv: a row per arm of two sizes or more."""
    return [
        {"data": panel.data, "arm": arm, "low": area.low, "high": area.high, "area": area.value}
        for panel in panels
        for arm, area in panel.areas.items()
    ]


def comparison_rows(panels: Iterable[Panel]) -> list[Row]:
    """comparisons.csv: a row per comparison."""
    return [_comparison_row(panel, one) for panel in panels for one in panel.comparisons]


def _comparison_row(panel: Panel, one: Comparison) -> Row:
    return {
        "data": panel.data,
        "family": one.family,
        "a": one.a.name,
        "b": one.b.name,
        "transitions_a": one.a.transitions.mean if one.a.transitions else None,
        "transitions_b": one.b.transitions.mean if one.b.transitions else None,
        "seeds_a": len(one.a.outcomes),
        "seeds_b": len(one.b.outcomes),
        "texts": panel.texts,
        "test_a": one.a.test.mean,
        "test_b": one.b.test.mean,
        "difference": one.difference.value,
        "low": one.difference.low,
        "high": one.difference.high,
        "low_seeds": one.difference.low_seeds,
        "high_seeds": one.difference.high_seeds,
        "p": one.difference.p,
        "p_holm": one.holm,
        "only_a": one.discordance.only_a,
        "only_b": one.discordance.only_b,
        "mcnemar": one.discordance.p,
        "mcnemar_holm": one.discordance_holm,
    }
