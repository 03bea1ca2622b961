"""Accuracy against transitions: one SVG that stands alone, and in a page whose script makes its points buttons."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 540, 380, 72, 56, 66, 20
_STEPS = tuple(digit * 10**power for power in range(13) for digit in (1, 2, 5))
# Every rule is scoped: inside an HTML page a style element speaks to the whole page.
_STYLE = """
  #curve { --ink: #1a1a1a; --paper: #ffffff; --soft: #595959; --line: #d9d9d9; --blue: #2f6fb5; --mark: #b35900; }
  #curve text { font: 14px sans-serif; fill: var(--ink); text-anchor: middle; }
  #curve text.end { text-anchor: end; } #curve text.key { text-anchor: start; }
  #curve .paper { fill: var(--paper); } #curve .grid { stroke: var(--line); }
  #curve polyline, #curve .key { fill: none; stroke-width: 1.6; } #curve text.key { fill: var(--ink); stroke: none; }
  #curve .penalised { stroke: var(--soft); stroke-dasharray: 5 4; } #curve .debiased { stroke: var(--blue); }
  #curve .full { stroke: var(--ink); stroke-dasharray: 1.5 3; } #curve .chosen { stroke: var(--mark); }
  #curve circle { fill: var(--blue); stroke: var(--paper); stroke-width: 1.5; }
  #curve circle.dot { fill: var(--soft); stroke: none; } #curve circle.here { fill: var(--mark); }
  @media (prefers-color-scheme: dark) {
    #curve { --ink: #e8e8e8; --paper: #161616; --soft: #b0b0b0; --line: #404040; --blue: #6ea8e6; --mark: #ffa657; }
  }
"""


def curve_svg(rows: Sequence[Mapping[str, float]], chosen: float, dense: Mapping[str, float]) -> str:
    """Dev accuracy against transitions (Dodge et al., 2019, Fig. 3), with the penalty and debiased, as SVG.

    Every size is a point with its numbers in its title. The same rows give the same bytes.

    Args:
        rows: `curve.csv`: transitions, dev, dev_debiased; their order is that of the points' `data-place`.
        chosen: the size of the chosen model, in transitions.
        dense: the full model's dev accuracy, a reference line.
    """
    scale = _Scale(rows, dense)
    text = escape(f"Dev accuracy of {len(rows)} models against their number of transitions.")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" id="curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" role="group" aria-label="{text}">',
            f'<style>{_STYLE}</style><rect class="paper" width="{_WIDTH}" height="{_HEIGHT}"/>',
            *_grid(scale),
            *_legend(chosen, dense),
            _line("full", _LEFT, scale.y(dense["dev"]), _WIDTH - _RIGHT, scale.y(dense["dev"])),
            _line("chosen", scale.x(chosen), _TOP, scale.x(chosen), _HEIGHT - _BOTTOM),
            *_lines(rows, scale),
            *(_point(scale, place, row, chosen) for place, row in enumerate(rows)),
            "</svg>",
            "",
        ]
    )


class _Scale:
    """Transitions and accuracy → places in the picture."""

    def __init__(self, rows: Sequence[Mapping[str, float]], dense: Mapping[str, float]) -> None:
        found = [100 * row[column] for row in rows for column in ("dev", "dev_debiased") if column in row]
        found.append(100 * dense["dev"])
        self.step: int = next(step for step in _STEPS if max(found) - min(found) <= 6 * step)
        low = int(min(found) // self.step) * self.step
        self.high: int = max(low + self.step, -int(-max(found) // self.step) * self.step)
        if self.high > 100:  # all of them right: no axis goes beyond
            self.high, low = 100, min(low, 100 - self.step)
        self.low: int = low
        self.most: float = max([1.0, *(row["transitions"] for row in rows)])

    def x(self, transitions: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * transitions / self.most

    def y(self, accuracy: float) -> float:
        share = (100 * accuracy - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * share


def _grid(scale: _Scale) -> Iterator[str]:
    for percent in range(scale.low, scale.high + 1, scale.step):
        y = scale.y(percent / 100)
        yield _line("grid", _LEFT, y, _WIDTH - _RIGHT, y)
        yield f'<text class="end" x="{_LEFT - 8}" y="{y + 4:.1f}">{percent} %</text>'
    step = next(step for step in _STEPS if scale.most / step <= 8)
    for transitions in range(0, int(scale.most) + 1, step):
        yield f'<text x="{scale.x(transitions):.1f}" y="{_HEIGHT - _BOTTOM + 20}">{transitions}</text>'
    yield f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 8}">transitions</text>'
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    yield f'<text x="14" y="{middle:.0f}" transform="rotate(-90 14 {middle:.0f})">dev accuracy</text>'


def _legend(chosen: float, dense: Mapping[str, float]) -> Iterator[str]:
    keys = {
        "debiased": "debiased",
        "penalised": "with the penalty",
        "full": f"full model: {100 * dense['dev']:.1f} %",
        "chosen": f"chosen: {chosen:.0f} transitions",
    }
    corners = ((x, y) for y in (18, 42) for x in (_LEFT, _LEFT + 190))
    for (x, y), (style, text) in zip(corners, keys.items(), strict=True):
        yield _line(f"key {style}", x, y, x + 28, y)
        yield f'<text class="key" x="{x + 35}" y="{y + 5}">{text}</text>'


def _lines(rows: Sequence[Mapping[str, float]], scale: _Scale) -> Iterator[str]:
    """The two curves from small to large; the points of the first are dots, those of the second are `_point`'s."""
    ordered = sorted(rows, key=lambda row: row["transitions"])
    for column, style in (("dev", "penalised"), ("dev_debiased", "debiased")):
        points = [(scale.x(row["transitions"]), scale.y(row[column])) for row in ordered if column in row]
        yield f'<polyline class="{style}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
        if style == "penalised":
            yield from (f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points)


def _line(style: str, x0: float, y0: float, x1: float, y1: float) -> str:
    return f'<line class="{style}" x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"/>'


def _point(scale: _Scale, place: int, row: Mapping[str, float], chosen: float) -> str:
    accuracy, here = row.get("dev_debiased", row.get("dev", 0.0)), row["transitions"] == chosen
    title = escape(
        f"{row['transitions']:.0f} transitions: {100 * accuracy:.1f} % of dev{' (the chosen model)' if here else ''}"
    )
    return (
        f'<circle class="size{" here" if here else ""}" data-place="{place}" cx="{scale.x(row["transitions"]):.1f}" '
        f'cy="{scale.y(accuracy):.1f}" r="6" aria-label="{title}"><title>{title}</title></circle>'
    )
