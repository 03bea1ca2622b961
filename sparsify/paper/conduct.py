"""The command's own process: it plans, starts workers, finds trials whose worker has died, and waits for the end."""

import multiprocessing
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing.process import BaseProcess

from optuna.trial import FrozenTrial, TrialState

from sparsify.errors import RunError
from sparsify.paper.arms import find_arms
from sparsify.paper.plan import Plan, Survey
from sparsify.paper.study import Study, beat_of, place_of, reason_of, settled, worker_of
from sparsify.paper.survey import survey
from sparsify.paper.worker import BROKEN, MISTAKE, machine, work
from sparsify.progress import Voice

_LOOK = 1.0
"""Seconds between two looks at the study."""

_LEASE = 60.0
"""Seconds without a sign of life, of which six are due, after which the worker of a trial is dead."""

_DEATHS = 3
"""Workers that may die over one trial."""

_SIGNS = 6

DIED = "its worker died"
"""Why a trial failed that was planned anew."""


class Conductor:
    """What one command does on a study, until it is finished, whoever else works on it.

    Args:
        where: the storage, and the study in it.
        names: the arms.
        workers: how many processes train at once.
        lease: seconds without a sign of life after which a worker is dead.
    """

    def __init__(self, where: str, plan: Plan, names: Sequence[str], workers: int, lease: float = _LEASE) -> None:
        self._where, self._plan, self._workers, self._lease = where, plan, workers, lease
        self._arms = find_arms(names)
        self._study = Study.begun(where, plan.identity())
        self._processes: dict[str, BaseProcess] = {}
        self._seen: dict[int, tuple[int, float]] = {}
        self._deaths = Counter[str]()

    def conduct(self, voice: Voice) -> bool:
        """Work until the study is finished; False: it was.

        Raises:
            RunError: a trial met an error that a user can mend, or workers die over it.
        """
        now = self._look()
        if now.finished:
            return False
        try:
            voice.counting("models", now.total, self._steps(now.done))
        finally:
            self._stop()
        return True

    def _steps(self, done: int) -> Iterator[int]:
        """How many models were added, whenever some were."""
        yield done
        while True:
            now = self._look()
            if now.done > done:
                yield now.done - done
                done = now.done
            if now.finished:
                return
            self._keep_workers(now.open)
            time.sleep(_LOOK)

    def _look(self) -> Survey:
        """How far the study is; what is known to be needed is planned, what dead workers held is planned anew."""
        trials = self._study.trials()
        for trial in trials:
            if trial.state == TrialState.RUNNING and self._is_dead(trial):
                self._study.fail(trial._trial_id, DIED)
        found = survey(self._plan, self._arms, settled(trials))
        if not found.finished:
            self._study.add(found.tasks)
        return found

    def _is_dead(self, trial: FrozenTrial) -> bool:
        """Is the worker of a trial dead? One of this machine where its process is gone, any after a long silence."""
        worker = worker_of(trial)
        if worker is not None and worker.token in self._processes:
            return not self._processes[worker.token].is_alive()
        if worker is not None and worker.machine == machine() and not is_running(worker.pid):
            return True
        now, sign = time.monotonic(), beat_of(trial)
        last, since = self._seen.get(trial._trial_id, (-1, now))
        if sign != last:
            since = now
        self._seen[trial._trial_id] = (sign, since)
        return now - since > self._lease

    def _keep_workers(self, waiting: int) -> None:
        """As many workers as were asked for, or as there are trials for."""
        for token, process in list(self._processes.items()):
            if not process.is_alive():
                self._bury(token, process)
        context = multiprocessing.get_context("spawn")
        while len(self._processes) < min(self._workers, waiting):
            token, pause = uuid.uuid4().hex, self._lease / _SIGNS
            names = [arm.name for arm in self._arms]
            process = context.Process(target=work, args=(self._where, self._plan, names, token, pause, os.getpid()))
            process.start()
            self._processes[token] = process

    def _bury(self, token: str, process: BaseProcess) -> None:
        """Forget a worker that has ended; the errors that it met end the command."""
        del self._processes[token]
        states = (TrialState.RUNNING, TrialState.FAIL)
        own = [trial for trial in self._study.trials(states) if token_of(trial) == token]
        place, why = (place_of(own[-1]), reason_of(own[-1])) if own else ("its beginning", "")
        if process.exitcode == MISTAKE:
            raise RunError(f"{place}: {why}")
        if process.exitcode == BROKEN:
            raise RuntimeError(f"a worker met an error in {place}: {why or 'see above'}")
        self._deaths[place] += 1
        if self._deaths[place] == _DEATHS:
            raise RunError(
                f"workers must live (got {_DEATHS} that ended with status {process.exitcode} in {place}; -9 is what "
                "happens where memory is short); lower --workers."
            )

    def _stop(self) -> None:
        """End all workers; what they worked on waits for the next command."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.join()
        for trial in self._study.trials((TrialState.RUNNING,)) if self._processes else ():
            if token_of(trial) in self._processes:
                self._study.fail(trial._trial_id, "stopped")
        self._processes.clear()


def token_of(trial: FrozenTrial) -> str:
    """What tells the worker that took it from all others."""
    worker = worker_of(trial)
    return "" if worker is None else worker.token


def is_running(pid: int) -> bool:
    """Is there such a process on this machine?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
