"""Kernels compiled by other processes while this one reads texts: the first run on a machine waits less for them."""

import gc
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from multiprocessing import get_context

import numpy as np
import torch

import sparsify.penalties.kernels as kernels
from neural import Packed, PatternClassifier, StaticVectors, Vocabulary, WordIds, compile_patterns
from neural.paths.extreme_paths import extreme_paths
from neural.scans.cpu.math import assign
from sparsify.settings import Settings
from sparsify.training.encoded import encoded
from sparsify.training.processes import ALONE, World
from sparsify.training.setup import make_trainer
from sparsify.training.trainer import Trainer
from wfsa import ngram
from wfsa.arrays.compiled import can_keep, is_kept
from wfsa.processes import end_with

_PATIENCE = 60.0
"""Seconds after which a run compiles for itself."""

_LATER = 10
"""How nice a process is whose kernels are needed later: it works where the others leave it time."""


def compile_beside(settings: Settings, here: World) -> Callable[[], None]:
    """Call the kernels of a run in other processes, which end with this one; numba keeps on disk what it compiles.

    Nothing is done where that is of no use: on one thread, a GPU, in one of several processes, where there are kernels,
    here or on disk, or where they cannot be kept on disk.

    Returns:
        What waits for the kernels of the full model's training: to compile them here as well would take as long.
    """
    if sys.platform != "linux" or settings.threads < 2 or here != ALONE or _there() or not can_keep(kernels.descend):
        return lambda: None
    assign(np.zeros(1, np.float32), np.zeros(1, np.float32))  # numba gets ready here, and not once in each process
    jobs = ((use_gradients, 0), (use_steps, 0), (use_others, _LATER))
    processes = [get_context("fork").Process(target=_alone, args=(*job, os.getpid()), daemon=True) for job in jobs]
    with warnings.catch_warnings():
        # From Python 3.12 on, since other threads could hold a lock: none of the libraries' works at this moment.
        warnings.simplefilter("ignore", DeprecationWarning)
        for process in processes:
            process.start()

    def wait() -> None:
        end = time.monotonic() + _PATIENCE
        for process in processes[:-1]:
            process.join(max(0.0, end - time.monotonic()))

    return wait


def _there() -> bool:
    """Has this process, or one before, called a kernel that every run calls?"""
    return is_kept(kernels.descend)


def _alone(job: Callable[[], None], nice: int, parent: int) -> None:
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the first process's matter
    gc.disable()  # what numba makes lives as long as the process
    os.nice(nice)
    torch.set_num_threads(1)
    job()


def use_gradients() -> None:
    """Every kernel between word vectors and gradients, while the vectors learn."""
    trainer, encoder = _tiny()
    encoder.learn()
    trainer.models.losses(_batch(encoder), torch.zeros(1, dtype=torch.int64)).sum().backward()


def use_steps() -> None:
    """Every kernel of batches, dropout and steps without a penalty, in the order in which a run comes to them."""
    trainer, encoder = _tiny()
    trainer.data.batch(np.arange(2))
    trainer.dropout(_batch(encoder))
    for parameter in (*trainer.models.bank.parameters(), trainer.models.weight, trainer.models.bias):
        parameter.grad = torch.zeros_like(parameter)
    trainer.apply()


def use_others() -> None:
    """Every kernel of the penalty, and of the search for phrases at the end of a run."""
    trainer, encoder = _tiny()
    bank = trainer.models.bank
    trainer.penalty.prox_(bank, torch.zeros(1, dtype=torch.float64))
    extreme_paths(bank, encoder.table, [np.zeros(2, np.int64)] * 2, anywhere=True)


def _tiny() -> tuple[Trainer, StaticVectors]:
    """Two texts of one word."""
    model = PatternClassifier(compile_patterns([ngram(1, "p0")], 2), 2)
    encoder = StaticVectors("", Vocabulary([]), torch.ones(2, 2))
    texts = encoded(WordIds(encoder, [np.zeros(2, np.int64)] * 2), [0, 1])
    settings = Settings()
    return make_trainer([model], texts, settings, torch.Generator(), settings.lr), encoder


def _batch(encoder: StaticVectors) -> Packed:
    """A text of two tokens, of the first word."""
    return Packed(encoder.table, torch.zeros(2, dtype=torch.int64), torch.tensor([0, 2]))
