"""A run directory as `viz` sees it: files only, nothing of the code that trained it."""

import csv
import io
import json
import math
import os
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from viz.automata.drawing import Drawing, arc_text, draw
from viz.errors import VizError
from viz.plots.quality_plot import Predictions
from wfsa import WFSA, Affine, Arc, FormatError, Parameters, State, from_json, linears, load

_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


_SIZES = {"transitions": int, "dev": float, "test": float}
_LIVE = {"words": list, "labels": list, "automata": dict, "parameters": dict, "numbers": dict, "tokenizer": dict}
_METRIC = {"phase": str, "strength": float, "loss": float, "dev": float, "transitions": int}
_SUMMARY = {"data": str, "dense": _SIZES, "chosen": {**_SIZES, "patterns": int}}


@dataclass(frozen=True)
class Pattern:
    """One pattern of a run.

    Attributes:
        automaton: what is left of it; None when all of it was deleted.
        before: the automaton that training began with.
        notes: its annotations in `patterns.json`: norms, class weights, words.
        norms: state → the Euclidean norm of all parameters of the arcs that enter it, as they are now.
    """

    name: str
    automaton: WFSA | None
    before: WFSA
    notes: Mapping[str, Any]
    norms: Mapping[State, float] = field(default_factory=dict)

    def drawing(self) -> Drawing:
        """The pattern with its deleted states, and the strongest words beside each learned arc.

        Lines are as wide as the norm of the parameters that enter the arc's state, which the group lasso makes small.
        """
        left = self.automaton or WFSA({}, (), {})
        return draw(left, self.name, self.before, self._text, self._size)

    def _size(self, arc: Arc) -> float | None:
        return self.norms.get(arc.target) if any(linears(arc.weight)) else None

    def _text(self, arc: Arc) -> Sequence[str]:
        names = [linear.name for linear in linears(arc.weight)]
        words = self.notes.get("words", {}).get(names[-1], {}) if names else {}
        if not words:  # a constant arc, or one that was deleted: its formula would only be in the way
            return () if names else arc_text(arc)
        if arc.source == arc.target:
            return (f"opens: {', '.join(words['high'])}", f"closes: {', '.join(words['low'])}")
        norm = f"norm {self.norms[arc.target]:.2f}" if arc.target in self.norms else ""
        return (*filter(None, [norm]), f"+ {', '.join(words['high'])}", f"− {', '.join(words['low'])}")


