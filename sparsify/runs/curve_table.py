"""curve.csv: a row for every model of the curve."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from sparsify.methods.base import Candidate

_FIGURES = ("transitions", "patterns", "strength", "loss", "dev", "dev_debiased", "dev_macro_f1")
_CONDITIONS = ("certified", "residual", "margin", "revivals")


def _cell(value: float | bool | None) -> float | str:
    """What stands in a table of numbers: 1 and 0 for yes and no, nothing for nothing."""
    return "" if value is None else float(value)


def write_curve(path: Path, candidates: Sequence[Candidate], macro_f1: Mapping[int, float]) -> None:
    """curve.csv: transitions, patterns, strength, loss, dev, dev_debiased, dev_macro_f1; smallest model first.

    Args:
        macro_f1: transitions → macro-F1 of the debiased model on the dev texts.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*_FIGURES, *_CONDITIONS])
        for one in candidates:
            size = one.transitions
            row = [size, one.patterns, one.strength, one.loss, one.dev, one.dev_debiased, macro_f1[size]]
            conditions = one.certificate.as_dict()
            writer.writerow([*row, *(_cell(conditions[name]) for name in _CONDITIONS)])
