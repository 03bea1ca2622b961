"""`python -m sparsify.train`: learn small automata from labelled texts. `--help` lists the settings.

python -m sparsify.train                                   Rotten Tomatoes, GloVe: one to three minutes
python -m sparsify.train --data imdb --at-most 20          another data set, a bound on the size
python -m sparsify.train --data DIR --embeddings FILE      your own texts and word vectors
"""

import os
import sys
from collections.abc import Sequence

from sparsify.commands import parse
from sparsify.runs.checks import check
from wfsa.console import Answer


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    with Answer() as answer:
        settings = parse(sys.argv[1:] if arguments is None else arguments)
        check(settings)
        # Intel's products of matrices then add up in one order, whatever the number of threads; read when torch comes.
        os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")
        # torch and numba take seconds: imported when there is something to do.
        from sparsify.runs.experiment import run

        run(settings)
    return answer.status


if __name__ == "__main__":
    sys.exit(main())
