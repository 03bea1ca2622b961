"""What is compared: the arms of a study, and where they live. A new one is a class and an entry of `ARMS`."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from random import Random
from typing import Any, Protocol

from sparsify.baselines import BASELINES
from sparsify.errors import ConfigError, SparsifyError, suggestion
from sparsify.paper.bench import Bench
from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import Bests, Plan, Task, Variant
from sparsify.tables import Table

ARMS = Table(
    {
        "path": "sparsify.paper.method_arms:PATH",
        "dual-averaging": "sparsify.paper.method_arms:DUAL_AVERAGING",
        "dgate": "sparsify.paper.method_arms:DGATE",
        "threshold": "sparsify.paper.method_arms:THRESHOLD",
        "fixed": "sparsify.paper.method_arms:FIXED",
        "scratch": "sparsify.paper.method_arms:SCRATCH",
    }
)
"""Name → `Arm`; beside these, every baseline is one."""

_BASELINES = "baselines"
"""The name that stands for all of them."""


class DiscardedError(SparsifyError):
    """A sample of hyper-parameters gives no model; another one is drawn in its place."""


class Arm(Protocol):
    """A way to models, with hyper-parameters that are searched."""

    @property
    def name(self) -> str:
        """What `--arms` calls it."""

    @property
    def seeded(self) -> bool:
        """Does another seed give another model?"""

    def expected(self, plan: Plan) -> int:
        """How many variants there are at most."""

    def variants(self, plan: Plan, bests: Bests) -> Sequence[Variant] | None:
        """Its parts; None: they depend on the search of an arm before it, which is not over."""

    def drawn(self, plan: Plan, sample: int, generator: Random) -> Mapping[str, Any]:
        """The hyper-parameters of sample 0, 1, …; `generator` is seeded with its place in the plan."""

    def again(self, best: Outcome) -> Mapping[str, Any]:
        """The parameters with which the best sample is trained once more."""

    def check(self, plan: Plan, task: Task) -> None:
        """Can the task be done?

        Raises:
            SparsifyError: no, nor can any other of the arm.
        """

    def run(self, plan: Plan, task: Task, bench: Bench) -> list[Outcome]:
        """Do the task.

        Raises:
            DiscardedError: there is no model.
        """


def find_arms(names: Sequence[str]) -> list[Arm]:
    """The arms of these names, in their order.

    Raises:
        ConfigError: there is no such arm, or it is named twice.
    """
    every = [name for own in names for name in (BASELINES if own == _BASELINES else [own])]
    known = [*ARMS, _BASELINES, *BASELINES]
    for name in every:
        if name not in ARMS and name not in BASELINES:
            raise ConfigError(f"--arms must be of {', '.join(known)} (got {name!r}){suggestion(name, known)}")
        if every.count(name) > 1:
            raise ConfigError(f"--arms must name every arm once (got {name} twice).")
    return [_found(name) for name in every]


def _found(name: str) -> Arm:
    make = import_module("sparsify.paper.baseline_arms").BaselineArm
    arm: Arm = ARMS.find(name) if name in ARMS else make(name, BASELINES.find(name))
    return arm
