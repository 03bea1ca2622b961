"""The errors that `sparsify` raises; every message says what must hold, what was got, where, and what to do."""

import difflib
from collections.abc import Iterable

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


class SearchError(SparsifyError):
    """No model of the size that was asked for was found."""


class RunError(SparsifyError):
    """A run directory cannot be written or read."""


class ShortfallError(RunError):
    """A run is complete in its directory, but lacks something that was asked for."""


def suggestion(word: str, known: Iterable[str], otherwise: str = ".") -> str:
    """The end of an error message: "; did you mean X?" when a known word is near, else `otherwise`.

    The dashes of flags, which all have, make no two of them alike.
    """
    names = {name.lstrip("-"): name for name in known}
    near = difflib.get_close_matches(word.lstrip("-"), list(names), 1)
    return f"; did you mean {names[near[0]]}?" if near else otherwise
