"""`python -m sparsify`: which commands there are."""

import argparse
import sys
from collections.abc import Sequence

from wfsa.console import Answer, version

_COMMANDS = """\
python -m sparsify.train                learn small automata from labelled texts; leaves a run directory
python -m sparsify.evaluate RUN FILE    accuracy, macro-F1, calibration and figures by class on labelled texts
python -m sparsify.predict RUN FILE     what a run's model says of texts: a line out for every text in
python -m sparsify.phrases RUN          the phrases that every pattern of a run weighs highest and lowest
python -m sparsify.trace RUN TEXT       what a model reads in a text, and how that makes its prediction
python -m sparsify.curve RUN_OR_STUDY…  accuracy against size, arm by arm, with paired comparisons
python -m sparsify.baselines            what models that are no automata make of the same texts and vectors
python -m sparsify.prepare amazon       reviews with stars become train, dev and test texts, as in the paper
python -m sparsify.paper                the paper's experiments: random search, size goals and seeds, arm by arm
python -m sparsify.cache                the contextual vectors that are kept between runs
python -m viz RUN                       draw a run's automata, plots and report; diff A B compares two
python -m wfsa COMMAND FILE             convert, describe and run files of automata

Each has --help. In Python: sparsify.load(RUN).predict(["a text"]).
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        "python -m sparsify",
        description="Learn small weighted automata from text, and read what they do.",
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=version())
    with Answer() as answer:
        parser.parse_args(arguments)
        parser.print_help()
    return answer.status


if __name__ == "__main__":
    sys.exit(main())
