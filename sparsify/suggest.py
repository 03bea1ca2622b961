"""What a misspelt word may have meant."""

import difflib
from collections.abc import Iterable


def suggestion(word: str, known: Iterable[str], otherwise: str = ".") -> str:
    """The end of an error message: "; did you mean X?" when a known word is near, else `otherwise`.

    The dashes of flags, which all have, make no two of them alike.
    """
    names = {name.lstrip("-"): name for name in known}
    near = difflib.get_close_matches(word.lstrip("-"), list(names), 1)
    return f"; did you mean {names[near[0]]}?" if near else otherwise
