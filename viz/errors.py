"""The errors that `viz` raises; every message says what must hold, what was got, where, and what to do."""

from wfsa.errors import UserError


class VizError(UserError):
    """Something cannot be drawn: a run directory or one of its files is missing or is not what it should be."""
