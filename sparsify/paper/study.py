"""The trials of a study in its storage: planned, taken by one worker each, kept alive, ended.

A place in the plan is worth one result. Where two trials of a place were planned, as by two commands at once, the one
of the higher number is never run; what a worker held that died is planned anew.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from optuna.exceptions import DuplicatedStudyError, UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from sparsify.errors import RunError
from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import Task
from sparsify.paper.storage import open_storage, shown, split

_PLAN, _PLACE, _TASK, _WORKER, _BEAT, _WHY, _OUTCOME = "plan", "place", "task", "worker", "beat", "why", "outcome "
"""Attributes of studies and trials."""

_PATIENCE = 30.0
"""Seconds in which whoever began a study says what its plan is."""

_LIVE = (TrialState.WAITING, TrialState.RUNNING, TrialState.COMPLETE, TrialState.PRUNED)
_ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


class Worker(NamedTuple):
    """A process that trains: where it runs, and what tells it from all others."""

    machine: str
    pid: int
    token: str


@dataclass(frozen=True)
class Claim:
    """A trial that this worker has taken."""

    trial: int
    task: Task


class Study:
    """The trials of one study."""

    def __init__(self, storage: BaseStorage, number: int) -> None:
        self._storage, self._number = storage, number

    @classmethod
    def opened(cls, where: str) -> "Study":
        """A study that is there.

        Raises:
            RunError: it is not.
        """
        place, name = split(where)
        storage = open_storage(place, must_exist=True)
        try:
            return cls(storage, storage.get_study_id_from_name(name))
        except KeyError:
            known = ", ".join(study.study_name for study in storage.get_all_studies()) or "none"
            raise RunError(f"{shown(place)} must hold the study {name} (got {known}); name one: WHERE#NAME.") from None

    @classmethod
    def begun(cls, where: str, plan: Mapping[str, Any]) -> "Study":
        """The study of this plan, whoever began it.

        Raises:
            RunError: it was begun with another plan.
        """
        place, name = split(where)
        storage = open_storage(place)
        try:
            study = cls(storage, storage.create_new_study([StudyDirection.MAXIMIZE], name))
        except DuplicatedStudyError:
            study = cls(storage, storage.get_study_id_from_name(name))
            study._wait_for_plan()
        if study.plan is None:
            storage.set_study_user_attr(study._number, _PLAN, dict(plan))
        study._check(where, json.loads(json.dumps(dict(plan))))
        return study

    @property
    def plan(self) -> Mapping[str, Any] | None:
        """What the study was begun with; None: nobody has said it yet."""
        found: Mapping[str, Any] | None = self._storage.get_study_user_attrs(self._number).get(_PLAN)
        return found

    def _wait_for_plan(self) -> None:
        until = time.monotonic() + _PATIENCE
        while self.plan is None and time.monotonic() < until:
            time.sleep(0.1)

    def _check(self, where: str, plan: Mapping[str, Any]) -> None:
        own = self.plan or {}
        for name in [*own, *plan]:
            if own.get(name) != plan.get(name):
                raise RunError(
                    f"the study in {shown(where)} goes on with the plan that it was begun with (got {name} "
                    f"{plan.get(name)!r:.80}, begun with {own.get(name)!r:.80}); give the same flags, or choose "
                    "another --out or --study."
                )

    def trials(self, states: Sequence[TrialState] | None = None) -> list[FrozenTrial]:
        """All of them, in the order in which they were planned."""
        found = self._storage.get_all_trials(self._number, deepcopy=False, states=states)
        return sorted(found, key=lambda trial: trial.number)

    def add(self, tasks: Iterable[Task]) -> None:
        """Plan what is in no live trial yet."""
        places = {place_of(trial) for trial in self.trials(_LIVE)}
        for task in tasks:
            if task.key not in places:
                attributes = {_PLACE: task.key, _TASK: task.as_dict()}
                trial = create_trial(state=TrialState.WAITING, user_attrs=attributes)
                self._storage.create_new_trial(self._number, trial)

    def claim(self, arms: Iterable[str], worker: Worker) -> Claim | None:
        """Take the first trial of these arms that waits; None: there is none."""
        names = set(arms)
        for trial in self.trials((TrialState.WAITING,)):
            task = Task.from_dict(trial.user_attrs[_TASK])
            if task.arm not in names or not self._take(trial._trial_id):
                continue
            self._storage.set_trial_user_attr(trial._trial_id, _WORKER, list(worker))
            if self._is_twin(trial, task):
                self.fail(trial._trial_id, "planned twice")
                continue
            return Claim(trial._trial_id, task)
        return None

    def _take(self, trial: int) -> bool:
        """In one step: of several workers one gets it."""
        try:
            return self._storage.set_trial_state_values(trial, TrialState.RUNNING)
        except UpdateFinishedTrialError:
            return False

    def _is_twin(self, trial: FrozenTrial, task: Task) -> bool:
        """Was the place planned by an earlier trial, too, that has not failed?"""
        return any(own.number < trial.number and place_of(own) == task.key for own in self.trials(_LIVE))

    def beat(self, trial: int, number: int) -> None:
        """Say that the trial is being worked on."""
        self._write(trial, {_BEAT: number})

    def finish(self, trial: int, outcomes: Sequence[Outcome]) -> bool:
        """Record what came out; False: the trial was given to another meanwhile, and nothing is recorded."""
        attributes = {f"{_OUTCOME}{own.goal}": own.as_dict() for own in outcomes}
        return self._write(trial, attributes) and self._end(trial, TrialState.COMPLETE, [max(o.dev for o in outcomes)])

    def discard(self, trial: int, why: str) -> None:
        """The sample gives no model."""
        self._write(trial, {_WHY: why})
        self._end(trial, TrialState.PRUNED)

    def fail(self, trial: int, why: str) -> bool:
        """Nobody works on the trial any more; False: it has ended before."""
        return self._write(trial, {_WHY: why}) and self._end(trial, TrialState.FAIL)

    def _write(self, trial: int, attributes: Mapping[str, Any]) -> bool:
        try:
            for name, value in attributes.items():
                self._storage.set_trial_user_attr(trial, name, value)
        except UpdateFinishedTrialError:
            return False
        return True

    def _end(self, trial: int, state: TrialState, values: Sequence[float] | None = None) -> bool:
        try:
            self._storage.set_trial_state_values(trial, state, values)
        except UpdateFinishedTrialError:
            return False
        return True


def place_of(trial: FrozenTrial) -> str:
    """The key of its task."""
    return str(trial.user_attrs.get(_PLACE, ""))


def worker_of(trial: FrozenTrial) -> Worker | None:
    """Who took it; None: nobody, or in the moment before that is said."""
    found = trial.user_attrs.get(_WORKER)
    return None if found is None else Worker(*found)


def beat_of(trial: FrozenTrial) -> int:
    """The number of its last sign of life."""
    return int(trial.user_attrs.get(_BEAT, 0))


def reason_of(trial: FrozenTrial) -> str:
    """Why it failed, or was thrown away."""
    return str(trial.user_attrs.get(_WHY, ""))


def settled(trials: Iterable[FrozenTrial]) -> dict[str, list[Outcome]]:
    """Key → outcomes of the trial that ended first in its place; none where the sample was thrown away."""
    found: dict[str, list[Outcome]] = {}
    for trial in trials:
        if trial.state in _ENDED and place_of(trial) not in found:
            trees = [tree for name, tree in trial.user_attrs.items() if name.startswith(_OUTCOME)]
            own = trees if trial.state == TrialState.COMPLETE else []
            found[place_of(trial)] = [Outcome.from_dict(tree) for tree in own]
    return found


def outcomes(storage: str, study: str = "") -> list[Outcome]:
    """What all ended trials of a study left, in the order in which they were planned; every place in its plan once.

    Args:
        storage: a journal file, or the URL of a database; with `#NAME` the study of that name in it.
        study: its name, where `storage` does not say it.

    Raises:
        RunError: it is not there.
    """
    own = Study.opened(f"{storage}#{study}" if study else storage)
    return [outcome for every in settled(own.trials()).values() for outcome in every]
