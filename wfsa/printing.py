"""What goes to a terminal: weights as formulas, and text from files without the characters that steer a terminal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wfsa.weights.base import Expression
from wfsa.weights.expressions import Weight
from wfsa.weights.parts import children


def escaped(text: str) -> str:
    r"""`text` with every character that has no picture as an escape: \x1b, \u202e, \n; so it is a single line, too."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(weight: Weight) -> str:
    """A weight as a person writes it: an expression by its formula, anything else as Python does."""
    if isinstance(weight, Expression):
        return weight.text([shown(child) for child in children(weight)])
    return digits(weight)


def digits(value: Any) -> str:
    """`repr`, also of ints of more than the 4,300 digits up to which Python writes them."""
    return f"{Decimal(value):f}" if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def in_percent(figure: Mapping[str, float | None]) -> str:
    """A figure with `value`, and `low` and `high` of its interval: 77.4 [74.6, 80.2]; a dash where there is none."""
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None:
        return "–"
    return f"{100 * value:.1f}" + ("" if low is None or high is None else f" [{100 * low:.1f}, {100 * high:.1f}]")
