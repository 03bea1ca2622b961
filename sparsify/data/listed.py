"""Texts as callers have them: any iterable of strings in an order, read once, every item looked at."""

from collections.abc import Iterable, Mapping
from numbers import Real

import numpy as np

from sparsify.errors import RunError

_MISSING = {"NAType": "pandas.NA", "NaTType": "pandas.NaT", "NoneType": "None"}
"""Types of what stands for a missing text, by their names: pandas is not imported for them."""


def listed(texts: Iterable[str]) -> list[str]:
    """The texts in their order.

    Args:
        texts: a list, a generator, a pandas Series, a numpy array of strings, …

    Raises:
        RunError: it is one text, has no order, or not one axis; or an item is no string. The message names the place.
    """
    if isinstance(texts, str | bytes | bytearray):
        if isinstance(texts, str):
            raise RunError(f"texts must be a list of strings (got the string {texts[:40]!r}); put it into a list.")
        got = f"the {type(texts).__name__} {texts[:40]!r}"
        raise RunError(f"texts must be a list of strings (got {got}); decode them, and put the string into a list.")
    axes = getattr(texts, "ndim", 1)
    if axes != 1:
        raise RunError(f"texts must have one axis (got a {type(texts).__name__} of {axes}); choose one column of it.")
    if isinstance(texts, Mapping | set | frozenset) or not isinstance(texts, Iterable):
        hint = "pass those of its entries that are texts, in a list" if isinstance(texts, Iterable) else "pass a list"
        raise RunError(f"texts must be a list of strings, in order (got {_shown(texts)}); {hint}.")
    found = list(texts)
    for place, text in enumerate(found):
        if not isinstance(text, str):
            raise RunError(f"texts[{place}] must be a string (got {_item(text)}.")
    return found


def _item(value: object) -> str:
    name = _MISSING.get(type(value).__name__)
    if name is None and isinstance(value, Real | np.datetime64 | np.timedelta64) and value != value:
        name = "NaN" if isinstance(value, Real) else "NaT"
    if name is not None:
        return f"{name}, as tables have it for a missing text); drop such rows, or put '' there"
    if isinstance(value, bytes):
        return f"the bytes {value[:40]!r}); decode them"
    if isinstance(value, list | tuple):
        return f"{_shown(value)}); join its words to one string, or pass the texts in one list"
    return f"{_shown(value)}); write it as a string"


def _shown(value: object) -> str:
    return f"{type(value).__name__} {value!r:.40}"
