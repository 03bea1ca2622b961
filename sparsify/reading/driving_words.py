"""Which words drive each learned weight: the ones with the highest and the lowest w · x."""

from collections.abc import Mapping

import numpy as np

from neural import Encoder
from wfsa import Affine, Parameters

Words = Mapping[str, Mapping[str, list[str]]]
"""parameter name → {"high": words, "low": words}."""


def driving_words(parameters: Parameters, encoder: Encoder, count: int = 3) -> Words:
    """For every `Linear`, the `count` words with the highest and the lowest w · x, of those that have one vector x.

    On a main arc they move the pattern's score up or down; on a self-loop they open it (the state remembers) or close
    it. Words of a zero vector are left out. In context a form has the mean of its vectors over the training texts, if
    it occurs in them at least three times and is among the 10,000 most frequent; others are not looked at. Where an
    encoder knows no forms, there is nothing to say.
    """
    forms = encoder.forms()
    if forms is None:
        return {}
    names, table = forms
    known = np.flatnonzero(table.any(1))
    affine = {name: value for name, value in parameters.items() if isinstance(value, Affine)}
    weights = np.array([value.weights for value in affine.values()], table.dtype).reshape(-1, table.shape[1])
    values = (table @ weights.T)[known]
    return {
        name: {
            "high": [names[known[i]] for i in _lowest(-values[:, column], count)],
            "low": [names[known[i]] for i in _lowest(values[:, column], count)],
        }
        for column, name in enumerate(affine)
    }


def _lowest(values: np.ndarray, count: int) -> list[int]:
    """The places of the `count` lowest values, lowest first; of equals the first."""
    if len(values) > count:
        bound = np.partition(values, count - 1)[count - 1]
        places = np.flatnonzero(values <= bound)
    else:
        places = np.arange(len(values))
    found: list[int] = places[np.argsort(values[places], kind="stable")][:count].tolist()
    return found
