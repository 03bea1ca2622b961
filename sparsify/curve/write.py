"""What a curve leaves in its folder."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from sparsify.curve.csv_rows import AREA_COLUMNS, COMPARISON_COLUMNS, Row, area_rows, comparison_rows, point_rows
from sparsify.curve.panels import Panel
from sparsify.curve.plain_text import plain_text
from sparsify.curve.study_lines import OUTCOMES, lines_of
from sparsify.runs.drawing import draw_curve
from wfsa.formats.json_files import write_whole


def write_curve(panels: Sequence[Panel], folder: Path) -> str:
    """Write everything; returns the tables in plain text.

    outcomes.jsonl holds what all of it was made from, so that the folder can be drawn anew, or beside others.

    Raises:
        RunError: there is no figure, which is drawn last.
    """
    text, points = plain_text(panels), point_rows(panels)
    files = {
        OUTCOMES: lines_of(panels),
        "curve.csv": _csv(points[0], points),
        "areas.csv": _csv(AREA_COLUMNS, area_rows(panels)),
        "comparisons.csv": _csv(COMPARISON_COLUMNS, comparison_rows(panels)),
        "curve.txt": text,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(folder / name, content.encode())
    draw_curve(folder)
    return text


def _csv(columns: Iterable[str], rows: Iterable[Row]) -> str:
    """A table; None is an empty cell."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(row.values() for row in rows)
    return file.getvalue()
