"""One run, from texts to a run directory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

import wfsa
from neural import PatternClassifier, compile_patterns
from sparsify.log import HEADER, LEGEND, Log
from sparsify.methods.certificate import certify
from sparsify.methods.curve import draw_curve
from sparsify.methods.strength_path import copy_state, follow, train_dense
from sparsify.runs.directory import check_folder, open_folder
from sparsify.runs.results import Results
from sparsify.runs.select import choose
from sparsify.settings import Settings
from sparsify.training.material import Material, prepare
from sparsify.training.processes import ALONE, World, world
from sparsify.training.trainer import Training
from sparsify.training.warm_kernels import compile_beside


def start(settings: Settings, material: Material, world: World = ALONE) -> Training:
    """The full model at its initial values: everything random comes from one generator, seeded once."""
    generator = torch.Generator().manual_seed(settings.seed)
    patterns = [wfsa.ngram(settings.length, f"p{i}") for i in range(settings.patterns)]
    bank = compile_patterns(patterns, material.table.shape[1])
    model = PatternClassifier(bank, len(material.corpus.labels), settings.activation)
    bank.reset_parameters(generator)
    model.reset_parameters(generator)
    return Training(model, material.table, material.train, settings, generator, settings.lr, world)


def run(settings: Settings) -> Path:
    """Train, draw the curve, choose, delete, evaluate, write; returns the run directory.

    Raises:
        SparsifyError, NeuralError, WfsaError: the settings or the data cannot be used, or the run cannot be written.
    """
    with world(settings.device) as here, _processor(max(1, settings.threads // here.size)):
        if here.first:
            check_folder(settings)
        return _run(settings, here)


@contextmanager
def _processor(threads: int) -> Iterator[None]:
    """Set threads, and flush numbers below 1e-38 to zero, which would make training many times slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def _run(settings: Settings, here: World) -> Path:
    started = time.perf_counter()
    wait = compile_beside(settings, here)
    material = prepare(settings)
    folder = open_folder(settings) if here.first else Path(settings.folder)
    log = Log(folder / "metrics.jsonl", started, silent=not here.first)
    corpus = material.corpus
    parts = f"{len(corpus.train)} train, {len(corpus.dev)} dev, {len(corpus.test)} test texts"
    words = f"{len(material.vocabulary)} words in {material.table.shape[1]} dimensions"
    log.say(f"{corpus.name}: {parts}, labels {', '.join(corpus.labels)}; {words}")
    for note in corpus.notes:
        log.say(f"note: {note}")
    log.say(f"\n{LEGEND}\n{HEADER}")
    training = start(settings, material, here)
    wait()
    loss = train_dense(training, material.dev, log)
    material = replace(material, table=training.table.cpu())
    dense = copy_state(training.model)
    points = draw_curve(training, material.dev, follow(training, material.dev, loss, log), log)
    point = choose(points, settings, len(material.dev.ids))
    training.model.load_state_dict(point.polished.state)
    certificate = certify(training, point.polished.snapshot.strength)
    training.model.cpu()
    for each in points:
        each.model.cpu()
    if here.first:
        Results(settings, material, training, dense, points, point, certificate, log, folder).write()
    here.wait()
    return folder
