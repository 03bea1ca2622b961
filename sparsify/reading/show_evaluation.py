"""What predictions are worth, on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wfsa.printing import escaped, in_percent

_FEW = 12
"""Classes up to which the confusion matrix is a table; of more, it is said what each is mostly taken for."""

_WIDE = 200
"""Columns of a table that goes to a file."""


def show(found: Mapping[str, Any], console: Console) -> None:
    """Print figures in % with their intervals: of all texts, then by class, then which classes are taken for which."""
    if not console.is_terminal:
        console.width = _WIDE
    console.print(_whole(found))
    usual = found["baseline"]
    remark = f": the model is {usual['remark']}" if usual["remark"] else ""
    print_line(
        console,
        f"Always {usual['label']!r}, the most frequent class of these texts: accuracy {100 * usual['accuracy']:.1f}, "
        f"macro-F1 {100 * usual['macro_f1']:.1f}{remark}.",
    )
    console.print()
    console.print(_classes(found))
    console.print()
    if len(found["classes"]) <= _FEW:
        console.print(_confusion(found))
        console.print()
    bootstrap = found["bootstrap"]
    if bootstrap["resamples"]:
        level, draws = f"{100 * bootstrap['level']:.0f} %", f"{bootstrap['resamples']:,} resamples of the texts"
        print_line(console, f"[{level} intervals: percentile bootstrap, {draws}, seed {bootstrap['seed']}]")


def print_line(console: Console, line: str) -> None:
    """A line in which text of others cannot steer the terminal."""
    console.print(escaped(line), markup=False, highlight=False, soft_wrap=True)


def _whole(found: Mapping[str, Any]) -> Table:
    table = _table("in %", "")
    for name, key in (("accuracy", "accuracy"), ("macro-F1", "macro_f1"), ("calibration error", "calibration_error")):
        table.add_row(name, in_percent(found[key]))
    return table


def _classes(found: Mapping[str, Any]) -> Table:
    many = len(found["classes"]) > _FEW
    table = _table("class", "texts", "predicted", "precision", "recall", "F1", *(["mostly taken for"] if many else []))
    for row, counts in zip(found["classes"], found["confusion"], strict=True):
        cells = [
            str(row["texts"]),
            str(row["predicted"]),
            *(in_percent(row[key]) for key in ("precision", "recall", "f1")),
        ]
        taken = [_label(found["classes"][_largest(counts)])] if many and any(counts) else []
        table.add_row(_label(row), *cells, *taken)
    return table


def _largest(counts: Sequence[int]) -> int:
    return max(range(len(counts)), key=counts.__getitem__)


def _confusion(found: Mapping[str, Any]) -> Table:
    table = _table("label ↓  predicted →", *(escaped(row["label"]) for row in found["classes"]))
    for row, counts in zip(found["classes"], found["confusion"], strict=True):
        table.add_row(_label(row), *map(str, counts))
    return table


def _table(first: str, *heads: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(Text(first))
    for head in heads:
        table.add_column(Text(head), justify="right")
    return table


def _label(row: Mapping[str, Any]) -> Text:
    return Text(escaped(row["label"]))
