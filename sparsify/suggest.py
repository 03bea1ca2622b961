"""What a misspelt word may have meant."""

import difflib
from collections.abc import Iterable


def suggestion(word: str, known: Iterable[str], otherwise: str = ".") -> str:
    """The end of an error message: "; did you mean X?" when a known word is near, else `otherwise`."""
    near = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]}?" if near else otherwise
