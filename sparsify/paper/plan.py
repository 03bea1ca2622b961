"""What a study does: a list of trainings that is known beforehand, but for what depends on results.

Every task has a place of its own in the plan, and hyper-parameters drawn by a generator seeded with that place: whoever
reads the same results comes to the same tasks, on whichever machine.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sparsify.paper.outcome import Outcome
from sparsify.settings import Settings

ATTEMPTS = 5
"""How often a sample is drawn before it is given up: footnote 14 of the paper throws away and draws again."""

SEARCH, FINAL = "search", "final"
"""The stages: hyper-parameters are compared by dev accuracy; the best of them are trained with several seeds."""

SEARCH_SEEDS = 1000
"""Search has other seeds than the final stage, whose first is 0: the model that won by chance is not trained again."""

_OWN = ("goals", "within", "samples", "seeds", "sampling", "from_defaults")
_HERE = ("threads", "out", "force", "device", "cache_dir")
"""Settings that say where a study works, not what comes out of it."""


@dataclass(frozen=True)
class Plan:
    """A study.

    Attributes:
        settings: of all trainings; an arm replaces those that are its own.
        digest: of the texts (`Corpus.digest`).
        goals, within: sizes to reach, in transitions, and how near.
        samples, seeds: how many of each.
        sampling: see `sparsify.paper.space`.
        of_methods: settings of those methods that have them.
        from_defaults: is the first sample that of the settings as they are, and only the others drawn?
    """

    settings: Settings
    digest: str
    goals: tuple[int, ...]
    within: int
    samples: int
    seeds: int
    sampling: str
    of_methods: Mapping[str, Any] = field(default_factory=dict)
    from_defaults: bool = False

    def identity(self) -> dict[str, Any]:
        """What must be the same for two commands to work on one study, for JSON."""
        own = {name: value for name, value in asdict(self.settings).items() if name not in _HERE}
        whole = {**own, **{name: getattr(self, name) for name in _OWN}}
        whole |= {"digest of the texts": self.digest, **self.of_methods}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in whole.items()}


@dataclass(frozen=True)
class Variant:
    """A part of an arm that has a search of its own: a goal, a shape.

    Attributes:
        name: "" where an arm has one only.
        goals: of which one training gives a model each; 0: no size is asked for.
        parameters: those that are not drawn.
    """

    name: str
    goals: tuple[int, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One training, with its place in the plan.

    Attributes:
        variant: its name.
        goals: the sizes of which an outcome is wanted.
        attempt: how many samples were thrown away here.
    """

    arm: str
    variant: str
    goals: tuple[int, ...]
    stage: str
    sample: int
    seed: int
    attempt: int
    parameters: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Its place in the plan, in words."""
        goals = ",".join(map(str, self.goals))
        number = f"sample {self.sample}" if self.stage == SEARCH else f"goals {goals} seed {self.seed}"
        again = f" attempt {self.attempt}" if self.attempt else ""
        return " ".join(filter(None, (self.arm, self.variant, self.stage, number))) + again

    def place(self, goal: int) -> dict[str, Any]:
        """The fields of an outcome that say where it belongs."""
        names = ("arm", "stage", "sample", "seed", "parameters")
        return {"goal": goal, **{name: getattr(self, name) for name in names}}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "goals": list(self.goals), "parameters": dict(self.parameters)}

    @classmethod
    def from_dict(cls, tree: Mapping[str, Any]) -> "Task":
        """The task that `as_dict` wrote."""
        return cls(**{**tree, "goals": tuple(tree["goals"])})


Settled = Mapping[str, Sequence[Outcome]]
"""Key of a task that has ended → its outcomes; none where the sample was thrown away."""

Bests = Mapping[str, Mapping[int, Outcome]]
"""Arm whose search is over → goal → the best sample by dev accuracy, where there is one."""


@dataclass
class Survey:
    """How far a study is.

    Attributes:
        tasks: all that are known to be needed, ended ones included, in the order in which they are best begun.
        done, total: models that there are, or cannot be had, and all.
        open: tasks that have not ended.
    """

    tasks: list[Task] = field(default_factory=list)
    done: int = 0
    total: int = 0
    open: int = 0

    @property
    def finished(self) -> bool:
        """Is there nothing left to do?"""
        return self.done == self.total

    def settle(self, made: Callable[[int], Task], settled: Settled, units: int) -> Sequence[Outcome] | None:
        """Add a task, and others in its place as long as samples are thrown away.

        Args:
            made: attempt → the task.
            units: how much of the total it is.

        Returns:
            Its outcomes, none where it was given up; None: it has not ended.
        """
        self.total += units
        for attempt in range(ATTEMPTS):
            task = made(attempt)
            self.tasks.append(task)
            found = settled.get(task.key)
            if found is None:
                self.open += 1
                return None
            if found:
                break
        self.done += units
        return found

    def lack(self, units: int, over: bool) -> None:
        """Count models whose tasks are not known yet, or, where that is `over`, never will be."""
        self.total += units
        self.done += units if over else 0


def best_of(outcomes: Sequence[Outcome], goal: int) -> Outcome | None:
    """The outcome of highest dev accuracy; of equals the first sample's."""
    return max((own for own in outcomes if own.goal == goal), key=lambda own: (own.dev, -own.sample), default=None)
