"""A run directory as `viz` sees it: files only, nothing of the code that trained it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from viz.errors import VizError
from viz.plots.quality_plot import Predictions
from viz.read_files import (
    COUNT,
    FINITE,
    SHARE,
    STRENGTH,
    expect,
    expect_items,
    read_json,
    read_json_lines,
    read_numbers,
    read_text,
)
from viz.run_evaluation import check_evaluation
from viz.run_live import read_live
from viz.run_patterns import Pattern, read_patterns
from viz.run_predictions import read_predictions

_SIZES = {"transitions": COUNT, "dev": SHARE}
_METRIC = {"phase": str, "strength": STRENGTH, "loss": FINITE, "dev": SHARE, "transitions": COUNT}
_SUMMARY = {
    "data": str,
    "dense": _SIZES,
    "chosen": {**_SIZES, "patterns": COUNT},
    "majority": {"label": str},
    "cost": {},
    "warnings": list,
}
_PARTS = (
    "patterns", "summary", "curve", "metrics", "norms", "predictions", "phrases", "lexicon", "live", "certificate",
    "settings",
)  # fmt: skip


def judge(summary: Mapping[str, Any]) -> str:
    """The part whose figures say what a model is worth: test, or dev where nothing was tested."""
    return "test" if "test" in summary["chosen"] else "dev"


@dataclass(frozen=True)
class Run:
    """A run directory.

    Raises:
        VizError: a file that is asked for is missing or malformed.
    """

    folder: Path

    def read(self) -> None:
        """Read all that is drawn of a run, each part from a file of its own."""
        for part in _PARTS:
            getattr(self, part)

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """summary.json: what was trained on, and the full and the chosen model."""
        place = self.folder / "summary.json"
        tree: Mapping[str, Any] = read_json(place, _SUMMARY)
        if tree.get("evaluation") is not None:
            check_evaluation(tree["evaluation"], f"{place}: evaluation")
        expect(tree["chosen"], {"remark": str} if "remark" in tree["chosen"] else {}, f"{place}: chosen")
        part = judge(tree)
        scores = {part: SHARE, f"{part}_macro_f1": SHARE}
        error = {f"{part}_error": SHARE}
        shapes = {
            "dense": {part: SHARE},
            "chosen": {**scores, **error},
            "majority": scores,
            "cost": {part: FINITE, **error},
        }
        expect(tree, shapes, str(place))
        expect_items(tree["warnings"], str, f"{place}: warnings")
        return tree

    @cached_property
    def phrases(self) -> Mapping[str, Any]:
        """phrases.json: pattern → {highest, lowest: rows of phrase and score}."""
        place = self.folder / "phrases.json"
        tree: dict[str, Any] = read_json(place, {})
        for name, ends in tree.items():
            expect(ends, {"highest": list, "lowest": list}, f"{place}: {name}")
            for row in (*ends["highest"], *ends["lowest"]):
                _phrase(row, f"{place}: {name}")
        return tree

    @cached_property
    def lexicon(self) -> Mapping[str, Any] | None:
        """lexicon.json: the words that moved; None where none did, or an earlier version wrote the run."""
        place = self.folder / "lexicon.json"
        if not place.exists():
            return None
        shape = {"vocabulary": COUNT, "moved": COUNT, "words": list, "directions": list}
        tree: Mapping[str, Any] = read_json(place, shape)
        _moved(tree["words"], f"{place}: words")
        for ends in tree["directions"]:
            expect(ends, {"high": list, "low": list}, f"{place}: directions")
            _moved([*ends["high"], *ends["low"]], f"{place}: directions")
        return tree

    @cached_property
    def live(self) -> Mapping[str, Any]:
        """live.json: the model as a page runs it, null where it cannot, and the models of all sizes in words."""
        return read_live(self.folder / "live.json")

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
        columns = {"transitions": COUNT, "strength": STRENGTH, "dev": SHARE, "dev_debiased": SHARE}
        return read_numbers(self.folder / "curve.csv", columns, may_lack={"dev_debiased"})

    @cached_property
    def norms(self) -> Sequence[Mapping[str, float]]:
        """The rows of norms.csv: strength, and the norm of every group of parameters after the epoch at it."""
        return read_numbers(self.folder / "norms.csv", {"strength": STRENGTH}, whole=True)

    @cached_property
    def predictions(self) -> Predictions:
        """predictions.csv: what the chosen model says of the test texts."""
        return read_predictions(self.folder / "predictions.csv")

    @cached_property
    def patterns(self) -> Sequence[Pattern]:
        """patterns.json: all patterns that training began with, in their order."""
        return read_patterns(self.folder / "patterns.json")


def open_run(folder: str | os.PathLike[str]) -> Run:
    """The run in `folder`; files are read when they are asked for."""
    return Run(Path(folder))


def _phrase(row: Any, place: str) -> None:
    """Is it a phrase with its score? What else it may have is of its kind where it is there."""
    expect(row, {"phrase": str, "score": FINITE}, place)
    more = {
        "columns": list, "after": list, "count": COUNT, "shown": COUNT, "label": str, "probability": SHARE,
        "raises": list, "lowers": list,
    }  # fmt: skip
    expect(row, {key: kind for key, kind in more.items() if key in row}, place)
    for column in row.get("columns", []):
        expect(column, {"loops": list, "word": str}, f"{place}: columns")
        expect_items(column["loops"], str, f"{place}: loops")
    for name in ("after", "raises", "lowers"):
        expect_items(row.get(name, []), str, f"{place}: {name}")


def _moved(rows: Sequence[Any], place: str) -> None:
    """Are they words with their effects on the classes?"""
    for row in rows:
        expect(row, {"word": str, "effects": {}}, place)
        expect_items([*row["effects"]], str, f"{place}: effects")
        expect_items(row["effects"], FINITE, f"{place}: effects")
        if not row["effects"]:
            raise VizError(f"{place}: effects must be those on the classes (got none).")
