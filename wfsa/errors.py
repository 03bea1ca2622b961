"""The errors that `wfsa` raises; every message says what must hold, what was got, where, and what to do."""

Place = tuple[str | int, ...]
"""Where in a JSON tree: the keys and indices on the way there."""


class UserError(ValueError):
    """What a user can mend, in one sentence; base of the errors of all four packages, never raised itself."""


class WfsaError(UserError):
    """Base of all errors of this package; never raised itself."""


class AutomatonError(WfsaError):
    """An automaton, a weight or a parameter breaks a rule of its type."""


class DivergenceError(WfsaError):
    """A `star` has no value: the infinite sum over repetitions of a cycle does not converge."""


class SemiringError(WfsaError):
    """A semiring lacks the property that an algorithm needs, or a value lies outside its carrier."""


class SizeError(WfsaError):
    """A construction grows beyond the number of states that it was allowed."""


class RangeError(WfsaError):
    """The weight of a path, or a sum of them, is too small or too large for the doubles: its value is not known."""


class RangeWarning(UserWarning):
    """A sum is returned that is too small or too large for the doubles; its logarithm is not."""


class FormatError(WfsaError):
    """A file or a JSON tree is not what its format demands; the message names the place.

    Attributes:
        place: where in the tree.
    """

    def __init__(self, message: str, place: Place = ()) -> None:
        super().__init__(message)
        self.place = place
