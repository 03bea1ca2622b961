"""`python -m viz RUN`: draw all of a run; FILE.json: automata; diff A B: compare; curve FOLDER: arms against size."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from viz.automata_files import file_pictures
from viz.diff import diff
from viz.errors import VizError
from viz.run_files import Run, open_run
from viz.run_pictures import run_pictures
from viz.tradeoff_files import tradeoff_pictures
from viz.write_files import refuse_link, write_all
from wfsa import SEMIRINGS
from wfsa.console import Answer, version
from wfsa.printing import escaped
from wfsa.processes import end_with

_SEMIRINGS = {str(K): K for K in SEMIRINGS}


def draw_run(run: Run) -> list[Path]:
    """Write automata/*.{dot,svg,json}, the plots and report.html into the run directory; returns what was written.

    Everything is drawn before anything is written, so that half a run changes nothing.
    """
    pictures = run_pictures(run)
    refuse_link(run.folder / "automata")
    return write_all(pictures)


def draw_file(place: Path, semiring: str | None = None) -> list[Path]:
    """Write the automata of a file of `wfsa.save` beside it, as FILE.svg and FILE.dot; returns what was written.

    Where there are several, as FILE-NAME.svg and FILE-NAME.dot.
    """
    return write_all(file_pictures(place, None if semiring is None else _SEMIRINGS[semiring]))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with Answer() as answer:
        command = {"diff": _compare, "curve": _draw_curve}.get(given[0] if given else "")
        print(command(given[1:]) if command else _draw(given), end="")
    return answer.status


def _draw(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(
        "python -m viz",
        description="Draw all patterns of a run or the automata of a file, or compare two: diff A B; or draw several "
        "arms against size: curve FOLDER.",
    )
    text = (
        "a run directory that python -m sparsify.train wrote; FILE.json: automata that wfsa.save wrote; -: a run that "
        "standard input names once it is complete"
    )
    parser.add_argument("run", metavar="RUN|FILE.json", help=text)
    help_text = "what the weights of FILE.json mean: lines are as wide as arcs weigh in it"
    parser.add_argument("--semiring", choices=list(_SEMIRINGS), help=help_text)
    parser.add_argument("--parent", type=int, metavar="PID", help="with -: end as soon as this process does")
    parser.add_argument("--version", action="version", version=version())
    options = parser.parse_args(arguments)
    named = _named_later(options.parent) if options.run == "-" else options.run
    if not named:
        raise VizError("a run directory must be named (got nothing); name one that training wrote.")
    if Path(named).is_file():
        written = draw_file(Path(named), options.semiring)
        return "".join(f"{escaped(str(place))}\n" for place in written)
    if options.semiring is not None:
        raise VizError("--semiring is for a file of automata (got a run directory, which is in REAL); leave it out.")
    written = draw_run(open_run(named))
    return f"{len(written)} files in {escaped(named)}: automata/*.dot, *.svg, *.json, four plots (*.svg), report.html\n"


def _named_later(parent: int | None) -> str:
    """What standard input names; what plots need is imported meanwhile."""
    if parent is not None:
        end_with(parent)
    import_module("matplotlib.figure")
    return sys.stdin.readline().rstrip("\n")


def _compare(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(
        "python -m viz diff", description="Which states live in one run and not in another."
    )
    parser.add_argument("a", metavar="RUN_A")
    parser.add_argument("b", metavar="RUN_B")
    options = parser.parse_args(arguments)
    return diff(open_run(options.a), open_run(options.b))


def _draw_curve(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(
        "python -m viz curve", description="Draw accuracy against size, arm by arm, into the folder of its numbers."
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that python -m sparsify.curve wrote")
    options = parser.parse_args(arguments)
    return "".join(f"{escaped(str(place))}\n" for place in write_all(tradeoff_pictures(options.folder)))


if __name__ == "__main__":
    sys.exit(main())
