"""The patterns of a run as `viz` sees them: the automata before and after, and the groups that penalties act on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from viz.automata.drawing import Drawing, arc_text, draw
from viz.automata.texts import isolated
from viz.errors import VizError
from viz.read_files import FINITE, Number, expect, expect_items, no_run
from wfsa import REAL, WFSA, Arc, FormatError, from_json, linears, load

FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What a pattern may be called, since files are called so."""
_NOTE = {"before": dict, "groups": list, "class_weights": dict, "words": dict}
_GROUP = {"name": str, "arcs": list, "norm": Number(0)}


@dataclass(frozen=True)
class Group:
    """Parameters that live or die together.

    Attributes:
        name: it heads the group's column in `norms.csv`.
        arcs: the arcs of the automaton that training began with that hold them.
        norm: the Euclidean norm of all of them, as they are now; 0 when the group was deleted.
    """

    name: str
    arcs: tuple[Arc, ...]
    norm: float


@dataclass(frozen=True)
class Pattern:
    """One pattern of a run.

    Attributes:
        automaton: what is left of it; None when all of it was deleted.
        before: the automaton that training began with.
        notes: its annotations in `patterns.json`: class weights, words.
        groups: the groups of its parameters.
    """

    name: str
    automaton: WFSA | None
    before: WFSA
    notes: Mapping[str, Any]
    groups: tuple[Group, ...] = ()

    def drawing(self) -> Drawing:
        """The pattern with what was deleted of it, and the strongest words beside each learned arc.

        Lines are as wide as the norm of the group that holds the arc's parameters, which the group lasso makes small.
        """
        left = self.automaton or WFSA({}, (), {})
        return draw(left, self.name, self.before, self._text, self._norms.get, REAL)

    @cached_property
    def _norms(self) -> Mapping[Arc, float]:
        """Arc → the norm of the first group that holds it."""
        return {arc: group.norm for group in reversed(self.groups) for arc in group.arcs}

    def _text(self, arc: Arc) -> Sequence[str]:
        names = [linear.name for linear in linears(arc.weight)]
        words = self.notes["words"].get(names[-1], {}) if names else {}
        if not words:  # a constant arc, or one that was deleted: its formula would only be in the way
            return () if names else arc_text(arc)
        if arc.source == arc.target:
            return (f"opens: {_listed(words['high'])}", f"closes: {_listed(words['low'])}")
        norm = [f"norm {self._norms[arc]:.2f}"] if arc in self._norms else []
        return (*norm, f"+ {_listed(words['high'])}", f"− {_listed(words['low'])}")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(map(isolated, words))


def read_patterns(place: Path) -> list[Pattern]:
    """All patterns that training began with, in their order, from `patterns.json`."""
    try:
        bundle = load(place)
        expect(bundle.annotations, {"patterns": dict}, f"{place}: annotations")
        return [
            _pattern(name, note, bundle.automata.get(name), f"{place}: {name}")
            for name, note in bundle.annotations["patterns"].items()
        ]
    except OSError as error:
        raise no_run(place.parent, error) from None
    except FormatError as error:
        said = str(error)  # of a tree inside the file, where it names the place there only
        raise VizError(said if said.startswith(f"{place}") else f"{place}: {said}") from None


def _pattern(name: str, note: Any, automaton: WFSA | None, place: str) -> Pattern:
    if not FILE_NAME.fullmatch(name):
        raise VizError(f"a pattern's name becomes a file's: letters, digits, _ and - (got {name[:60]!r}).")
    expect(note, _NOTE, place)
    for name_of, words in note["words"].items():
        expect(words, {"high": list, "low": list}, f"{place}: words: {name_of}")
        expect_items([*words["high"], *words["low"]], str, f"{place}: words: {name_of}")
    expect_items(note["class_weights"], FINITE, f"{place}: class_weights")
    before = from_json(note["before"], (name,))
    groups = (_group(group, before, f"{place}: groups[{n}]") for n, group in enumerate(note["groups"]))
    return Pattern(name, automaton, before, note, tuple(groups))


def _group(tree: Any, before: WFSA, place: str) -> Group:
    expect(tree, _GROUP, place)
    count = len(before.arcs)
    if not all(type(arc) is int and 0 <= arc < count for arc in tree["arcs"]):
        raise VizError(f"{place}: arcs are places from 0 to {count - 1} in the arcs of before (got {tree['arcs']}).")
    return Group(tree["name"], tuple(before.arcs[arc] for arc in tree["arcs"]), tree["norm"])
