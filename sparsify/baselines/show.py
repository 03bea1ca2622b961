"""Tuned baselines as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from sparsify.reading.show_evaluation import print_line

_WIDE = 200
"""Columns of a table that goes to a file."""

_HEADS = ("dev", "test", "95 %", "macro-F1", "learned: vectors", "weights", "stored", "seconds")


def show(rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print `Row.as_dict` of every baseline, figures in %, and below what they mean."""
    if not console.is_terminal:
        console.width = _WIDE
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("baseline")
    for head in _HEADS:
        table.add_column(head, justify="right")
    for row in rows:
        table.add_row(row["name"], *_cells(row))
    console.print(table)
    console.print()
    for line in _legend(rows):
        print_line(console, line)


def _cells(row: Mapping[str, Any]) -> list[str]:
    test, counts = row["test"], (row["learned"]["vectors"], row["learned"]["weights"], row["stored"])
    bounds = "–" if test is None else f"[{100 * test['low']:.1f}, {100 * test['high']:.1f}]"
    return [
        _percent(row["dev"]),
        _percent(test),
        bounds,
        _percent(row["test_macro_f1"]),
        *(f"{count:,}" for count in counts),
        f"{row['seconds']:.0f}",
    ]


def _percent(figure: Mapping[str, float | None] | None) -> str:
    """77.4, or ± the standard deviation where there are several seeds; a dash where nothing is tested."""
    if figure is None or figure["value"] is None:
        return "–"
    spread = f" ± {100 * figure['sd']:.1f}" if figure["sd"] is not None else ""
    return f"{100 * figure['value']:.1f}{spread}"


def _legend(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    samples, seeds = (max(row[name] for row in rows) for name in ("samples", "seeds"))
    return [
        f"In %; ±: standard deviation over {seeds} seeds, where a fit is random; 95 %: bootstrap over the test texts. "
        "macro-F1: of the test texts.",
        f"Each is the best on dev of at most {samples} samples of its hyper-parameters, and only that one has seen the "
        "test texts. Seconds: of processor time, samples included.",
        "Learned: numbers of word vectors that moved; weights: all others. Stored: what prediction needs, the vectors "
        "of all words or the encoder in context included; an n-gram counts as one number.",
    ]
