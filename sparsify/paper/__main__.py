"""`python -m sparsify.paper`: the paper's experiments: random search, size goals, seeds, for every arm on one corpus.

python -m sparsify.paper --arms path,threshold,fixed,baselines --budget small      a first look, in half an hour
python -m sparsify.paper --data FOLDER --budget full --workers 8                    20 samples, 5 seeds
python -m sparsify.paper … --study postgresql://HOST/DB                             the same command on every machine

What it does is planned beforehand and kept in the storage: a command that was stopped goes on where it was, and several
commands share the work. All other flags are those of `python -m sparsify.train`.
"""

import os
import sys
from collections.abc import Sequence

from sparsify.paper.flags import Flags, read
from wfsa.console import Answer


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    with Answer() as answer:
        flags = read(sys.argv[1:] if arguments is None else arguments)
        # As in `sparsify.train`; the workers inherit it.
        os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")
        _run(flags)
    return answer.status


def _run(flags: Flags) -> None:
    # torch takes seconds: imported when there is something to do.
    from sparsify.curve import draw
    from sparsify.paper.arms import find_arms
    from sparsify.paper.begin import planned
    from sparsify.paper.report import table
    from sparsify.paper.storage import open_storage, shown, split
    from sparsify.progress import Voice

    voice = Voice(out=sys.stderr)
    open_storage(split(flags.study)[0])  # says early what is wrong with it
    plan = planned(flags, voice)

    from sparsify.paper.conduct import Conductor
    from sparsify.paper.study import outcomes

    worked = Conductor(flags.study, plan, flags.arms, flags.workers).conduct(voice)
    voice.say(f"The study in {shown(flags.study)} is finished{'' if worked else ' already'}.")
    names = {arm.name for arm in find_arms(flags.arms)}
    found = [own for own in outcomes(flags.study) if own.arm in names]
    print(*table(found), sep="\n")
    draw(found, flags.out, flags.title)
    voice.say(f"All in {flags.out}")


if __name__ == "__main__":
    sys.exit(main())
