"""A run directory as `viz` sees it: files only, nothing of the code that trained it."""

import csv
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from viz.drawing import Drawing, arc_text, draw
from viz.errors import VizError
from wfsa import WFSA, Arc, FormatError, from_json, linears, load

_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class Pattern:
    """One pattern of a run.

    Attributes:
        automaton: what is left of it; None when all of it was deleted.
        before: the automaton that training began with.
        notes: its annotations in `patterns.json`: norms, class weights, words.
    """

    name: str
    automaton: WFSA | None
    before: WFSA
    notes: Mapping[str, Any]

    def drawing(self) -> Drawing:
        """The pattern with its deleted states, and the strongest words beside each learned arc."""
        left = self.automaton or WFSA({}, (), {})
        return draw(left, self.name, self.before, self._text)

    def _text(self, arc: Arc) -> Sequence[str]:
        names = [linear.name for linear in linears(arc.weight)]
        words = self.notes.get("words", {}).get(names[-1], {}) if names else {}
        if not words:  # a constant arc, or one that was deleted: its formula would only be in the way
            return () if names else arc_text(arc)
        if arc.source == arc.target:
            return (f"opens: {', '.join(words['high'])}", f"closes: {', '.join(words['low'])}")
        return (f"+ {', '.join(words['high'])}", f"− {', '.join(words['low'])}")


@dataclass(frozen=True)
class Run:
    """A run directory.

    Raises:
        VizError: a file that is asked for is missing or malformed.
    """

    folder: Path

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """summary.json."""
        tree = self._json("summary.json")
        if not isinstance(tree, dict):
            raise VizError(f"{self.folder / 'summary.json'} must hold an object (got {type(tree).__name__}).")
        return tree

    @cached_property
    def phrases(self) -> Mapping[str, Any]:
        """phrases.json."""
        tree = self._json("phrases.json")
        return tree if isinstance(tree, dict) else {}

    @cached_property
    def curve(self) -> Sequence[Mapping[str, float]]:
        """The rows of curve.csv, as numbers; empty cells are left out."""
        with self._open("curve.csv") as file:
            return [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]

    @cached_property
    def patterns(self) -> Sequence[Pattern]:
        """All patterns that training began with, in their order."""
        try:
            bundle = load(self.folder / "patterns.json")
            notes = bundle.annotations["patterns"]
            for name in notes:
                if not _FILE_NAME.fullmatch(name):
                    raise VizError(f"a pattern's name becomes a file's: letters, digits, _ and - (got {name[:60]!r}).")
            return [
                Pattern(name, bundle.automata.get(name), from_json(note["before"], name), note)
                for name, note in notes.items()
            ]
        except OSError as error:
            raise VizError(
                f"{self.folder} must be a run directory (got {error}); name one that training wrote."
            ) from None
        except (FormatError, KeyError, TypeError) as error:
            raise VizError(f"{self.folder / 'patterns.json'} must be as training wrote it (got {error}).") from None

    def _open(self, name: str) -> Any:
        try:
            return (self.folder / name).open(encoding="utf-8", newline="")
        except OSError as error:
            raise VizError(
                f"{self.folder} must be a run directory (got {error}); name one that training wrote."
            ) from None

    def _json(self, name: str) -> Any:
        with self._open(name) as file:
            try:
                return json.load(file)
            except ValueError as error:
                raise VizError(f"{self.folder / name} must be JSON (got {error}).") from None


def open_run(folder: str | os.PathLike[str]) -> Run:
    """The run in `folder`; files are read when they are asked for."""
    return Run(Path(folder))
