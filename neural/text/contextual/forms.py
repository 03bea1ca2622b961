"""What a direction means where no word has one vector: the mean vector of every form over its occurrences."""

from collections.abc import Sequence

import numpy as np

from neural.text.contextual.texts import ContextTexts

_LEAST, _MOST = 3, 10_000
"""Occurrences that a mean is of at least, and how many forms are kept, the most frequent."""

_AT_ONCE = 256
"""Texts whose vectors are in memory at once."""


def mean_forms(texts: ContextTexts, dim: int) -> tuple[Sequence[str], np.ndarray]:
    """(forms, their mean vectors [form, dim], float32), the most frequent first; of equals the first that occurs.

    The mean of w · x over the occurrences of a form is w · (mean of x): all that a weight says of a form.
    """
    forms, ids = texts.spelled
    counts = np.bincount(ids, minlength=len(forms))
    sums = np.zeros((len(forms), dim))
    start = 0
    for first in range(0, len(texts), _AT_ONCE):
        data = texts.batch(np.arange(first, min(first + _AT_ONCE, len(texts)))).data
        assert data is not None
        np.add.at(sums, ids[start : start + len(data)], data.cpu().numpy())
        start += len(data)
    order = np.argsort(-counts, kind="stable")
    kept = order[counts[order] >= _LEAST][:_MOST]
    return [forms[place] for place in kept.tolist()], (sums[kept] / counts[kept, None]).astype(np.float32)
