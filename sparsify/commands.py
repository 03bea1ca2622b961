"""Settings ↔ command-line flags."""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, NoReturn

from sparsify.errors import ConfigError
from sparsify.settings import Settings
from sparsify.suggest import suggestion
from wfsa.console import version


class _Parser(argparse.ArgumentParser):
    """argparse without the usage text before an error."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(message + ("" if message.endswith(".") else "."))


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(size) for size in text.split(",") if size)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be whole numbers with commas between (got {text!r})") from None


def parser() -> argparse.ArgumentParser:
    """The parser: one flag per field of `Settings`."""
    made = _Parser(
        "python -m sparsify.train",
        allow_abbrev=False,
        description="Learn small automata from labelled texts, and draw the whole accuracy-against-size curve.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    made.add_argument("--version", action="version", version=version())
    for setting in fields(Settings):
        flag, meaning = "--" + setting.name.replace("_", "-"), setting.metadata["help"]
        if setting.metadata["choices"]:
            meaning += f"; one of {', '.join(setting.metadata['choices'])}"
        if setting.type is bool:
            made.add_argument(flag, action="store_true", help=meaning)
        else:
            kind: Any = _sizes if setting.name == "sizes" else setting.type
            made.add_argument(flag, type=kind, default=setting.default, metavar=_metavar(setting.type), help=meaning)
    return made


def _metavar(kind: Any) -> str:
    return {int: "N", float: "X", str: "NAME"}.get(kind, "N,N,…")


def parse(arguments: Sequence[str]) -> Settings:
    """The settings that the flags describe.

    Raises:
        ConfigError: a flag or a value is unknown; the message suggests the nearest.
    """
    made = parser()
    options, unknown = made.parse_known_args(arguments)
    known = [option for action in made._actions for option in action.option_strings if option.startswith("--")]
    if unknown:
        raise ConfigError(
            f"flags must be known (got {unknown[0]!r}){suggestion(unknown[0].split('=')[0], known, '; see --help.')}"
        )
    return Settings(**vars(options))
