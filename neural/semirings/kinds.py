"""The recurrences that kernels are written for."""

from enum import IntEnum


class Kind(IntEnum):
    """A recurrence c[t][q] = ⊕ c[t−1][p] ⊗ w over plain numbers: ⊗ multiplies or adds, ⊕ adds up or selects.

    ======  =============  ==========
    ⊗ \\ ⊕   adds up        selects
    ======  =============  ==========
    ×       REAL           MAX_TIMES
    +       LOG            MAX_PLUS
    ======  =============  ==========
    """

    REAL = 0
    LOG = 1
    MAX_PLUS = 2
    MAX_TIMES = 3

    @property
    def selects(self) -> bool:
        """Is ⊕ the larger of two? Then a gradient goes one way back, and there are best paths."""
        return self in (Kind.MAX_PLUS, Kind.MAX_TIMES)

    @property
    def multiplies(self) -> bool:
        """Is ⊗ the product? Else numbers are logarithms, and it is their sum."""
        return self in (Kind.REAL, Kind.MAX_TIMES)
