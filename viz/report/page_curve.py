"""The accuracy-against-transitions curve for a page: every size a point that can be hovered, focused and pressed."""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 760, 340, 60, 50, 16, 20


def curve_svg(rows: Sequence[Mapping[str, float]], chosen: float, dense: Mapping[str, float]) -> str:
    """The curve as an SVG element with the id "curve".

    Args:
        rows: `curve.csv`, in its order, which is that of `data-place`.
        chosen: the size of the chosen model.
        dense: the full model's transitions and dev accuracy.
    """
    scale = _Scale(rows, dense)
    marks = [*_grid(scale), *_reference(scale, chosen, dense)]
    for column, style in (("dev", "penalised"), ("dev_debiased", "debiased")):
        points = [f"{scale.x(row['transitions']):.1f},{scale.y(row[column]):.1f}" for row in rows if column in row]
        marks.append(f'<polyline class="{style}" points="{" ".join(points)}"/>')
    for place, row in enumerate(rows):
        marks.append(_point(scale, place, row, chosen))
    text = f"Dev accuracy of {len(rows)} models against their number of transitions; press a point to see its model."
    head = f'<svg id="curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="group" aria-label="{escape(text)}">'
    return f"{head}{''.join(marks)}</svg>"


class _Scale:
    """Transitions and accuracy → places in the picture."""

    def __init__(self, rows: Sequence[Mapping[str, float]], dense: Mapping[str, float]) -> None:
        accuracies = [row[column] for row in rows for column in ("dev", "dev_debiased") if column in row]
        accuracies.append(dense["dev"])
        self.low = int(100 * min(accuracies)) // 2 * 2
        self.high = max(self.low + 2, -int(-100 * max(accuracies) // 1))
        self.most = max([1.0, *(row["transitions"] for row in rows)])

    def x(self, transitions: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * transitions / self.most

    def y(self, accuracy: float) -> float:
        share = (100 * accuracy - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * share


def _grid(scale: _Scale) -> list[str]:
    marks = []
    for percent in range(scale.low, scale.high + 1, 2):
        y = scale.y(percent / 100)
        marks.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        marks.append(f'<text class="end" x="{_LEFT - 8}" y="{y + 4:.1f}">{percent} %</text>')
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 10**6) if scale.most / step <= 12)
    for transitions in range(0, int(scale.most) + 1, step):
        marks.append(f'<text x="{scale.x(transitions):.1f}" y="{_HEIGHT - _BOTTOM + 20}">{transitions}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    return [*marks, f'<text x="{middle:.0f}" y="{_HEIGHT - 8}">transitions</text>']


def _reference(scale: _Scale, chosen: float, dense: Mapping[str, float]) -> list[str]:
    x, y = scale.x(chosen), scale.y(dense["dev"])
    return [
        f'<line class="full" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
        f'<line class="chosen" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>',
    ]


def _point(scale: _Scale, place: int, row: Mapping[str, float], chosen: float) -> str:
    accuracy = row.get("dev_debiased", row.get("dev", 0.0))
    here = " (the chosen model)" if row["transitions"] == chosen else ""
    title = f"{row['transitions']:.0f} transitions: {100 * accuracy:.1f} % of dev{here}"
    return (
        f'<circle class="size" data-place="{place}" cx="{scale.x(row["transitions"]):.1f}" '
        f'cy="{scale.y(accuracy):.1f}" r="6" tabindex="0" role="button" aria-pressed="false" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title></circle>'
    )
