"""Hidden Markov models as automata over an alphabet, and their parameters from probabilities."""

import math
import warnings
from collections.abc import Hashable, Sequence

from wfsa.automaton import WFSA, Arc, State
from wfsa.builders.patterns import ONE
from wfsa.errors import AutomatonError
from wfsa.labels import ANY
from wfsa.weights.expressions import Lookup, Parameters, Product, Scalar, Softmax
from wfsa.weights.numbers import logarithm


def hmm(states: int, name: str = "h0", ends: bool = False) -> WFSA:
    """A hidden Markov model over an alphabet: pathsum = p(x) = Σ over state sequences of Π transition · emission.

    State 0 comes before the first symbol, 1 … n are the hidden ones. The first state has the probabilities
    softmax(NAME.start), a state q the transitions softmax(NAME.from_q), and the emissions are the tables
    `NAME.emit_q`, which `hmm_parameters` fills.

    With `ends`, a state may also end the string: its transitions are called NAME.leave_q, and NAME.leave_q_end is a
    share of the same softmax. Then the probabilities of all strings sum to one. Without, those of all strings of one
    length do. Parameters that were made for one are none of the other.

    Raises:
        AutomatonError: there is no state.
    """
    if not isinstance(states, int) or states < 1:
        raise AutomatonError(f"a hidden Markov model has at least one state (got {states!r:.40}).")
    hidden = range(1, states + 1)
    rows = {0: [Scalar(f"{name}.start{r}") for r in hidden]}
    last = ["end"] if ends else []
    rows |= {q: [Scalar(f"{name}.{_row(q, ends)}{r}") for r in [*hidden, *last]] for q in hidden}
    arcs = [
        Arc(q, ANY, r, Product((Softmax(tuple(row), r - 1), Lookup(f"{name}.emit{r}"))))
        for q, row in rows.items()
        for r in hidden
    ]
    final = {q: Softmax(tuple(rows[q]), states) for q in hidden} if ends else dict.fromkeys(range(states + 1), ONE)
    return WFSA({0: ONE}, tuple(arcs), final)


def _row(state: State, ends: bool) -> str:
    """What a state's transitions are called: by other names with ends, whose shares mean nothing without them."""
    return f"{'leave' if ends else 'from'}{state}_"


def hmm_parameters(
    start: Sequence[float],
    transitions: Sequence[Sequence[float]],
    emissions: Sequence[Sequence[float]],
    alphabet: Sequence[Hashable],
    name: str = "h0",
    ends: Sequence[float] | None = None,
) -> Parameters:
    """The parameters of `hmm` for probabilities start [state], transitions [from, to], emissions [state, symbol].

    With `ends` [state], the probabilities of ending there, for `hmm(…, ends=True)`; a state's transitions and its end
    then sum to one together. A probability of 0 is the parameter log 0 = −inf.

    Raises:
        AutomatonError: a symbol stands twice in the alphabet, a probability is no number or below 0, their numbers do
            not fit, or those of a row do not sum to one, but for rounding to two decimals.

    Warns: where a row is off by more than 1e-6; it is divided by its sum.
    """
    if len(set(alphabet)) < len(alphabet):
        raise AutomatonError(f"the symbols of an alphabet differ (got {list(alphabet)!r:.80}); name each once.")
    size = len(start)
    if not len(transitions) == len(emissions) == size == (size if ends is None else len(ends)):
        raise AutomatonError(
            f"every state has its transitions, emissions and end (got {size} states, {len(transitions)} and "
            f"{len(emissions)} rows, and {size if ends is None else len(ends)} ends)."
        )
    found: dict[str, float | dict[Hashable, float]] = {}

    def store(source: str, row: Sequence[float], last: Sequence[float] = ()) -> None:
        if len(row) != size:
            raise AutomatonError(
                f"{name}.{source} has a probability for each of {size} states (got {list(row)!r:.80})."
            )
        shares = _shares(f"{name}.{source}", [*row, *last])
        for r, share in zip([*range(1, size + 1), "end"], shares, strict=False):
            found[f"{name}.{source}{r}"] = logarithm(share)

    store("start", start)
    for q, row in enumerate(transitions, 1):
        store(_row(q, ends is not None), row, () if ends is None else (ends[q - 1],))
    for q, row in enumerate(emissions, 1):
        if len(row) != len(alphabet):
            raise AutomatonError(
                f"{name}.emit{q} has a probability for each of {list(alphabet)!r:.80} (got {list(row)!r:.80})."
            )
        found[f"{name}.emit{q}"] = dict(zip(alphabet, _shares(f"{name}.emit{q}", row), strict=True))
    return found


def _shares(what: str, row: Sequence[float]) -> list[float]:
    """A row of probabilities that sums to one; what is off by rounding is divided by its sum, and that is said."""
    if any(isinstance(share, str) or not hasattr(share, "__float__") for share in row):
        raise AutomatonError(
            f"{what} holds probabilities, numbers of at least 0 that sum to one (got {list(row)!r:.80})."
        )
    total = math.fsum(row)
    off = abs(total - 1)
    if not (off <= min(0.005 * len(row), 0.05) and min(row) >= 0):
        raise AutomatonError(
            f"{what} holds probabilities of at least 0 that sum to one (got {[*map(float, row)]!r:.60}, sum "
            f"{total:.6g})."
        )
    if off > 1e-6:
        warnings.warn(f"{what} sums to {total:.6g}; its probabilities are divided by that.", stacklevel=4)
    return [float(share) / total for share in row] if off > 1e-6 else [float(share) for share in row]
