"""`python -m sparsify.train`: learn small automata from labelled texts. `--help` lists the settings.

python -m sparsify.train                                   Rotten Tomatoes, GloVe: less than a minute
python -m sparsify.train --data imdb --at-most 20          another data set, a bound on the size
python -m sparsify.train --data DIR --embeddings FILE      your own texts and word vectors
"""

import gc
import sys
from collections.abc import Sequence

from neural import NeuralError
from sparsify.commands import fail, parse
from sparsify.errors import SparsifyError
from sparsify.runs.experiment import run
from wfsa import WfsaError


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    try:
        run(parse(sys.argv[1:] if arguments is None else arguments))
    except (SparsifyError, NeuralError, WfsaError) as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    gc.freeze()  # what is imported stays: the collector need not look at it again and again
    sys.exit(main())
