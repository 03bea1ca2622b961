"""The flags of `python -m sparsify.paper`: its own, and those of training that a study leaves to its user."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from sparsify.commands import parse
from sparsify.errors import ConfigError
from sparsify.paper.space import SAMPLINGS, TABLE_4
from sparsify.settings import Settings
from wfsa.console import version

_TAKEN = {
    **dict.fromkeys(("--method", "--sizes", "--strength", "--shapes", "--structure", "--goal"), "set by every arm"),
    **dict.fromkeys(("--at-most", "--choose", "--choose-by"), "without a meaning where every goal gives a model"),
    **dict.fromkeys((f"--{name.replace('_', '-')}" for name in TABLE_4), "drawn from the ranges of the paper"),
    **dict.fromkeys(("--seed", "--force"), "set by the plan"),
    "--threads": "1: --workers trains side by side",
}
"""Flags of training, and what becomes of them here."""


@dataclass(frozen=True)
class Budget:
    """How many samples and seeds, and what shortens trainings.

    Attributes:
        training: settings of all of them.
        of_methods: settings of those methods that have them.
        from_defaults: is the first sample that of the settings as they are, and only the others drawn?
    """

    samples: int
    seeds: int
    training: Mapping[str, object] = field(default_factory=dict)
    of_methods: Mapping[str, object] = field(default_factory=dict)
    from_defaults: bool = False


BUDGETS = {
    "full": Budget(20, 5),
    "small": Budget(2, 3, {}, {"patience": 8}, from_defaults=True),
}
"""What `--budget` can be; full is the paper's."""

_ARMS = "path,threshold,fixed,baselines"
_MANY = 1_000_000


@dataclass(frozen=True)
class Flags:
    """What the command line says.

    Attributes:
        training: flags of training.
        title: what the data are called.
        study: where the storage is, and perhaps the study in it.
        out: where results go.
        goals, within: None: as the paper has them for this kind of vectors.
        of_methods, from_defaults: see `Budget`.
    """

    training: tuple[str, ...]
    title: str
    arms: tuple[str, ...]
    study: str
    workers: int
    out: Path
    goals: tuple[int, ...] | None
    within: int | None
    samples: int
    seeds: int
    sampling: str
    of_methods: Mapping[str, object]
    from_defaults: bool

    def settings(self, *defaults: str) -> Settings:
        """Of all trainings; the user's flags come before defaults.

        Raises:
            ConfigError: a flag is unknown, or a value out of range.
        """
        return parse([*defaults, *self.training])


def read(arguments: Sequence[str]) -> Flags:
    """The flags.

    Raises:
        ConfigError: one is out of range, or a study sets it itself.
    """
    given, training = parser().parse_known_args(arguments)
    for flag in (item.split("=")[0] for item in training):
        if flag in _TAKEN:
            raise ConfigError(f"{flag} is {_TAKEN[flag]} (got it for a study); leave it out.")
    budget = BUDGETS[given.budget]
    training = [*flags_of(budget.training), *training]
    title = parse(training).data.strip("/").split("/")[-1]
    out = Path(given.out or f"runs/paper-{title}-{given.budget}")
    flags = Flags(
        tuple(training),
        title,
        tuple(name for name in given.arms.split(",") if name),
        given.study or str(out / "study.journal"),
        given.workers,
        out,
        given.goals,
        given.within,
        given.samples or budget.samples,
        given.seeds or budget.seeds,
        given.sampling,
        budget.of_methods,
        budget.from_defaults,
    )
    if not flags.arms:
        raise ConfigError(f"--arms must name an arm (got {given.arms!r}); take {_ARMS}.")
    return flags


def flags_of(values: Mapping[str, object]) -> list[str]:
    """Flags of training with these values."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]


def parser() -> argparse.ArgumentParser:
    """The parser of the flags that training has not."""
    made = _Parser(
        "python -m sparsify.paper",
        allow_abbrev=False,
        description="The paper's experiments: random search, size goals and seeds, for every arm on one corpus.",
        epilog="All other flags are those of python -m sparsify.train --help.",
    )
    made.add_argument("--version", action="version", version=version())
    made.add_argument("--arms", default=_ARMS, metavar="NAME,…", help=f"what is compared; default {_ARMS}")
    made.add_argument(
        "--budget",
        choices=tuple(BUDGETS),
        default="small",
        help="full: the paper's 20 samples and 5 seeds; small (default): 2 (the first of them not drawn) and 3, and "
        "shorter trainings",
    )
    made.add_argument("--samples", type=_positive, metavar="N", help="samples of hyper-parameters, for every goal")
    made.add_argument("--seeds", type=_positive, metavar="N", help="seeds of the best sample")
    made.add_argument(
        "--goals", type=_sizes, metavar="N,N,…", help="sizes in transitions; default 20,40,60,80, in context 10 to 40"
    )
    made.add_argument("--within", type=_positive, metavar="N", help="how near to a goal; default 10, in context 5")
    made.add_argument(
        "--sampling",
        choices=SAMPLINGS,
        default=SAMPLINGS[0],
        help="log-uniform: learning rate and weight decay as the authors' code draws them; default uniform",
    )
    made.add_argument(
        "--study",
        default="",
        metavar="FILE|URL[#NAME]",
        help="where trials are kept: a journal file (default OUT/study.journal), or a database: sqlite:///FILE, "
        "postgresql://…; the same command on several machines shares the work",
    )
    made.add_argument("--workers", type=_positive, default=2, metavar="N", help="processes that train; default 2")
    made.add_argument("--out", default="", metavar="NAME", help="where results go; default runs/paper-DATA-BUDGET")
    return made


class _Parser(argparse.ArgumentParser):
    """Errors are those of all commands: one line."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message.removesuffix('.')}.")


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_positive(number) for number in text.split(","))


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= _MANY:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {_MANY:,} (got {text!r:.40})")
    return int(text)
