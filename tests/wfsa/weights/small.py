"""Expressions, their parameters, and what they come to on one vector."""

from wfsa import ANY, WFSA, Affine, Arc, Linear

X, W, A = [0.5, -1.0], Linear("w"), Linear("a", bias=True)
PARAMETERS = {"w": Affine((2.0, 0.25)), "a": Affine((0.5, 1.0), 0.5), "s": 0.75, "t": {"x": 0.375, "y": 2.0}}
WX, AX = 2.0 * 0.5 - 0.25, 0.25 - 1.0 + 0.5


def machine(expression):
    """It on an arc."""
    return WFSA({0: 1.0}, (Arc(0, ANY, 1, expression),), {1: 1.0})
