"""`python -m sparsify.phrases RUN`: the phrases that every pattern of a run weighs highest and lowest.

python -m sparsify.phrases runs/rotten_tomatoes-seed0                     as the model reads, to the end of the text
python -m sparsify.phrases runs/rotten_tomatoes-seed0 --anywhere --top 8  phrases anywhere in a text

Beside each phrase stands what the whole model predicts for it alone, and which classes the pattern raises and lowers.
They are kept in phrases.json and phrases.txt of the run, unless the texts are others than it was trained on (--data).
"""

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sparsify.commands import add_run_flags
from sparsify.data import Corpus, load_corpus, options_of
from sparsify.errors import RunError
from wfsa.console import Answer


def _settings(run: Path) -> dict[str, Any]:
    """The settings of a run.

    Raises:
        RunError: they cannot be read.
    """
    place = run / "config.toml"
    try:
        return tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(
            f"{place} must hold the settings of the run (got {error!r}); pass --data and --cache-dir."
        ) from None


def _corpus_of(run: Path) -> Corpus:
    """The data that the run was trained on, by its settings."""
    settings = _settings(run)
    name = settings.get("data")
    if not isinstance(name, str):
        raise RunError(f"{run / 'config.toml'} must name the data of the run (got {name!r}); pass --data.")
    if name == Corpus.LISTS:
        raise RunError("the texts of this run were lists in memory, which it does not keep; pass --data.")
    return load_corpus(name, **options_of(settings))


def _of_the_run(run: Path, corpus: Corpus, named: bool) -> bool:
    """Are these the texts that the run was trained on? Its summary has their digest.

    Args:
        named: the corpus is one that the user names, not that of the run's settings.
    """
    try:
        digest = json.loads((run / "summary.json").read_bytes())["data_digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return not named
    return bool(digest == corpus.digest)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser(
        "python -m sparsify.phrases", description="The phrases that every pattern of a run weighs highest and lowest."
    )
    add_run_flags(parser)
    parser.add_argument("--top", type=int, default=4, metavar="N", help="phrases per pattern and end")
    parser.add_argument("--anywhere", action="store_true", help="phrases anywhere in a text, not only up to its end")
    parser.add_argument(
        "--data", default="", metavar="NAME", help="another corpus than the run's; its training texts (shown, not kept)"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, metavar="N", help="processor threads")
    parser.add_argument(
        "--cache-dir",
        default="",
        metavar="DIR",
        help="where contextual vectors are kept; default: where the run kept them",
    )
    options = parser.parse_args(arguments)
    with Answer() as answer:
        _phrases(options)
    return answer.status


def _phrases(options: argparse.Namespace) -> None:
    if options.top < 1 or options.threads < 1:
        raise RunError(f"--top and --threads are at least 1 (got {options.top} and {options.threads}).")
    # torch takes seconds: imported when there is something to do.
    from sparsify.progress import Voice
    from sparsify.reading.phrase_table import write
    from sparsify.reading.phrases import search_texts
    from sparsify.reading.show_phrases import show
    from sparsify.runs.model_files import load

    voice = Voice(out=sys.stderr)
    with voice.doing("reading texts"):
        model = load(options.run, code=options.code, embeddings=options.embeddings)
        corpus = load_corpus(options.data) if options.data else _corpus_of(options.run)
    with voice.doing("cutting texts into words"):
        if not model.encoder.static:
            model.encoder.keep_in(options.cache_dir or str(_settings(options.run).get("cache_dir", "")))
        read = model.encoder.read_corpus(corpus.train.texts, model.tokenizer, options.threads, voice.counting)
    phrases = search_texts(model, read, options.top, options.anywhere, options.threads, voice.progress)
    try:
        show(phrases)
    finally:  # a run that may not be written to does not keep its phrases from being read
        if _of_the_run(options.run, corpus, bool(options.data)):
            write(options.run, phrases)
        else:
            voice.say(
                f"note: these are phrases of other texts, {corpus.name}, than those the run was trained on; "
                f"phrases.json and phrases.txt in {options.run} stay as they are."
            )


if __name__ == "__main__":
    sys.exit(main())
