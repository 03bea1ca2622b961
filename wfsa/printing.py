"""What goes to a terminal: weights as formulas, and text from files without the characters that steer a terminal."""

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
