"""Is there no path, or are its weights too small for the doubles? It is asked only where a sum is 0̄.

A path counts where none of its weights is 0̄. If there is one and the sum over all is 0̄ all the same, products were
rounded to 0, unless signs cancel: then the sum over the sizes of the weights is not 0̄.
"""

import math
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from wfsa.automaton import WFSA, State
from wfsa.errors import DivergenceError, RangeError, RangeWarning
from wfsa.index import index_of
from wfsa.semirings.base import Semiring
from wfsa.weights.evaluate import lifted
from wfsa.weights.expressions import Weight

V = TypeVar("V")
Weigh = Callable[[Weight, Any], Any]

_ADVICE = "use LOG for sums and MAX_PLUS for best paths, which hold logarithms, and give them those of the weights"


def vanished(
    automaton: WFSA, xs: Sequence[Any] | np.ndarray | None, K: Semiring[V], weigh: Weigh, total: Callable[[Weigh], V]
) -> bool:
    """Is `total(weigh)`, the sum over the paths that read `xs` or over all, 0̄ by rounding alone?

    False in semirings whose products may be 0̄ without rounding, such as expectations: nothing is known there.

    Args:
        total: the sum for any way to weigh.
    """
    value = lifted(weigh, K)
    if not K.integral or not has_path(automaton, xs, lambda weight, symbol: value(weight, symbol) != K.zero):
        return False
    if K.from_real is None:
        return True
    try:
        return total(sizes(weigh, K)) == K.zero
    except DivergenceError:  # it only converges by its signs
        return False


def sizes(weigh: Weigh, K: Semiring[V]) -> Weigh:
    """Over a field, the absolute values of weights."""
    real, from_real, value = K.needs("real", "sizes"), K.needs("from_real", "sizes"), lifted(weigh, K)

    def size(weight: Weight, symbol: Any) -> Any:
        return from_real(abs(real(value(weight, symbol))))

    return size


def has_path(automaton: WFSA, xs: Sequence[Any] | np.ndarray | None, alive: Callable[[Weight, Any], bool]) -> bool:
    """Is there an accepting path that reads `xs` (None: anything) and all of whose weights are `alive`?

    Cost: O(arcs that leave live states and read their symbol, or nothing), without a sequence O(|arcs|).
    """
    index = index_of(automaton)

    def numbers(state: State) -> list[int]:
        return index.leaving.numbers(state) if xs is None else index.leaving[state].epsilons

    def follow(states: Iterable[State]) -> set[State]:
        found = set(states)
        todo = list(found)
        while todo:
            for number in numbers(todo.pop()):
                arc = automaton.arcs[number]
                if arc.target not in found and alive(arc.weight, arc.label):
                    found.add(arc.target)
                    todo.append(arc.target)
        return found

    start = (state for state, weight in automaton.initial.items() if alive(weight, None))
    states = follow(start)
    for symbol in xs if xs is not None else ():
        if not states:
            return False
        reading = index.reading(states, symbol)
        states = follow({arc.target for arc in reading if alive(arc.weight, symbol)})
    return any(alive(automaton.final[state], None) for state in states if state in automaton.final)


def vanished_error(purpose: str, K: Semiring[V]) -> RangeError:
    """What to raise where an answer needs a path and products of weights are 0 by rounding."""
    return RangeError(
        f"{purpose} needs products of weights within the doubles (got paths whose products in {K} are so small that "
        f"they are rounded to 0); {_ADVICE}."
    )


def beyond_error(purpose: str, K: Semiring[V]) -> RangeError:
    """What to raise where an answer needs a sum that is too large for the doubles."""
    return RangeError(
        f"{purpose} needs sums of paths within the doubles (got one in {K} that is too large); {_ADVICE}."
    )


def warn_of_range(total: V, K: Semiring[V], is_vanished: Callable[[], bool], stacklevel: int = 3) -> None:
    """Warn where `total` is 0̄ by rounding, below the smallest normal double, or beyond the largest one."""
    if total == K.zero:
        if is_vanished():
            _warn(f"a sum in {K} is 0 by rounding: there are paths, but too small for doubles", stacklevel)
    elif isinstance(total, float) and K.additive is False and total != K.one:
        if abs(total) < sys.float_info.min:
            _warn(f"a sum in {K} is {total!r}: below 2.2e-308 doubles lose digits", stacklevel)
        elif not math.isfinite(total):
            _warn(f"a sum in {K} is {total!r}: products of weights are too large for doubles", stacklevel)


def _warn(text: str, stacklevel: int) -> None:
    warnings.warn(f"{text}; {_ADVICE}.", RangeWarning, stacklevel=stacklevel + 1)
