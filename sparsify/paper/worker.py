"""A worker: a process that takes trials, one after the other, until it is told to end."""

import os
import signal
import socket
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

from sparsify.paper.arms import DiscardedError, find_arms
from sparsify.paper.bench import Bench
from sparsify.paper.plan import Plan
from sparsify.paper.study import Claim, Study, Worker
from sparsify.training.processor import processor
from wfsa.errors import UserError
from wfsa.processes import end_with

_PAUSE = 1.0
"""Seconds between two looks for a trial."""

MISTAKE, BROKEN = 2, 1
"""Exit statuses after an error that a user can mend, and after others; the trial says which."""


def machine() -> str:
    """This machine since it was started, as far as that can be told."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()}:{boot.read_text(encoding='ascii').strip() if boot.is_file() else ''}"


def work(where: str, plan: Plan, names: Sequence[str], token: str, pause: float, parent: int) -> None:
    """Take trials of these arms, for ever.

    Args:
        token: what tells this worker from all others.
        pause: seconds between two signs of life.
        parent: the process with which this one ends.
    """
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the first process's matter
    study, arms, bench = Study.opened(where), {arm.name: arm for arm in find_arms(names)}, Bench(plan)
    worker = Worker(machine(), os.getpid(), token)
    with processor(plan.settings.threads):
        while True:
            claim = study.claim(arms, worker)
            if claim is None:
                time.sleep(_PAUSE)
                continue
            over = Event()
            Thread(target=_keep_alive, args=(study, claim, pause, over), daemon=True).start()
            try:
                study.finish(claim.trial, arms[claim.task.arm].run(plan, claim.task, bench))
            except DiscardedError as error:
                study.discard(claim.trial, str(error))
            except UserError as error:
                study.fail(claim.trial, str(error))
                os._exit(MISTAKE)
            except Exception:
                study.fail(claim.trial, traceback.format_exc())
                os._exit(BROKEN)
            finally:
                over.set()


def _keep_alive(study: Study, claim: Claim, pause: float, over: Event) -> None:
    """Signs of life until the trial is over."""
    number = 0
    while not over.wait(pause):
        number += 1
        study.beat(claim.trial, number)
