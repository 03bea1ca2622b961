"""The errors that `sparsify` raises; every message says what must hold, what was got, where, and what to do."""

from wfsa.errors import UserError


class SparsifyError(UserError):
    """Base of all errors of this package; never raised itself."""


class GroupError(SparsifyError):
    """Parameters cannot be grouped by the state they enter, or a penalty does not fit the automata."""


class PruneError(SparsifyError):
    """Deleting a state of zero norm would change what the model computes."""


class DivergedError(SparsifyError):
    """Training has left the numbers: a parameter or a gradient is NaN or infinite; the message names it."""


class DataError(SparsifyError):
    """A data set cannot be found or read; the message names the file and the line."""


class ConfigError(SparsifyError):
    """An option of a run is unknown or out of range."""


class RunError(SparsifyError):
    """A run directory cannot be written or read."""
