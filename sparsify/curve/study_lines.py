"""A study as a file of JSON lines: `Outcome.as_dict()` a line, where there are several data sets with its name."""

import base64
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sparsify.curve.panels import Panel
from sparsify.errors import RunError
from sparsify.paper.outcome import Outcome

OUTCOMES = "outcomes.jsonl"
"""What the file is called in a folder."""

_DATA = "data"
_STAGES = ("search", "final")


def lines_of(panels: Iterable[Panel]) -> str:
    """The outcomes of all panels, each with its data set's name; numbers of numpy are written as Python's."""
    return "".join(
        json.dumps({_DATA: panel.data, **one.as_dict()}, ensure_ascii=False, default=np.generic.item) + "\n"
        for panel in panels
        for one in panel.outcomes
    )


def read_lines(place: Path) -> list[Panel]:
    """The data sets of a file; lines that name none are of the one that the file, or else its folder, is named after.

    Raises:
        RunError: it cannot be read, or a line is no outcome.
    """
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{place} must be a file of JSON lines (got {error}); name a study's.") from None
    usual = place.resolve().parent.name if place.name == OUTCOMES else place.stem
    found: dict[str, list[Outcome]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            data, outcome = _outcome(line, usual, f"{place}:{number}")
            found.setdefault(data, []).append(outcome)
    if not found:
        raise RunError(f"{place} must hold an outcome (got an empty file); finish the study, or name another.")
    return [Panel(data, outcomes) for data, outcomes in found.items()]


def _outcome(line: str, usual: str, place: str) -> tuple[str, Outcome]:
    try:
        tree = json.loads(line)
        data = str(tree.pop(_DATA, usual))
        _check_bits(tree["right"])
        outcome = Outcome.from_dict(tree)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(
            f"{place} must be an outcome of a study in JSON (got {type(error).__name__}: {error}); take the file as it "
            "was written."
        ) from None
    wrong = next(_wrong(outcome), None)
    if wrong is not None:
        raise RunError(f"{place} must be an outcome of a study (got {wrong}); take the file as it was written.")
    return data, outcome


def _check_bits(right: Mapping[str, Any]) -> None:
    """Are there as many bits as texts? Missing ones would be read as wrong predictions."""
    octets = len(base64.b64decode(right["bits"], validate=True))
    if octets != -(-right["texts"] // 8):
        raise ValueError(f"{octets} bytes of bits for {right['texts']} texts")


def _wrong(one: Outcome) -> Iterator[str]:
    """What is not of its kind, as "name = value"."""
    kinds = {
        "arm": isinstance(one.arm, str),
        "stage": one.stage in _STAGES,
        "parameters": isinstance(one.parameters, Mapping),
        "learned": isinstance(one.learned, Mapping) and all(map(_is_count, one.learned.values())),
        "lengths": all(map(_is_count, one.lengths)),
        "calibration": one.calibration is None or _are_numbers(one.calibration),
        "seconds": _is_number(one.seconds),
        "dev": _is_number(one.dev),
        "test": one.test is None or _is_number(one.test),
        "certified": one.certified in (None, True, False),
        **{name: _is_count(getattr(one, name)) for name in ("goal", "sample", "seed", "stored")},
        **{name: _is_size(getattr(one, name)) for name in ("transitions", "patterns")},
    }
    return (f"{name} = {getattr(one, name)!r:.40}" for name, holds in kinds.items() if not holds)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_size(value: Any) -> bool:
    return value is None or _is_count(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _are_numbers(values: Sequence[Any]) -> bool:
    return len(values) == 2 and all(map(_is_number, values))
