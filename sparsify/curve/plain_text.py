"""The tables of a curve in plain text, for a terminal or a mail."""

from collections.abc import Iterator, Sequence

from sparsify.curve.comparisons import BASELINE, SIZE, Comparison
from sparsify.curve.panels import Panel
from sparsify.curve.points import Point, Spread
from sparsify.curve.resampling import LEVEL, RESAMPLES

_HEADS = {SIZE: "arms at equal size", BASELINE: "arms and baselines"}


def plain_text(panels: Sequence[Panel]) -> str:
    """Points, areas and comparisons of every data set; accuracies in %, their differences in points."""
    parts = [part for panel in panels for part in _panel(panel)]
    parts.append(
        f"± is one standard deviation over seeds. In brackets {100 * LEVEL:.0f} % intervals of the paired bootstrap, "
        f"{RESAMPLES:,} draws:\nof test texts; of test texts and seeds. p is of the latter; Holm's is p corrected for "
        "the comparisons of its table.\nMcNemar: texts that only the first, only the second arm has right, and exact p."
    )
    return "\n\n".join(parts) + "\n"


def _panel(panel: Panel) -> Iterator[str]:
    yield f"{panel.data}: {panel.texts} test texts"
    yield _aligned(
        ("arm", "goal", "seeds", "transitions", "patterns", "test %", "dev %", "stability", "learned", "certified"),
        [_point(point) for point in panel.points],
    )
    if panel.areas:
        low, high = next((area.low, area.high) for area in panel.areas.values())
        rows = [(arm, f"{100 * area.value:.2f}") for arm, area in panel.areas.items()]
        yield _aligned((f"from {low:.4g} to {high:.4g} transitions", "area %"), rows)
    for family, title in _HEADS.items():
        found = [one for one in panel.comparisons if one.family == family]
        if found:
            heads = (title, "points", "texts drawn", "and seeds", "p", "Holm", "McNemar", "p", "Holm")
            yield _aligned(heads, [_comparison(one) for one in found])


def _point(point: Point) -> tuple[str, ...]:
    models = point.outcomes
    certified = [one.certified for one in models if one.certified is not None]
    learned = sum(sum(one.learned.values()) for one in models) / len(models)
    return (
        point.arm,
        str(point.goal or point.shape or "–"),
        str(len(models)),
        _both(point.transitions, 1),
        _both(point.patterns, 1),
        _both(point.test, 100),
        _both(point.dev, 100),
        "–" if point.stability is None else f"{point.stability:.2f}",
        f"{learned:,.0f}",
        f"{sum(certified)}/{len(certified)}" if certified else "–",
    )


def _comparison(one: Comparison) -> tuple[str, ...]:
    gap, exact = one.difference, one.discordance
    return (
        f"{one.a.name} − {one.b.name}",
        f"{100 * gap.value:+.2f}",
        f"[{100 * gap.low:+.2f}, {100 * gap.high:+.2f}]",
        f"[{100 * gap.low_seeds:+.2f}, {100 * gap.high_seeds:+.2f}]",
        _p(gap.p),
        _p(one.holm),
        f"{exact.only_a:.4g} : {exact.only_b:.4g}",
        _p(exact.p),
        _p(one.discordance_holm),
    )


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0")


def _both(of: Spread | None, scale: float) -> str:
    if of is None:
        return "–"
    return f"{scale * of.mean:.1f}" + ("" if of.sd is None else f" ± {scale * of.sd:.1f}")


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns one below the other, the first to the left and the others to the right."""
    widths = [max(map(len, cells)) for cells in zip(heads, *rows, strict=True)]
    lines = (
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(cells))
        for cells in (zip(row, widths, strict=True) for row in (heads, *rows))
    )
    return "\n".join(line.rstrip() for line in lines)
