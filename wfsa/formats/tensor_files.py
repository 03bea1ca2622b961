"""Automata in the safetensors format: arrays of states, labels and weights, half as large as JSON and read faster.

Of every automaton NAME there are `NAME/arcs`, [arc, 3], source, number of the label and target; `NAME/weights`, [arc];
`NAME/initial` and `NAME/final`, [state], and their weights, `NAME/initial_weights` and `NAME/final_weights`. The
metadata hold, as JSON, the format's name and version, the semiring, the labels in the order of their numbers, what the
automata are called, and annotations.
"""

import json
import os
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from wfsa.automaton import WFSA, Arc
from wfsa.errors import AutomatonError, FormatError
from wfsa.formats.json_labels import label_from_json, label_to_json

_KINDS = {float: np.float64, int: np.int64, bool: np.bool_}
_HEAD = {"format": "wfsa", "version": 1}


def tensors(automata: Mapping[str, WFSA], semiring: str | None, annotations: Any) -> bytes:
    """The content of a file.

    Raises:
        FormatError: a weight is no number, weights of one automaton are of several kinds, or a label, an int or a name
            has no place in the format.
    """
    numbers: dict[tuple[type, Hashable], int] = {}
    arrays: dict[str, np.ndarray] = {}
    for name, automaton in automata.items():
        ends = [(arc.source, numbers.setdefault(_key(arc.label), len(numbers)), arc.target) for arc in automaton.arcs]
        arrays[f"{name}/arcs"] = _whole(ends, name).reshape(-1, 3)
        arrays[f"{name}/weights"] = _weights([arc.weight for arc in automaton.arcs], name)
        for which, own in (("initial", automaton.initial), ("final", automaton.final)):
            arrays[f"{name}/{which}"] = _whole(list(own), name)
            arrays[f"{name}/{which}_weights"] = _weights(list(own.values()), name)
    labels = [label_to_json(label, "an arc") for _, label in numbers]
    head = {**_HEAD, "automata": [*automata], "labels": labels, "semiring": semiring, "annotations": annotations}
    try:
        return to_bytes(arrays, {"wfsa": json.dumps(head, ensure_ascii=False, allow_nan=False)})
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"names and annotations must have a place in JSON (got {error}).") from None


def _key(label: Hashable) -> tuple[type, Hashable]:
    """1 and True are equal, and two labels."""
    return type(label), label


def _whole(values: Sequence[Any], name: str) -> np.ndarray:
    try:
        whole = np.array(values, dtype=np.int64)
    except OverflowError:
        raise FormatError(f"states in a binary file have 64 bits (got more in {name!r}); renumber them.") from None
    small = whole.min(initial=0) >= -(2**31) and whole.max(initial=0) < 2**31
    return whole.astype(np.int32) if small else whole


def _weights(weights: Sequence[Any], name: str) -> np.ndarray:
    kinds = {type(weight) for weight in weights}
    if len(kinds) > 1 or not kinds <= _KINDS.keys():
        got = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise FormatError(f"weights in a binary file are floats, or all ints (got {got} in {name!r}); write .json.")
    try:
        return np.array(weights, dtype=_KINDS[kinds.pop()] if kinds else np.float64)
    except OverflowError:
        raise FormatError(f"ints in a binary file have 64 bits (got more in {name!r}); write .json.") from None


def read(path: str | os.PathLike[str]) -> tuple[dict[str, WFSA], str | None, Any]:
    """(automata, name of the semiring, annotations) of a file.

    Raises:
        FormatError: it is no such file, or damaged.
    """
    content = Path(path).read_bytes()  # what is missing says so itself
    try:
        with safe_open(os.fspath(path), "numpy") as file:
            head = json.loads((file.metadata() or {}).get("wfsa", "null"))
            if not isinstance(head, dict) or {name: head.get(name) for name in _HEAD} != _HEAD:
                raise FormatError(f"{path}: a binary file of automata says format wfsa, version 1 (got {head!r:.60}).")
            if not isinstance(head["labels"], list) or not isinstance(head["automata"], list):
                raise ValueError("labels and automata are lists")
            labels = [label_from_json(tree, ("labels", place)) for place, tree in enumerate(head["labels"])]
            found = {name: _automaton(file, name, labels) for name in head["automata"]}
            return found, head["semiring"], head["annotations"]
    except (SafetensorError, LookupError, TypeError, ValueError, RecursionError, AutomatonError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{path}: the file is damaged, {len(content)} bytes ({error}); write it anew.") from None


def _automaton(file: Any, name: str, labels: Sequence[Hashable]) -> WFSA:
    ends = file.get_tensor(f"{name}/arcs")
    if (
        ends.dtype not in (np.int32, np.int64)
        or ends.ndim != 2
        or ends.shape[1] != 3
        or (len(ends) and ends[:, 1].min() < 0)
    ):
        raise ValueError(f"{name}/arcs are of shape {ends.shape} and type {ends.dtype}")
    sources, numbers, targets = ends.T.tolist()
    weights = file.get_tensor(f"{name}/weights").tolist()
    own = [labels[number] for number in numbers]
    arcs = tuple(Arc(*fields) for fields in zip(sources, own, targets, weights, strict=True))
    return WFSA(_ends(file, name, "initial"), arcs, _ends(file, name, "final"))


def _ends(file: Any, name: str, which: str) -> dict[int, Any]:
    states, weights = (file.get_tensor(f"{name}/{which}{part}").tolist() for part in ("", "_weights"))
    if len(set(states)) < len(states):
        raise ValueError(f"{name}/{which} names a state twice")
    return dict(zip(states, weights, strict=True))
