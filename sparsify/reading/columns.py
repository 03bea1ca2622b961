"""A path in words: what each of its main arcs reads, and what self-loops read between."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from neural import INSIDE, ExtremePaths

_LOOPS = 2
_MORE = "…"
"""More words than these, read by self-loops in a row, are written so."""


class Column(TypedDict):
    """One main arc: the words that self-loops read before it ("…" where there are many), and the word it reads."""

    loops: list[str]
    word: str


def columns_of(
    word: Callable[[int], str], paths: ExtremePaths, place: tuple[int, int, int]
) -> tuple[list[Column], list[str]]:
    """(columns, after) of the path at `place`, (text, pattern, end), of `paths`; `word` says the tokens of its text."""
    mains = [int(t) for t in paths.mains[place] if t >= 0]
    columns: list[Column] = []
    for before, here in zip([mains[0] - 1, *mains], mains, strict=False):
        columns.append({"loops": _loops(word, before + 1, here), "word": word(here)})
    return columns, _loops(word, mains[-1] + 1, int(paths.span[place][1]))


def _loops(word: Callable[[int], str], start: int, end: int) -> list[str]:
    return [word(t) for t in range(start, end)] if end - start <= _LOOPS else [_MORE]


def kept(loops: Sequence[str]) -> Sequence[str]:
    """Those that are shown."""
    return [] if loops == [_MORE] else loops


def as_phrase(columns: Sequence[Column], after: Sequence[str]) -> str:
    """not worth the_SL times_SL </s>: words that self-loops read are marked as in the paper's Table 1.

    A piece that goes on with the word before it, `##ing`, is written to it where both are read by the same kind of arc.
    """
    return _written([*(part for column in columns for part in _parts(column)), *((word, True) for word in after)])


def as_cells(columns: Sequence[Column], after: Sequence[str]) -> list[str]:
    """What each main arc reads, with what self-loops read before it and, at the last one, after it: Tables 1 and 3."""
    cells = [_parts(column) for column in columns]
    return [_written(cell) for cell in [*cells[:-1], [*cells[-1], *((word, True) for word in after)]]]


def _parts(column: Column) -> list[tuple[str, bool]]:
    """(word, does a self-loop read it?)."""
    return [*((word, True) for word in column["loops"]), (column["word"], False)]


def _written(parts: Sequence[tuple[str, bool]]) -> str:
    joined: list[tuple[str, bool]] = []
    for word, looped in parts:
        if word.startswith(INSIDE) and joined and joined[-1][1] == looped and joined[-1][0] != _MORE:
            joined[-1] = (joined[-1][0] + word.removeprefix(INSIDE), looped)
        else:
            joined.append((word, looped))
    return " ".join(f"{word}_SL" if looped and word != _MORE else word for word, looped in joined)
