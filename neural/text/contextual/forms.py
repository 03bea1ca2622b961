"""What a direction means where no word has one vector: the mean vector of every form over its occurrences."""

from collections.abc import Iterable, Sequence

import numpy as np

_LEAST, _MOST = 3, 10_000
"""Occurrences that a mean is of at least, and how many forms are kept, the most frequent."""


def mean_forms(texts: Iterable[tuple[Sequence[str], np.ndarray]], dim: int) -> tuple[list[str], np.ndarray]:
    """(forms, their mean vectors [form, dim], float32), the most frequent first; of equals the first that occurs.

    The mean of w · x over the occurrences of a form is w · (mean of x): all that a weight says of a form.

    Args:
        texts: (forms of the tokens, vectors [token, dim]).
    """
    places: dict[str, int] = {}
    sums, counts = np.zeros((1024, dim)), np.zeros(1024, np.int64)
    for forms, rows in texts:
        ids = np.array([places.setdefault(form, len(places)) for form in forms], np.int64)
        if len(places) > len(counts):
            size = 2 * len(places)
            sums, counts = _grown(sums, size), _grown(counts, size)
        np.add.at(sums, ids, rows)
        np.add.at(counts, ids, 1)
    words = [*places]
    kept = [place for place in np.argsort(-counts[: len(words)], kind="stable").tolist() if counts[place] >= _LEAST]
    kept = kept[:_MOST]
    return [words[place] for place in kept], (sums[kept] / counts[kept, None]).astype(np.float32)


def _grown(array: np.ndarray, size: int) -> np.ndarray:
    """The array with zeros behind it."""
    found = np.zeros((size, *array.shape[1:]), array.dtype)
    found[: len(array)] = array
    return found