@dataclass(frozen=True)
class Run:
    """A run directory.

    Raises:
        VizError: a file that is asked for is missing or malformed.
    """

    folder: Path

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """summary.json: what was trained on, and the full and the chosen model."""
        tree: Mapping[str, Any] = self._json("summary.json", _SUMMARY)
        return tree

    @cached_property
    def phrases(self) -> Mapping[str, Any]:
        """phrases.json: pattern → {highest, lowest: rows of phrase and score}."""
        tree: dict[str, Any] = self._json("phrases.json", {})
        for name, ends in tree.items():
            _expect(ends, {"highest": list, "lowest": list}, f"{self.folder / 'phrases.json'}: {name}")
            for row in (*ends["highest"], *ends["lowest"]):
                _expect(row, {"phrase": str, "score": float}, f"{self.folder / 'phrases.json'}: {name}")
        return tree

    @cached_property
    def live(self) -> Mapping[str, Any]:
        """live.json: the model as a page runs it, and the models of all sizes in words."""
        tree: Mapping[str, Any] = self._json("live.json", {"model": _LIVE, "sizes": list})
        for number, size in enumerate(tree["sizes"]):
            _expect(size, {"transitions": int, "patterns": list}, f"{self.folder / 'live.json'}: sizes[{number}]")
        return tree

    @cached_property
    def certificate(self) -> Mapping[str, Any]:
        """certificate.json: the first-order conditions."""
        tree: Mapping[str, Any] = self._json("certificate.json", {})
        return tree

    @cached_property
    def metrics(self) -> Sequence[Mapping[str, Any]]:
        """metrics.jsonl: one row per evaluation."""
        rows = []
        place = self.folder / "metrics.jsonl"
        with self._open("metrics.jsonl") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise VizError(f"{place}:{number}: every line must be JSON (got {error}).") from None
                _expect(row, _METRIC, f"{place}:{number}")
                rows.append(row)
        return rows

    @cached_property
    def settings(self) -> str:
        """config.toml, as it stands."""
        return self._open("config.toml").read()

    @cached_property
    def curve(self) -> Sequence[Mapping[str, float]]:
        """The rows of curve.csv, as numbers; empty cells are left out."""
        return self._numbers("curve.csv", {"transitions", "strength", "dev", "dev_debiased"})

    @cached_property
    def norms(self) -> Sequence[Mapping[str, float]]:
        """The rows of norms.csv: strength, and the norm of every state's parameters after the epoch at it."""
        return self._numbers("norms.csv", {"strength"}, whole=True)

    @cached_property
    def predictions(self) -> Predictions:
        """predictions.csv: what the chosen model says of the test texts."""
        place = self.folder / "predictions.csv"
        head, *rows = [*csv.reader(self._open("predictions.csv"))] or [[]]
        names = [name[2:-1] for name in head[2:]]
        if [*head[:2], *(f"p({name})" for name in names)] != ["label", "predicted", *head[2:]] or not names:
            raise VizError(f"{place} must have the columns label, predicted, p(class) … (got {', '.join(head)[:80]}).")
        labels, chances = np.empty(len(rows), np.int64), np.empty((len(rows), len(names)))
        for number, row in enumerate(rows):
            try:
                labels[number], chances[number] = names.index(row[0]), [float(cell) for cell in row[2:]]
            except (ValueError, IndexError) as error:
                raise VizError(f"{place}:{number + 2}: a row is label, predicted, numbers (got {error}).") from None
        return Predictions(tuple(names), labels, chances)

    def _numbers(self, name: str, columns: Set[str], whole: bool = False) -> Sequence[Mapping[str, float]]:
        """A table of numbers with these columns at least; empty cells are left out, or refused where it is `whole`."""
        with self._open(name) as file:
            reader = csv.DictReader(file)
            try:
                rows = [{k: float(v) for k, v in row.items() if v} for row in reader]
            except (TypeError, ValueError) as error:
                raise VizError(f"{self.folder / name}:{reader.line_num}: cells are numbers (got {error}).") from None
        if whole and any(len(row) != len(reader.fieldnames or ()) for row in rows):
            raise VizError(f"{self.folder / name} must have a number in every cell (got fewer in a row).")
        missing = columns - set(reader.fieldnames or ())
        if missing:
            raise VizError(f"{self.folder / name} must have the columns {', '.join(sorted(missing))} (got none).")
        return rows

    @cached_property
    def patterns(self) -> Sequence[Pattern]:
        """All patterns that training began with, in their order."""
        place = self.folder / "patterns.json"
        try:
            bundle = load(place)
            _expect(bundle.annotations, {"patterns": dict}, f"{place}: annotations")
            notes = bundle.annotations["patterns"]
            for name, note in notes.items():
                if not _FILE_NAME.fullmatch(name):
                    raise VizError(f"a pattern's name becomes a file's: letters, digits, _ and - (got {name[:60]!r}).")
                _expect(note, {"before": dict, "class_weights": dict, "words": dict}, f"{place}: {name}")
            return [
                Pattern(
                    name,
                    bundle.automata.get(name),
                    from_json(note["before"], (name,)),
                    note,
                    _norms(bundle.automata.get(name), bundle.parameters),
                )
                for name, note in notes.items()
            ]
        except OSError as error:
            raise VizError(
                f"{self.folder} must be a run directory (got {error}); name one that training wrote."
            ) from None
        except FormatError as error:
            raise VizError(str(error)) from None

    def _open(self, name: str) -> io.StringIO:
        try:
            with (self.folder / name).open(encoding="utf-8", newline="") as file:
                return io.StringIO(file.read(), newline="")
        except UnicodeDecodeError as error:
            raise VizError(f"{self.folder / name} must be UTF-8 (got {error}).") from None
        except OSError as error:
            raise VizError(
                f"{self.folder} must be a run directory (got {error}); name one that training wrote."
            ) from None

    def _json(self, name: str, shape: Mapping[str, Any]) -> Any:
        with self._open(name) as file:
            try:
                tree = json.load(file)
            except ValueError as error:
                raise VizError(f"{self.folder / name} must be JSON (got {error}).") from None
        _expect(tree, shape, str(self.folder / name))
        return tree


def _norms(automaton: WFSA | None, parameters: Parameters) -> dict[State, float]:
    entering: dict[State, set[str]] = {}
    for arc in automaton.arcs if automaton else ():
        entering.setdefault(arc.target, set()).update(linear.name for linear in linears(arc.weight))
    values = {name: value for name, value in parameters.items() if isinstance(value, Affine)}
    return {
        state: math.hypot(*(number for name in names for number in (*values[name].weights, values[name].bias)))
        for state, names in entering.items()
        if names and names <= values.keys()
    }


def _expect(tree: Any, shape: Mapping[str, Any], place: str) -> None:
    """Is `tree` an object with these fields, of these types or, for a mapping, again such objects?"""
    if not isinstance(tree, dict):
        raise VizError(f"{place} must hold an object (got {type(tree).__name__}).")
    for key, kind in shape.items():
        value = tree.get(key)
        if isinstance(kind, Mapping):
            _expect(value, kind, f"{place}: {key}")
        elif not isinstance(value, (int, float) if kind is float else kind):
            raise VizError(f"{place} must have {key}, a {kind.__name__} (got {type(value).__name__}).")


def open_run(folder: str | os.PathLike[str]) -> Run:
    """The run in `folder`; files are read when they are asked for."""
    return Run(Path(folder))
