"""The errors that `neural` raises; every message says what must hold, what was got, where, and what to do."""

from wfsa.errors import UserError


class NeuralError(UserError):
    """Base of all errors of this package; never raised itself."""


class CompileError(NeuralError):
    """A set of automata cannot become one tensor program."""


class BatchError(NeuralError):
    """Texts, lengths or word vectors do not fit together."""


class VectorError(NeuralError):
    """Word vectors are not what their format demands; the message names the line or row."""


class TokenizerError(NeuralError):
    """There is no tokeniser of that name, or it does not make a list of strings of a text."""
