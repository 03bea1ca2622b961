"""From a learned pattern over word vectors to an ordinary automaton over words."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

from wfsa.automaton import WFSA, Arc, as_automaton
from wfsa.errors import AutomatonError
from wfsa.labels import OneOf, is_wide, reads
from wfsa.weights.evaluate import evaluate
from wfsa.weights.expressions import Parameters
from wfsa.weights.parts import reads_symbol


def ground(
    automaton: WFSA, parameters: Parameters, vectors: Mapping[Hashable, Any], k: int | None = None, unknown: Any = None
) -> WFSA:
    """The automaton over words, with numbers for weights, that any automata tool can read; run it in REAL.

    An ANY arc whose weight depends on the word becomes one arc per word of `vectors`, one that reads a set or all but a
    set one per word of those. Words outside are then not read,
    unless `unknown` gives their common vector: then there is also an ANY arc for them, and the arcs of words carry the
    difference to it, since ANY reads the words too.

    With `k`, only the k words per arc whose weight is furthest from the mean weight get an arc of their own; all others
    are read by ANY at the mean weight of those others. That is exact for the k words, and changes the others.

    Arcs of constant weight stay as they are, and so do initial and final weights that are numbers.

    Args:
        automaton: the pattern.
        parameters: its parameters.
        vectors: word → vector.
        k: how many words per arc, at least 1; None: all.
        unknown: the vector of all other words; goes without `k`, which has its own rule for them.

    Raises:
        AutomatonError: it is no automaton, a parameter is missing, a vector has the wrong size, k is below 1, or k
            comes with `unknown`.

    Cost: O(|arcs| · words) evaluations.
    """
    if k is not None and (k < 1 or unknown is not None):
        raise AutomatonError(
            f"k is at least 1 and goes without `unknown` (got k = {k}, unknown = {unknown is not None})."
        )
    arcs: list[Arc] = []
    for arc in as_automaton(automaton).arcs:
        if not reads_symbol(arc.weight):
            arcs.append(arc._replace(weight=evaluate(arc.weight, arc.label, parameters)))
        elif not is_wide(arc.label):
            words = list(arc.label) if isinstance(arc.label, OneOf) else [arc.label]
            if unknown is None and len(words) > 1:
                words = [word for word in words if word in vectors]
            for word in words:
                weight = evaluate(arc.weight, vectors.get(word, unknown), parameters)
                arcs.append(arc._replace(label=word, weight=weight))
        else:
            own = {word: vector for word, vector in vectors.items() if reads(arc.label, word)}
            values = {word: float(evaluate(arc.weight, vector, parameters)) for word, vector in own.items()}
            arcs += _strongest(arc, values, k) if k is not None else _all(arc, values, unknown, parameters)
    initial = {state: evaluate(weight, None, parameters) for state, weight in automaton.initial.items()}
    return WFSA(initial, tuple(arcs), {q: evaluate(weight, None, parameters) for q, weight in automaton.final.items()})


def _all(arc: Arc, values: Mapping[Hashable, float], unknown: Any, parameters: Parameters) -> list[Arc]:
    if unknown is None:
        return [arc._replace(label=word, weight=value) for word, value in values.items()]
    return _beyond(arc, values, float(evaluate(arc.weight, unknown, parameters)))


def _strongest(arc: Arc, values: Mapping[Hashable, float], k: int) -> list[Arc]:
    mean = math.fsum(values.values()) / len(values) if values else 0.0
    ranked = sorted(values, key=lambda word: -abs(values[word] - mean))
    rest = [values[word] for word in ranked[k:]]
    return _beyond(arc, {word: values[word] for word in ranked[:k]}, math.fsum(rest) / len(rest) if rest else 0.0)


def _beyond(arc: Arc, values: Mapping[Hashable, float], common: float) -> list[Arc]:
    """ANY at the common weight, and words at their difference to it: parallel arcs add up."""
    words = [arc._replace(label=word, weight=value - common) for word, value in values.items()]
    return [arc._replace(weight=common), *words] if common != 0 else words
