"""The words whose vectors moved, by what their moves speak for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from viz.automata.texts import clean

_SHOWN = 15


def moved_section(lexicon: Mapping[str, Any] | None) -> str:
    """How many words moved; those at the ends of each direction, or those that speak for each class, furthest first.

    Args:
        lexicon: lexicon.json; None where no word moved.
    """
    if lexicon is None:
        return ""
    ends = [*_along(lexicon["directions"])] or [*_by_class(lexicon["words"])]
    rows = "".join(
        f"<tr><th scope='row'><bdi class='long'>{clean(name)}</bdi></th><td>{_words(words)}</td></tr>"
        for name, words in ends
    )
    about = (
        "words at both ends of the directions in which they moved" if lexicon["directions"] else "the furthest first"
    )
    return (
        f"<section><h2>Words that moved</h2><p>{lexicon['moved']:,} of {lexicon['vocabulary']:,} word vectors are "
        f"others than those that were given; {about}. A number is how much more than before the word, read alone, "
        "speaks for the class: the change of that logit, less the mean over the classes.</p>"
        f"<div class='scroll'><table>{rows}</table></div></section>"
    )


def _along(directions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The ends of the directions: each word with the class that it speaks for."""
    for number, own in enumerate(directions, 1):
        for end in ("high", "low"):
            yield f"direction {number}, {end} end", [_named(row, True) for row in own[end][:_SHOWN]]


def _by_class(words: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Per class the words whose moves raise it most."""
    for name in words[0]["effects"] if words else ():
        yield name, [_named(row, False) for row in words if _raised(row) == name][:_SHOWN]


def _raised(row: Mapping[str, Any]) -> str:
    return str(max(row["effects"], key=row["effects"].__getitem__))


def _named(row: Mapping[str, Any], with_class: bool) -> tuple[str, str]:
    """(the word, what its move is worth)."""
    best = _raised(row)
    return row["word"], f"{row['effects'][best]:+.1f}{f' {best}' if with_class else ''}"


def _words(words: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"<bdi>{clean(word)}</bdi> <span class='number'>{clean(worth)}</span>" for word, worth in words)
