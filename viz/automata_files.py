"""The automata of a file of `wfsa.save` as pictures beside it."""

import shlex
from pathlib import Path
from typing import Any

from viz.automata.dot import render_dot
from viz.automata.drawing import draw
from viz.automata.svg import render_svg
from viz.errors import VizError
from viz.run_patterns import FILE_NAME
from wfsa import FormatError, Semiring, load

_MOST = 2000
"""Arcs and states of which a picture can still be read, if it is large."""


def file_pictures(place: Path, K: Semiring[Any] | None) -> dict[Path, str]:
    """Place → text of FILE.svg and FILE.dot or, for several automata, of FILE-NAME.svg and FILE-NAME.dot.

    Args:
        K: the semiring that the weights are in; None: the one that the file names. See `viz.draw`.

    Raises:
        VizError: the file holds no automata, one is named as no file can be, or is too large to be read as a picture.
    """
    if place.suffix == ".att":
        made = shlex.join(["python", "-m", "wfsa", "convert", str(place), str(place.with_suffix(".json"))])
        raise VizError(f"automata are drawn from .json files (got {place}); write one: {made} --semiring K.")
    try:
        bundle = load(place)
    except OSError as error:
        raise VizError(f"{place} must be a file that can be read (got {error.strerror}).") from None
    except FormatError as error:
        raise VizError(f"{error} Draw a file of wfsa.save, or a run directory.") from None
    automata = bundle.automata
    if K is not None and bundle.semiring not in (None, K):
        raise VizError(f"{place} says its weights are in {bundle.semiring} (got --semiring {K}); leave it out.")
    K = K or bundle.semiring
    if not automata:
        raise VizError(f"{place} must hold automata (got none).")
    found: dict[Path, str] = {}
    for name, automaton in automata.items():
        if len(automata) > 1 and not FILE_NAME.fullmatch(name):
            raise VizError(f"an automaton's name becomes a file's: letters, digits, _ and - (got {name[:60]!r}).")
        if (parts := len(automaton.arcs) + len(automaton.states)) > _MOST:
            raise VizError(
                f"{place}: {name[:60]!r} must have at most {_MOST} states and arcs for a picture that can be read "
                f"(got {parts}); write DOT text with viz.to_dot."
            )
        drawing = draw(automaton, name, K=K)
        stem = place.stem + (f"-{name}" if len(automata) > 1 else "")
        for ending, text in (("svg", render_svg(drawing)), ("dot", render_dot(drawing))):
            found[place.with_name(f"{stem}.{ending}")] = text
    return found
