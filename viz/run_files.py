"""A run directory as `viz` sees it: files only, nothing of the code that trained it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from viz.errors import VizError
from viz.plots.quality_plot import Predictions
from viz.read_files import expect, expect_items, read_cells, read_json, read_json_lines, read_numbers, read_text
from viz.run_patterns import Pattern, read_patterns

_SIZES = {"transitions": int, "dev": float, "test": float}
_LIVE = {"words": list, "labels": list, "automata": dict, "parameters": dict, "numbers": dict, "tokenizer": dict}
_METRIC = {"phase": str, "strength": float, "loss": float, "dev": float, "transitions": int}
_SUMMARY = {"data": str, "dense": _SIZES, "chosen": {**_SIZES, "patterns": int}}
_READOUTS = ("end", "anywhere", "best")


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
        tree: Mapping[str, Any] = read_json(self.folder / "summary.json", _SUMMARY)
        return tree

    @cached_property
    def phrases(self) -> Mapping[str, Any]:
        """phrases.json: pattern → {highest, lowest: rows of phrase and score}."""
        place = self.folder / "phrases.json"
        tree: dict[str, Any] = read_json(place, {})
        for name, ends in tree.items():
            expect(ends, {"highest": list, "lowest": list}, f"{place}: {name}")
            for row in (*ends["highest"], *ends["lowest"]):
                expect(row, {"phrase": str, "score": float}, f"{place}: {name}")
                for column in row.get("columns", []):
                    expect(column, {"loops": list, "word": str}, f"{place}: {name}: columns")
                    expect_items(column["loops"], str, f"{place}: {name}: loops")
                expect_items(row.get("after", []), str, f"{place}: {name}: after")
        return tree

    @cached_property
    def live(self) -> Mapping[str, Any]:
        """live.json: the model as a page runs it, null where it cannot, and the models of all sizes in words."""
        place = self.folder / "live.json"
        tree: Mapping[str, Any] = read_json(place, {"sizes": list})
        if tree.get("model", False) is not None:
            expect(tree, {"model": _LIVE}, str(place))
            if (readout := tree["model"].get("readout", "end")) not in _READOUTS:
                raise VizError(f"{place}: a readout is one of {', '.join(_READOUTS)} (got {readout!r}).")
        for number, size in enumerate(tree["sizes"]):
            expect(size, {"transitions": int, "patterns": list}, f"{place}: sizes[{number}]")
        return tree

    @cached_property
    def certificate(self) -> Mapping[str, Any]:
        """certificate.json: the first-order conditions."""
        tree: Mapping[str, Any] = read_json(self.folder / "certificate.json", {})
        return tree

    @cached_property
    def metrics(self) -> Sequence[Mapping[str, Any]]:
        """metrics.jsonl: one row per evaluation."""
        return read_json_lines(self.folder / "metrics.jsonl", _METRIC)

    @cached_property
    def settings(self) -> str:
        """config.toml, as it stands."""
        return read_text(self.folder / "config.toml")

    @cached_property
    def curve(self) -> Sequence[Mapping[str, float]]:
        """The rows of curve.csv, as numbers; empty cells are left out."""
        columns = {"transitions", "strength", "dev", "dev_debiased"}
        return read_numbers(self.folder / "curve.csv", columns, may_lack={"dev_debiased"})

    @cached_property
    def norms(self) -> Sequence[Mapping[str, float]]:
        """The rows of norms.csv: strength, and the norm of every group of parameters after the epoch at it."""
        return read_numbers(self.folder / "norms.csv", {"strength"}, whole=True)

    @cached_property
    def predictions(self) -> Predictions:
        """predictions.csv: what the chosen model says of the test texts."""
        place = self.folder / "predictions.csv"
        head, *rows = read_cells(place) or [[]]
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

    @cached_property
    def patterns(self) -> Sequence[Pattern]:
        """patterns.json: all patterns that training began with, in their order."""
        return read_patterns(self.folder / "patterns.json")


def open_run(folder: str | os.PathLike[str]) -> Run:
    """The run in `folder`; files are read when they are asked for."""
    return Run(Path(folder))
