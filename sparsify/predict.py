"""`python -m sparsify.predict RUN FILE…`: what a run's model says of texts, one line out for every text in.

python -m sparsify.predict runs/mine reviews.csv --text-column review --proba > predictions.jsonl
zcat reviews.txt.gz | python -m sparsify.predict runs/mine --format tsv      a text per line on standard input

The column of texts is that of the run's own data where a file has it and no flag says otherwise. Texts are read, and
lines written, in blocks: files may be larger than memory. After a bad row all texts before it have their line. Each has
the place of its text, FILE:LINE, so that nothing is lost where bad rows are skipped.
"""

import argparse
import sys
from collections.abc import Sequence

from sparsify.commands import add_model_flags, add_reading_flags, reading
from wfsa.console import Answer, one_line


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser(
        "python -m sparsify.predict", description="What a run's model says of texts, one line out for every text in."
    )
    add_model_flags(parser)
    parser.add_argument(
        "files", nargs="*", default=["-"], metavar="FILE", help="files of texts; -: standard input, a text per line"
    )
    parser.add_argument(
        "--format", default="jsonl", choices=("jsonl", "csv", "tsv"), help="of what is written, in UTF-8; default jsonl"
    )
    parser.add_argument("--proba", action="store_true", help="write the probability of every class, too")
    parser.add_argument("--patterns", action="store_true", help="write the score of every pattern, too")
    add_reading_flags(parser, labels=False)
    options = parser.parse_args(arguments)
    with Answer() as answer:
        _predict(options)
    return answer.status


def _predict(options: argparse.Namespace) -> None:
    # torch takes seconds: imported when there is something to do.
    from sparsify.data.rows import open_rows
    from sparsify.progress import Voice
    from sparsify.reading.prediction_lines import WRITERS
    from sparsify.runs.model_files import load
    from sparsify.runs.origin import origin_of
    from sparsify.runs.predictions import predictions

    out = sys.stdout  # a progress bar would come between
    if hasattr(out, "reconfigure"):
        out.reconfigure(encoding="utf-8", errors="backslashreplace")
    voice = Voice(silent=out.isatty() or not sys.stderr.isatty(), out=sys.stderr)
    model = load(options.run, options.size, options.code, options.embeddings)
    known = reading(options, origin_of(options.run).reading)
    write = WRITERS[options.format](model, options.proba, options.patterns)
    out.write(write.head)
    for name in options.files:
        rows = open_rows(name, known, labelled=False)
        blocks = predictions(model, rows, options.threads)
        try:
            for block in voice.counted(f"texts of {name}", blocks, len):
                out.writelines(write.lines(block))
                out.flush()
        finally:
            for note in rows.notes:
                print(one_line(f"note: {note}"), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
