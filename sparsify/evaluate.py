"""`python -m sparsify.evaluate RUN DATA`: how good a run's model is on labelled texts.

python -m sparsify.evaluate runs/mine new.csv --label-column stars     every row of a file
python -m sparsify.evaluate runs/mine imdb --part dev --json           a part of a corpus, built in or a folder
python -m sparsify.evaluate runs/mine mine.csv --part test             what the run kept of its own file for testing

Parts that are split off by a hash of the texts have the shares that the run's config.toml says, and the run's own data
are read as it says; flags go before. Where the model was trained on the texts, or chosen by them, a note says so.

Accuracy, macro-F1 and calibration error; precision, recall and F1 of every class; the confusion matrix; all figures
with intervals by the bootstrap.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sparsify.commands import add_model_flags, add_reading_flags, given_options, reading
from sparsify.errors import DataError
from wfsa.console import Answer, one_line

if TYPE_CHECKING:
    from sparsify.data.rows import Row

_PARTS = ("test", "dev", "train")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser(
        "python -m sparsify.evaluate", description="How good a run's model is on labelled texts."
    )
    add_model_flags(parser)
    parser.add_argument("data", help="a file of labelled texts (-: standard input), a built-in corpus, or its folder")
    parser.add_argument("--part", choices=_PARTS, help="of a corpus, or of the run's own data; default test")
    parser.add_argument("--json", action="store_true", help="write JSON, as `evaluation` in summary.json")
    parser.add_argument("--resamples", type=_count, default=1000, metavar="N", help="of the bootstrap; 0: no intervals")
    parser.add_argument("--seed", type=_count, default=0, metavar="N", help="of the bootstrap")
    add_reading_flags(parser, labels=True)
    options = parser.parse_args(arguments)
    with Answer() as answer:
        _evaluate(options)
    return answer.status


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 999,999,999 (got {text!r:.40})")
    return int(text)


def _evaluate(options: argparse.Namespace) -> None:
    # torch takes seconds: imported when there is something to do.
    from sparsify.progress import Voice
    from sparsify.reading.known_labels import KnownLabels
    from sparsify.reading.show_evaluation import print_line, show
    from sparsify.reading.terminal import Terminal
    from sparsify.runs.evaluation import Evaluation
    from sparsify.runs.model_files import load
    from sparsify.runs.predictions import predictions

    voice = Voice(out=sys.stderr)
    model = load(options.run, options.size, options.code, options.embeddings)
    title, rows = _rows(options)
    known = KnownLabels(rows, model.labels, options.on_bad_row or "fail")
    blocks = predictions(model, known, options.threads)
    try:
        labels, chances = known.gathered(voice.counted(f"texts of {title}", blocks, len))
    finally:
        _say(getattr(rows, "notes", ()))
    if not len(labels):
        raise DataError(f"{title} must hold a labelled text (got none); name another file or part.")
    with voice.doing("drawing texts anew"):
        found = Evaluation(model.labels, labels, chances, options.resamples, options.seed).as_dict()
    skipped = known.skipped + getattr(rows, "skipped", 0)
    if known.skipped:
        warnings.warn(f"{title}: {known.skipped} texts of labels that it does not know were left out.", stacklevel=1)
    if options.json:
        tree = {"run": str(options.run), "data": title, "transitions": model.transitions, "skipped": skipped, **found}
        print(json.dumps(tree, ensure_ascii=False, indent=1))
        return
    console = Terminal()
    print_line(console, f"{found['texts']} texts of {title}, {model.transitions} transitions")
    show(found, console)


def _rows(options: argparse.Namespace) -> "tuple[str, Iterable[Row]]":
    """What the data are called, and their rows."""
    from sparsify.data.builtin import BUILTIN
    from sparsify.data.load import check_name
    from sparsify.data.rows import Row, open_rows
    from sparsify.runs.origin import origin_of

    origin = origin_of(options.run)
    if options.data not in BUILTIN and not Path(options.data).is_dir():
        if options.data != "-":
            check_name(options.data)
        if not options.part:
            _say(origin.of_file(options.data))
            return options.data, open_rows(options.data, reading(options, origin.reading))
    wanted = options.part or "test"
    corpus, notes = origin.part(options.data, wanted, given_options(options))
    _say([*corpus.notes, *notes])
    title, part = f"{options.data} ({wanted})", getattr(corpus, wanted)
    texts = zip(part.texts, part.labels, strict=True)
    return title, (Row(text, corpus.labels[k], f"{title}:{n}") for n, (text, k) in enumerate(texts, 1))


def _say(notes: Iterable[str]) -> None:
    for note in notes:
        print(one_line(f"note: {note}"), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
