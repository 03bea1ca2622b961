"""`python -m sparsify.curve RUN_OR_STUDY…`: accuracy against size, arm by arm, and what of the differences is left.

python -m sparsify.curve runs/path-0 runs/path-1 runs/fixed-0            runs on one data set
python -m sparsify.curve rotten_tomatoes.jsonl dvd.jsonl --out figure3   a panel for each study
python -m sparsify.curve curves/rt curves/dvd --out figure3              folders that this command wrote
python -m sparsify.curve runs/paper-dvd-small/study.journal              a study; or the URL of its database
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sparsify.errors import RunError
from wfsa.console import Answer, version

if TYPE_CHECKING:
    from sparsify.curve.panels import Panel


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser(
        "python -m sparsify.curve",
        description="Accuracy against size, arm by arm, with areas, paired comparisons and stability over seeds.",
    )
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="RUN_OR_STUDY",
        help="finished run directories, all of one data set; studies of sparsify.paper (journal, or a database's URL); "
        "files of JSON lines of a study, or folders with one",
    )
    parser.add_argument("--out", type=Path, default=Path("curve"), metavar="FOLDER", help="default: curve")
    parser.add_argument("--version", action="version", version=version())
    options = parser.parse_args(arguments)
    with Answer() as answer:
        from sparsify.curve.panels import check_titles
        from sparsify.curve.write import write_curve

        panels = _panels(options.sources)
        check_titles(panels)
        print(write_curve(panels, options.out), end="")
        print(f"\ncurve.svg, .png, .csv and .txt, areas.csv, comparisons.csv and outcomes.jsonl are in {options.out}.")
    return answer.status


def _panels(sources: Sequence[str]) -> "list[Panel]":
    """Those of studies, then that of all runs."""
    from sparsify.curve.run_outcomes import read_runs
    from sparsify.curve.study_lines import OUTCOMES, read_lines
    from sparsify.runs.manifest import MANIFEST

    panels, runs = [], []
    for name in sources:
        source = Path(name)
        if "://" in name or source.suffix == ".journal":
            panels.append(_study(name))
        elif (source / MANIFEST).is_file():
            runs.append(source)
        elif source.is_file() or (source / OUTCOMES).is_file():
            panels += read_lines(source if source.is_file() else source / OUTCOMES)
        else:
            raise RunError(
                f"{source} must be a finished run, or a study in JSON lines (got neither); name one that python -m "
                "sparsify.train or this command wrote."
            )
    return [*panels, *([read_runs(runs)] if runs else [])]


def _study(name: str) -> "Panel":
    """The models of a study of `python -m sparsify.paper`, called by its name, or by the folder of its journal."""
    from sparsify.curve.panels import Panel
    from sparsify.paper.study import outcomes

    storage, _, study = name.partition("#")
    title = study or (storage.split("/")[-1].split("?")[0] if "://" in name else Path(name).resolve().parent.name)
    return Panel(title, outcomes(name))


if __name__ == "__main__":
    sys.exit(main())
