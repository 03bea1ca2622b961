"""Baselines as arms: models that are no automata, on the same rows."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from sparsify.baselines.base import Baseline
from sparsify.paper.arms import DiscardedError
from sparsify.paper.bench import Bench
from sparsify.paper.judge import judged
from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import Bests, Plan, Task, Variant


@dataclass(frozen=True)
class BaselineArm:
    """An entry of the table of baselines.

    Attributes:
        kind: what it is.
    """

    name: str
    kind: Baseline

    @property
    def seeded(self) -> bool:
        """Does another seed give another model?"""
        return self.kind.random

    def expected(self, plan: Plan) -> int:
        """One."""
        return 1

    def variants(self, plan: Plan, bests: Bests) -> Sequence[Variant] | None:
        """One, of no size."""
        return [Variant("", (0,))]

    def drawn(self, plan: Plan, sample: int, generator: Random) -> Mapping[str, Any]:
        """Of its own space."""
        return self.kind.space(generator, sample)

    def again(self, best: Outcome) -> Mapping[str, Any]:
        """As they were."""
        return best.parameters

    def check(self, plan: Plan, task: Task) -> None:
        """Whether it goes with the vectors is known when they are read."""

    def run(self, plan: Plan, task: Task, bench: Bench) -> list[Outcome]:
        """Fit, and judge its predictions."""
        material, began = bench.material, time.process_time()
        if not self.kind.uses(material):
            raise DiscardedError(f"{self.name} does not go with the vectors of {material.encoder.name}.")
        fitted = self.kind.fit(material, dict(task.parameters), task.seed)
        dev = np.asarray(fitted.dev)
        own = judged(task.stage, material, dev, dev[:0] if fitted.test is None else np.asarray(fitted.test))
        own |= {"transitions": None, "patterns": None, "lengths": (), "stored": fitted.stored}
        return [Outcome(**task.place(0), **own, learned=fitted.learned, seconds=time.process_time() - began)]
