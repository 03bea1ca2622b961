"""Settings ↔ command-line flags, and the flags that several commands have."""

import argparse
import os
from collections.abc import Collection, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from sparsify.data.rows import Reading
from sparsify.errors import ConfigError, suggestion
from sparsify.settings import Settings
from wfsa.console import version

_THREADS = 1024


class _Parser(argparse.ArgumentParser):
    """argparse without the usage text before an error."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(message + ("" if message.endswith(".") else "."))


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in text.split(",") if number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be whole numbers with commas between (got {text!r})") from None


def new_parser(command: str, description: str) -> argparse.ArgumentParser:
    """A parser whose `--help` tells defaults, and which errors leave as `ConfigError`."""
    made = _Parser(
        command,
        allow_abbrev=False,
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    made.add_argument("--version", action="version", version=version())
    return made


def parser() -> argparse.ArgumentParser:
    """The parser: one flag per field of `Settings`."""
    made = new_parser(
        "python -m sparsify.train",
        "Learn small automata from labelled texts, and draw the whole accuracy-against-size curve.",
    )
    add_settings(made, [setting.name for setting in fields(Settings)])
    return made


def add_settings(made: argparse.ArgumentParser, names: Collection[str]) -> None:
    """A flag for each of these fields of `Settings`."""
    for setting in fields(Settings):
        if setting.name not in names:
            continue
        flag, meaning = "--" + setting.name.replace("_", "-"), setting.metadata["help"]
        if setting.metadata["choices"]:
            meaning += f"; one of {', '.join(setting.metadata['choices'])}"
        if setting.type is bool:
            made.add_argument(flag, action="store_true", help=meaning)
        else:
            kind: Any = _numbers if isinstance(setting.default, tuple) else setting.type
            made.add_argument(flag, type=kind, default=setting.default, metavar=_metavar(setting.type), help=meaning)


def _metavar(kind: Any) -> str:
    return {int: "N", float: "X", str: "NAME"}.get(kind, "N,N,…")


def parse(arguments: Sequence[str]) -> Settings:
    """The settings that the flags describe.

    Raises:
        ConfigError: a flag or a value is unknown; the message suggests the nearest.
    """
    return Settings(**vars(parsed(parser(), arguments)))


def parsed(made: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """What a parser of `new_parser` makes of the arguments.

    Raises:
        ConfigError: a flag or a value is unknown; the message suggests the nearest.
    """
    options, unknown = made.parse_known_args(arguments)
    known = [option for action in made._actions for option in action.option_strings if option.startswith("--")]
    if unknown:
        raise ConfigError(
            f"flags must be known (got {unknown[0]!r}){suggestion(unknown[0].split('=')[0], known, '; see --help.')}"
        )
    return options


def add_run_flags(made: argparse.ArgumentParser) -> None:
    """Which run, and what it needs beside itself."""
    made.add_argument("--version", action="version", version=version())
    made.add_argument("run", type=Path, help="a run directory")
    made.add_argument("--code", default="", metavar="NAME", help="the run's tokeniser, where it is a MODULE:FUNCTION")
    made.add_argument(
        "--embeddings", default="", metavar="NAME", help="encoder:PATH, where a contextual encoder has been moved to"
    )


def add_model_flags(made: argparse.ArgumentParser) -> None:
    """Which model of which run, and how it is run."""
    add_run_flags(made)
    made.add_argument(
        "--size",
        metavar="N",
        help="another model of the curve: its number of transitions, or full; default: the chosen one",
    )
    made.add_argument("--threads", type=_threads, default=os.cpu_count() or 1, metavar="N", help="processor threads")


def add_reading_flags(made: argparse.ArgumentParser, labels: bool) -> None:
    """How files of texts are read."""
    made.add_argument("--input-format", default="", metavar="NAME", help="form of the files; default: by their names")
    made.add_argument("--header", action="store_true", help="the first line of every file names its columns")
    made.add_argument("--columns", default="", metavar="NAMES", help="of files without a header; default: label,text")
    made.add_argument("--text-column", default="", metavar="NAME", help="the column of texts")
    if labels:
        made.add_argument("--label-column", default="", metavar="NAME", help="the column of labels")
    made.add_argument("--encoding", default="", metavar="NAME", help="of the files; default: utf-8")
    made.add_argument("--on-bad-row", choices=("fail", "skip"), help="skip: leave bad rows out, and count")


def given_options(options: argparse.Namespace) -> dict[str, Any]:
    """Those of `add_reading_flags` that were given, as arguments of `load_corpus`."""
    names = ("header", "columns", "text_column", "label_column", "encoding", "on_bad_row")
    given = {name: value for name in names if (value := getattr(options, name, None))}
    return {**given, "columns": tuple(given["columns"].split(","))} if "columns" in given else given


def reading(options: argparse.Namespace, likely: Reading) -> Reading:
    """What `add_reading_flags` got; where no flag tells the columns, they are as in the run's own data, `likely`."""
    given = given_options(options)
    return Reading(format=options.input_format, told="columns" in given, likely=likely, **given)


def _threads(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:5]) <= _THREADS:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {_THREADS} (got {text!r:.40})")
    return int(text)
