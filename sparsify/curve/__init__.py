"""Accuracy against size, arm by arm (Fig. 3 of the paper): figure, areas, paired comparisons, stability over seeds."""

from collections.abc import Sequence
from pathlib import Path

from sparsify.curve.panels import Panel
from sparsify.curve.write import write_curve
from sparsify.paper.outcome import Outcome

__all__ = ["draw"]


def draw(outcomes: Sequence[Outcome], folder: Path, title: str) -> None:
    """Write the curve of one data set's study.

    That is curve.csv, .svg, .png and .txt, areas.csv, comparisons.csv, and outcomes.jsonl.

    Args:
        outcomes: of all arms on the same test texts; those of stage "final" are drawn.
        folder: made where it is missing; older files of these names are replaced.
        title: what the data set is called.

    Raises:
        RunError: there is no final outcome, or they do not belong together.
    """
    write_curve([Panel(title, outcomes)], folder)
