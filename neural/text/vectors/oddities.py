"""What is odd in a file of word vectors, and no reason to refuse it."""

from collections.abc import Iterator

import numpy as np

Vectors = dict[str, np.ndarray]
"""word → vector [dim], float32."""

REPEATED = "words occur more than once; the first vector of each counts"
NO_WORD = "{unit}s hold no word that can be seen, and are left out"
ENCODING = "{unit}s hold a word that is not UTF-8, and are left out; convert the file with iconv"
LEFT_OUT = "are left out, and no needed word stands on them"


class Oddities:
    """How often something odd was met, and where first.

    Args:
        unit: what a place of the file is called: line or row.
    """

    def __init__(self, unit: str = "line") -> None:
        self._unit = unit
        self._counted: dict[str, tuple[int, int]] = {}  # what → (how often, the first place)
        self._plain: list[str] = []

    def note(self, what: str, place: int, times: int = 1) -> None:
        """Count something; `{unit}` in it is what a place is called."""
        count, first = self._counted.get(what, (0, place))
        self._counted[what] = count + times, first

    def say(self, sentence: str) -> None:
        """Keep something that has no place."""
        self._plain.append(sentence)

    def compare(self, named: int | None, found: int) -> None:
        """Say where a header names another number of words than there are."""
        if named is not None and named != found:
            cut = "the file may be cut" if found < named else "all are read"
            self.say(f"the header names {named} words, and {found} {self._unit}s follow; {cut}")

    def sentences(self) -> Iterator[str]:
        """All of it, one sentence for each kind."""
        for what, (count, first) in self._counted.items():
            where = f"{self._unit} {first}{' is the first' if count > 1 else ''}"
            yield f"{count} {what.format(unit=self._unit)} ({where})"
        yield from self._plain
