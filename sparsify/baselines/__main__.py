"""`python -m sparsify.baselines`: what models that are no automata make of the same texts and vectors.

python -m sparsify.baselines                                          Rotten Tomatoes, GloVe: a quarter of an hour
python -m sparsify.baselines --data DIR --only tfidf,nbsvm,bag-moved  some of them, your own texts
python -m sparsify.baselines --embeddings minilm --trials 4 --json    vectors in context; all figures as data

Data and vectors are read as `python -m sparsify.train` reads them, with the same flags.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sparsify.baselines import BASELINES
from sparsify.commands import add_settings, new_parser, parsed
from sparsify.errors import ConfigError, suggestion
from sparsify.settings import Settings
from wfsa.console import Answer, one_line

if TYPE_CHECKING:
    from sparsify.baselines.base import Baseline
    from sparsify.progress import Voice
    from sparsify.training.material import Material

_SETTINGS = (
    *("data", "header", "columns", "text_column", "label_column", "encoding", "on_bad_row", "dev_share", "test_share"),
    *("tokenizer", "cased", "embeddings", "layers", "pieces", "reduce", "cache_dir", "cache_numbers"),
    *("seed", "threads"),
)
"""Fields of `Settings` that baselines read."""

_MOST = 10_000
"""Samples, or seeds."""


def parser() -> argparse.ArgumentParser:
    """The flags of data and vectors, and those that are its own."""
    made = new_parser("python -m sparsify.baselines", "What models that are no automata make of the same texts.")
    add_settings(made, _SETTINGS)
    made.add_argument("--only", type=_names, default=(), metavar="NAMES", help=f"some of {', '.join(BASELINES)}")
    made.add_argument("--trials", type=_count, default=8, metavar="N", help="samples of hyper-parameters of each")
    made.add_argument("--seeds", type=_count, default=3, metavar="N", help="of the best, where a fit is random")
    made.add_argument("--json", action="store_true", help="write JSON")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    with Answer() as answer:
        options = parsed(parser(), sys.argv[1:] if arguments is None else arguments)
        _run(options, Settings(**{name: getattr(options, name) for name in _SETTINGS}))
    return answer.status


def _names(text: str) -> tuple[str, ...]:
    names = text.split(",")
    for name in names:
        if name not in BASELINES:
            known = f"; they are {', '.join(BASELINES)}."
            raise argparse.ArgumentTypeError(
                f"must be names of baselines (got {name!r:.40}){suggestion(name, BASELINES, known)}"
            )
    return tuple(dict.fromkeys(names))


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= _MOST:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {_MOST:,} (got {text!r:.40})")
    return int(text)


def _run(options: argparse.Namespace, settings: Settings) -> None:
    from sparsify.data.load import check_name, options_of

    reading = options_of(vars(settings))
    check_name(settings.data, **reading)
    # torch and scikit-learn take seconds: imported when there is something to do.
    from sparsify.data import load_corpus
    from sparsify.progress import Voice
    from sparsify.training.material import prepare
    from sparsify.training.processor import processor

    voice = Voice(out=sys.stderr)
    found: Mapping[str, Baseline] = {name: BASELINES.find(name) for name in options.only or BASELINES}
    with processor(settings.threads):
        with voice.doing("reading texts"):
            corpus = load_corpus(settings.data, **reading)
        with voice.doing("cutting texts into words, finding their vectors"):
            material = prepare(settings, corpus, voice.counting)
        for note in (*corpus.notes, *material.notes):
            voice.say(one_line(f"note: {note}"))
        baselines = _fitting(found, material, bool(options.only), voice)
        rows = _tuned(baselines, material, options, voice)
    if options.json:
        tree = {"data": settings.data, "embeddings": settings.embeddings, "digest": corpus.digest, "baselines": rows}
        print(json.dumps(tree, ensure_ascii=False, indent=1))
        return
    from sparsify.baselines.show import show
    from sparsify.reading.terminal import Terminal

    show(rows, Terminal())


def _fitting(
    found: "Mapping[str, Baseline]", material: "Material", asked: bool, voice: "Voice"
) -> "dict[str, Baseline]":
    """Those that the vectors allow.

    Raises:
        ConfigError: one that was asked for is not among them.
    """
    fitting = {name: baseline for name, baseline in found.items() if baseline.uses(material)}
    if others := [name for name in found if name not in fitting]:
        if asked:
            raise ConfigError(
                f"{others[0]} needs --embeddings with a vector for every word, which can move (got "
                f"{material.encoder.name}); leave it out of --only."
            )
        voice.say(f"note: vectors in context do not move: {', '.join(others)} are left out.")
    return fitting


def _tuned(
    baselines: "Mapping[str, Baseline]", material: "Material", options: argparse.Namespace, voice: "Voice"
) -> list[dict[str, Any]]:
    """`Row.as_dict` of every one; a line for each that is done."""
    from sparsify.baselines.tuning import tune

    rows = []
    for name, baseline in baselines.items():
        row = tune(name, baseline, material, options.trials, options.seeds, options.seed, voice.progress)
        rows.append(row.as_dict())
        voice.say(_line(rows[-1]))
    return rows


def _line(row: Mapping[str, Any]) -> str:
    chosen = ", ".join(f"{name}={_short(value)}" for name, value in row["parameters"].items())
    return f"{row['name']}: dev {100 * row['dev']['value']:.1f}{' with ' if chosen else ''}{chosen}"


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
