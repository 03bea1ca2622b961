"""`python -m sparsify.train`: learn small automata from labelled texts. `--help` lists the settings.

python -m sparsify.train                                   Rotten Tomatoes, GloVe: less than a minute
python -m sparsify.train --data imdb --at-most 20          another data set, a bound on the size
python -m sparsify.train --data DIR --embeddings FILE      your own texts and word vectors
"""

import sys
from collections.abc import Sequence

from sparsify.commands import fail, parse
from sparsify.errors import SparsifyError
from sparsify.runs.checks import check
from sparsify.settings import Settings
from wfsa import WfsaError


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    try:
        settings = parse(sys.argv[1:] if arguments is None else arguments)
        check(settings)
    except (SparsifyError, WfsaError) as error:
        return fail(error)
    return _run(settings)


def _run(settings: Settings) -> int:
    """What imports torch and numba, which takes seconds, is imported when there is something to do."""
    from neural import NeuralError
    from sparsify.runs.experiment import run

    try:
        run(settings)
    except (SparsifyError, NeuralError, WfsaError) as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
