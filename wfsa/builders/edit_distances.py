"""The edit distance to a string, as an automaton."""

from collections.abc import Hashable, Sequence

from wfsa.automaton import WFSA, Arc
from wfsa.builders.strings import symbols_of_string
from wfsa.errors import AutomatonError
from wfsa.labels import ANY, EPSILON, NoneOf


def edit_distance(
    string: Sequence[Hashable],
    most: int | None = None,
    *,
    insertion: float = 1.0,
    deletion: float = 1.0,
    substitution: float = 1.0,
) -> WFSA:
    """In MIN_PLUS, the least cost of turning `string` into what is read: symbols put in, left out and exchanged.

    States are how far the string has been read; with `most`, also how many edits have been made, and what takes more
    has no path: a Levenshtein automaton.

    Args:
        string: the symbols.
        most: how many edits there may be; None: any number.
        insertion, deletion, substitution: what one of them costs.

    Raises:
        AutomatonError: `most` is below 0, or a cost is.

    Cost: O(|string| · (1 + `most`)). Source: Levenshtein (1966); Mohri (2003), "Edit-distance of weighted automata".
    """
    symbols = symbols_of_string(string)
    counts = most is None or (isinstance(most, int) and most >= 0)
    if not counts or min(insertion, deletion, substitution) < 0:
        raise AutomatonError(
            f"edits are a number of at least 0, and so are their costs (got most = {most}, costs {insertion}, "
            f"{deletion}, {substitution})."
        )
    size, arcs, final = len(symbols) + 1, list[Arc](), dict[int, float]()
    levels = 1 if most is None else most + 1
    for level in range(levels):
        above = 0 if most is None else size  # to the same place, one edit later
        for place, state in enumerate(range(level * size, (level + 1) * size)):
            last, up = place == len(symbols), state + above
            edits = [] if level + 1 == levels and most is not None else [Arc(state, ANY, up, insertion)]
            if not last:
                symbol = symbols[place]
                if edits:
                    edits += [
                        Arc(state, EPSILON, up + 1, deletion), Arc(state, NoneOf({symbol}), up + 1, substitution)
                    ]  # fmt: skip
                arcs.append(Arc(state, symbol, state + 1, 0.0))
            else:
                final[state] = 0.0
            arcs += edits
    return WFSA({0: 0.0}, tuple(arcs), final)
