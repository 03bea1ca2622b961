"""Finished run directories as outcomes: one model each, the chosen one."""

import csv
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import wfsa
from sparsify.curve.panels import Panel
from sparsify.errors import RunError
from sparsify.paper.outcome import Outcome
from sparsify.runs.manifest import read_manifest

_FILES = ("config.toml", "summary.json", "predictions.csv", "patterns.json", "certificate.json")

_ALONE = {"seed", "data", "out", "force", "threads", "device", "cache_dir"}
"""Settings that name a run, not what it does."""
_ALONG = {"method", "at_most", "sizes", "strength"}
"""Settings by which the points of a line differ."""


@dataclass(frozen=True)
class _Run:
    folder: Path
    settings: Mapping[str, Any]
    summary: Mapping[str, Any]
    labels: tuple[str, ...]
    right: np.ndarray

    @property
    def chosen(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.summary["chosen"]
        return found


def read_runs(folders: Sequence[Path]) -> Panel:
    """One data set from runs on it; an arm is a method and the settings that not all runs share.

    Raises:
        RunError: a folder is no finished run, is damaged, was not tested, or was trained on other data.
    """
    runs = [_read(folder) for folder in folders]
    for run in runs[1:]:
        digest, first = run.summary["data_digest"], runs[0].summary["data_digest"]
        if digest != first or run.labels != runs[0].labels:
            raise RunError(
                f"{run.folder} must be of the same data and test texts as {runs[0].folder} (got SHA-256 "
                f"{digest[:12]}… of {len(run.labels)} test texts, not {first[:12]}… of {len(runs[0].labels)}); draw "
                "them apart, and then the folders together."
            )
    known = [run.settings for run in runs]
    shared = {key for key, value in known[0].items() if all(other.get(key) == value for other in known)}
    name = Path(str(runs[0].summary["data"])).name or "data"
    return Panel(name, [_checked_outcome(run, shared) for run in runs])


def _read(folder: Path) -> _Run:
    manifest = read_manifest(folder)
    if manifest is None or not manifest.finished:
        raise RunError(f"{folder} must be a finished run (got one at work or stopped, or none); name another.")
    manifest.check(*_FILES)
    try:
        settings = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))
        summary = json.loads((folder / "summary.json").read_bytes())
        rows = [*csv.reader(io.StringIO((folder / "predictions.csv").read_text(encoding="utf-8"), newline=""))][1:]
        right = np.array([row[0] == row[1] for row in rows], dtype=bool)
        digest, chosen = summary["data_digest"], summary["chosen"]
    except (OSError, ValueError, KeyError, IndexError, csv.Error) as error:
        raise _damaged(folder, error) from None
    if not len(right):
        raise RunError(
            f"{folder} must have predictions of test texts (got none, as its data have no test part); train with one."
        )
    if not isinstance(digest, str) or not {"transitions", "patterns", "dev", "test"} <= set(chosen):
        raise _damaged(folder, "a summary without digest or scores")
    return _Run(folder, settings, summary, tuple(row[0] for row in rows), right)


def _damaged(folder: Path, got: object) -> RunError:
    return RunError(f"{folder} must hold the files that a run wrote (got {got!r}); take another copy, or train anew.")


def _checked_outcome(run: _Run, shared: set[str]) -> Outcome:
    try:
        return _outcome(run, shared)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, wfsa.WfsaError) as error:
        raise _damaged(run.folder, error) from None


def _outcome(run: _Run, shared: set[str]) -> Outcome:
    """The chosen model of a run.

    Args:
        shared: settings that all runs have in common.
    """
    settings, folder = run.settings, run.folder
    own = {key: value for key, value in settings.items() if key not in _ALONE}
    differing = [f"{key}={value}" for key, value in own.items() if key not in shared | _ALONG]
    certificate = json.loads((folder / "certificate.json").read_bytes())
    numbers = run.summary["numbers"]
    automata = wfsa.load(folder / "patterns.json").automata.values()
    return Outcome(
        arm=" ".join([str(settings["method"]), *differing]),
        goal=int(settings["at_most"]),
        stage="final",
        sample=0,
        seed=int(settings["seed"]),
        parameters=own,
        transitions=int(run.chosen["transitions"]),
        patterns=int(run.chosen["patterns"]),
        lengths=tuple(sorted((len(wfsa.main_arcs(one)) for one in automata), reverse=True)),
        dev=float(run.chosen["dev"]),
        test=float(run.chosen["test"]),
        right=run.right,
        learned=_learned(numbers),
        stored=numbers["stored"],
        residual=certificate.get("residual"),
        margin=certificate.get("margin"),
        revivals=certificate.get("revivals"),
        certified=certificate.get("certified"),
        logit_difference=run.summary["max_logit_difference"]["recompiled"],
        seconds=float(run.summary["seconds"]),
    )


def _learned(numbers: Mapping[str, int]) -> dict[str, int]:
    """How many numbers were learned, by part, of `numbers` in summary.json."""
    moved = {"moved vectors": numbers["vectors"]} if numbers["vectors"] else {}
    return {"patterns": numbers["patterns"], "class weights": numbers["classes"], **moved}
